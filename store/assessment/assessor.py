"""Working out costs and cache uses of what a transaction changed, or of all there is."""

from collections.abc import Callable

from store.assessment.judges import Judges
from store.assessment.marks import marks_in, marks_of
from store.assessment.rows import (
    CostColumns,
    RequestRow,
    UseColumns,
    request_rows,
    session_rows,
    write,
)
from store.chains import ChainedRequest
from store.changes import Facts
from store.connection import Database
from store.prices.amounts import prompt_tokens
from store.prices.cost import BilledRequest
from store.prices.rates import ModelPrice, PriceTable, Rates, applicable
from store.pricing import price_request


class Assessor:
    """Keeps the costs and cache uses of requests, by one price table."""

    def __init__(self, prices: PriceTable) -> None:
        self._prices = prices
        self._judges = Judges()

    def forget(self) -> None:
        """Drop what was learnt in a transaction that was rolled back."""
        self._judges.forget()

    def assess(self, db: Database, facts: Facts) -> None:
        """Work out anew what follows from merged facts, in the transaction that merged them."""
        by_session: dict[str, list[tuple[RequestRow, CostColumns]]] = {}
        for row in request_rows(db, facts.requests):
            by_session.setdefault(row.told.session_id, []).append((row, self._cost(row)))
        marks = marks_in(facts.events)
        both: list[tuple[RequestRow, CostColumns, UseColumns]] = []
        late = []
        for session_id in by_session.keys() | marks.keys():
            priced = by_session.get(session_id, [])
            news = {self._chained(row, cost): row.use for row, cost in priced}
            uses = self._judges.judge_on(session_id, news, marks.get(session_id, []))
            if uses is None:
                late.append(session_id)
                uses = {row.told.request_id: row.use for row, _ in priced}
            both += [(row, cost, uses[row.told.request_id]) for row, cost in priced]
        write(db, both)
        for session_id in late:
            self._judge_session(db, session_id)

    def assess_all(self, db: Database, *, progress: Callable[[int], None] = lambda _: None) -> int:
        """Work out all costs and cache uses in the open transaction; return how many there are.

        ``progress`` is told how many requests each session had.
        """
        found = db.conn.execute("select distinct session_id from requests").fetchall()
        requests = 0
        for (session_id,) in found:
            rows = session_rows(db, session_id)
            write(db, ((row, self._cost(row), row.use) for row in rows))
            self._judge_session(db, session_id)
            self._judges.forget()
            requests += len(rows)
            progress(len(rows))
        return requests

    def _judge_session(self, db: Database, session_id: str) -> None:
        rows = session_rows(db, session_id)
        uses = self._judges.judge_all(
            session_id,
            (self._chained(row, row.cost) for row in rows),
            marks_of(db, session_id),
        )
        write(db, ((row, row.cost, use) for row, use in zip(rows, uses, strict=True)))

    def _cost(self, row: RequestRow) -> CostColumns:
        billed = row.billed
        price = self._price(billed)
        return CostColumns.of(
            price_request(billed, self._prices), price.context_window if price else None
        )

    def _chained(self, row: RequestRow, cost: CostColumns) -> ChainedRequest:
        return row.chained(cost, self._rates(row.billed))

    def _rates(self, billed: BilledRequest) -> Rates | None:
        price = self._price(billed)
        steps = price.steps(billed.speed) if price else None
        return applicable(steps, prompt_tokens(billed.tokens)) if steps else None

    def _price(self, billed: BilledRequest) -> ModelPrice | None:
        if billed.model is None:
            return None
        return self._prices.price(billed.model, billed.at, billed.provider)
