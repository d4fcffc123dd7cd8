"""Working out costs and cache uses of what a transaction changed, or of all there is."""

from collections.abc import Callable
from typing import NamedTuple

from store.assessment.columns import CostColumns, UseColumns
from store.assessment.judges import Judges
from store.assessment.marks import marks_in, marks_of
from store.assessment.rows import (
    NO_USE,
    RequestRow,
    new_rows,
    request_rows,
    session_rows,
    write,
)
from store.chains import ChainedRequest
from store.changes import Facts
from store.connection import Database
from store.fact_rows import REQUESTS, Row, Rows
from store.facts import Key
from store.prices.amounts import prompt_tokens
from store.prices.cost import BilledRequest
from store.prices.rates import PriceTable, Rates, applicable
from store.pricing import price_request


class _Priced(NamedTuple):
    cost: CostColumns
    chained: ChainedRequest


class Assessor:
    """Keeps the costs and cache uses of requests, by one price table."""

    def __init__(self, prices: PriceTable) -> None:
        self._prices = prices
        self._judges = Judges()
        self._done: set[str] = set()
        """Sessions of which nothing is left to be worked out in this transaction."""

    def forget(self) -> None:
        """Drop what was learnt in a transaction that was rolled back."""
        self._judges.forget()
        self._done.clear()

    def assess_new(self, db: Database, facts: Facts) -> Rows:
        """Work out what follows from requests that the store does not have yet.

        Return the rows of all requests that there is news of, with what is to be inserted.
        """
        rows = REQUESTS.folded(facts.requests)
        new = new_rows(db, rows)
        priced = {key: self._priced(row) for key, row in new.items()}
        by_session: dict[str, list[Key]] = {}
        for key in rows:
            by_session.setdefault(key[0], []).append(key)
        marks = marks_in(facts.events)
        uses: dict[Key, UseColumns] = {}
        for session_id, keys in by_session.items():
            if not all(key in new for key in keys):
                continue
            news = [(priced[key].chained, NO_USE) for key in keys]
            judged = self._judges.judge_on(session_id, news, marks.get(session_id, ()))
            if judged is not None:
                self._done.add(session_id)
                uses.update(((session_id, request_id), use) for request_id, use in judged.items())
        worked_out = {key: (*priced[key].cost, *uses.get(key, NO_USE)) for key in new}
        return {
            key: Row(row.kinds, row.values, worked_out.get(key, ())) for key, row in rows.items()
        }

    def assess(self, db: Database, facts: Facts) -> None:
        """Work out what else follows from merged facts, in the transaction that merged them."""
        done, self._done = self._done, set()
        by_session: dict[str, list[tuple[RequestRow, _Priced]]] = {}
        for row in request_rows(db, (key for key in facts.requests if key[0] not in done)):
            by_session.setdefault(row.told.session_id, []).append((row, self._priced(row)))
        marks = marks_in(facts.events)
        both: list[tuple[RequestRow, CostColumns, UseColumns]] = []
        late = []
        for session_id in (by_session.keys() | marks.keys()) - done:
            rows = by_session.get(session_id, [])
            news = [(priced.chained, row.use) for row, priced in rows]
            uses = self._judges.judge_on(session_id, news, marks.get(session_id, ()))
            if uses is None:
                late.append(session_id)
                uses = {row.told.request_id: row.use for row, _ in rows}
            both += [(row, priced.cost, uses[row.told.request_id]) for row, priced in rows]
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
            write(db, ((row, self._priced(row).cost, row.use) for row in rows))
            self._judge_session(db, session_id)
            self._judges.forget()
            requests += len(rows)
            progress(len(rows))
        return requests

    def _judge_session(self, db: Database, session_id: str) -> None:
        rows = session_rows(db, session_id)
        uses = self._judges.judge_all(
            session_id,
            (row.chained(row.cost, self._rates(row.billed)[0]) for row in rows),
            marks_of(db, session_id),
        )
        write(db, ((row, row.cost, use) for row, use in zip(rows, uses, strict=True)))

    def _priced(self, row: RequestRow) -> _Priced:
        billed = row.billed
        rates, window_tokens = self._rates(billed)
        cost = CostColumns.of(price_request(billed, self._prices), window_tokens)
        return _Priced(cost, row.chained(cost, rates))

    def _rates(self, billed: BilledRequest) -> tuple[Rates | None, int | None]:
        """Return what a request's tokens cost, and its model's window."""
        if billed.model is None:
            return None, None
        price = self._prices.price(billed.model, billed.at, billed.provider)
        if price is None:
            return None, None
        steps = price.steps(billed.speed)
        rates = applicable(steps, prompt_tokens(billed.tokens)) if steps else None
        return rates, price.context_window
