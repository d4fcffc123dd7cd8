"""The part of a request's row that its cost and its use of the cache follow from."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from store.assessment.columns import CostColumns, UseColumns
from store.binding import run_many
from store.chains import ChainedRequest
from store.connection import Database
from store.fact_rows import Row, Rows
from store.facts import Key, RequestMade, RequestTraced
from store.figures import TokenUsage
from store.prices.cost import BilledRequest
from store.prices.rates import Rates
from store.totals import UNNAMED_SPAN


class _Told(NamedTuple):
    session_id: str
    request_id: str
    started_unix_nano: int
    sequence: int | None
    agent_id: str | None
    turn_id: str | None
    model: str | None
    source: str | None
    source_raw: str | None
    effort: str | None
    speed: str | None
    agent_version: str | None
    duration_ms: int | None
    input_tokens: int | None
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    cache_write_5m_tokens: int | None
    cache_write_1h_tokens: int | None
    output_tokens: int | None
    reported_micros: int | None


_TRACED = frozenset(
    {
        "source_raw",
        "effort",
        "speed",
        "duration_ms",
        "input_tokens",
        "cache_read_tokens",
        "cache_write_tokens",
        "output_tokens",
    }
)
"""What stands in for the event's figure where only a span tells it."""

_COLUMNS = ", ".join(
    [f"coalesce({name}, traced_{name})" if name in _TRACED else name for name in _Told._fields]
    + [*CostColumns._fields, *UseColumns._fields]
)
_SELECT = f"select {_COLUMNS} from requests where session_id = ?"
_HAS_ID = f"request_id not like '{UNNAMED_SPAN}%'"
_COSTS_AT = len(_Told._fields)
_USES_AT = _COSTS_AT + len(CostColumns._fields)


class RequestRow(NamedTuple):
    """A request as the store has it, with what was worked out of it before."""

    told: _Told | RequestMade
    cost: CostColumns
    use: UseColumns

    @property
    def billed(self) -> BilledRequest:
        """Return what its cost follows from."""
        told = self.told
        return BilledRequest(
            model=told.model,
            tokens=self._tokens(told.cache_write_5m_tokens, told.cache_write_1h_tokens),
            at=told.started_unix_nano,
            speed=told.speed,
            reported_micros=told.reported_micros,
            source=told.source,
        )

    def chained(self, cost: CostColumns, rates: Rates | None) -> ChainedRequest:
        """Return what forensics need, with the lives of cache writes as its cost proves them."""
        told = self.told
        lives = cost.billed_5m_tokens, cost.billed_1h_tokens
        if cost.billed_5m_tokens is None:
            lives = told.cache_write_5m_tokens, told.cache_write_1h_tokens
        tokens = self._tokens(*lives)
        return ChainedRequest(
            request_id=told.request_id,
            at=told.started_unix_nano,
            tokens=tokens,
            source=told.source,
            source_raw=told.source_raw,
            agent_id=told.agent_id,
            duration_ms=told.duration_ms,
            model=told.model,
            effort=told.effort,
            speed=told.speed,
            sequence=told.sequence,
            agent_version=told.agent_version,
            rates=rates,
        )

    def _tokens(self, five_minutes: int | None, hour: int | None) -> TokenUsage:
        told = self.told
        return TokenUsage(
            input=told.input_tokens,
            cache_read=told.cache_read_tokens,
            cache_write=told.cache_write_tokens,
            cache_write_5m=five_minutes,
            cache_write_1h=hour,
            output=told.output_tokens,
        )


_HAS_ROW = "select 1 from requests where session_id = ? and request_id = ?"
_NO_COST = CostColumns._make([None] * len(CostColumns._fields))
NO_USE = UseColumns._make([None] * len(UseColumns._fields))
_NOT_MADE = [None] * len(RequestMade._fields)


def new_rows(db: Database, rows: Rows) -> dict[Key, RequestRow]:
    """Return, as they will be, those of rows that the store does not have yet.

    What spans tell is left out, as it is mixed with what events tell.
    """
    return {
        key: RequestRow(_made(row), _NO_COST, NO_USE)
        for key, row in rows.items()
        if RequestTraced not in row.kinds and db.conn.execute(_HAS_ROW, key).fetchone() is None
    }


def _made(row: Row) -> RequestMade:
    """Return what was told of a request as though it were of one that was made."""
    shared = RequestMade._fields.index("made_rank")
    told = row.values[: None if row.kinds[0] is RequestMade else shared]
    return RequestMade._make([*told, *_NOT_MADE][: len(_NOT_MADE)])


def request_rows(db: Database, keys: Iterable[Key]) -> list[RequestRow]:
    """Return the rows of requests as the store has them.

    What only an unnamed span tells of is left out: an event may tell of the same request, and both
    would be counted.
    """
    statement = f"{_SELECT} and request_id = ?"
    return [
        _row(db.conn.execute(statement, key).fetchone())
        for key in keys
        if not key[1].startswith(UNNAMED_SPAN)
    ]


def session_rows(db: Database, session_id: str) -> list[RequestRow]:
    """Return the rows of a session's requests in the order in which they were sent."""
    found = db.conn.execute(
        f"{_SELECT} and {_HAS_ID} order by started_unix_nano, sequence, request_id", [session_id]
    )
    return [_row(row) for row in found.fetchall()]


def write(db: Database, both: Iterable[tuple[RequestRow, CostColumns, UseColumns]]) -> None:
    """Keep costs and uses where one of them has changed."""
    run_many(
        db,
        _WRITE,
        (
            (*cost, *use, *row.told[:2])
            for row, cost, use in both
            if row.cost != cost or row.use != use
        ),
    )


def _update(columns: Sequence[str]) -> str:
    values = ", ".join(f"{column} = nullif(?, '')" for column in columns)
    return f"update requests set {values} where session_id = ? and request_id = ?"


_WRITE = _update((*CostColumns._fields, *UseColumns._fields))


def _row(row: Sequence[object]) -> RequestRow:
    return RequestRow(
        _Told._make(row[:_COSTS_AT]),
        CostColumns._make(row[_COSTS_AT:_USES_AT]),
        UseColumns._make(row[_USES_AT:]),
    )
