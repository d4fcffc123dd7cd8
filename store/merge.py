"""How facts become rows: one ``insert … on conflict`` statement a table.

Every merge is commutative, associative and idempotent, so the derived tables depend on the set of
records alone. Columns that several facts of a thing share take the smallest known value, a fact's
own columns are those of the record with the highest rank, and spans of time only widen. News of
one thing in one batch is folded by the same rules first: a decision and its result mostly come
together, and a row is cheaper to write once than twice.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, NamedTuple

from store.binding import insert_into, run_many
from store.changes import Facts, SessionChange
from store.connection import Database
from store.counters import COMBINED
from store.facts import (
    AttributeSeen,
    CounterKey,
    EventSeen,
    Key,
    RequestFact,
    RequestFailed,
    RequestMade,
    RequestRefused,
    RequestSpan,
    ResponseGiven,
    ToolCallFact,
    ToolDecided,
    ToolFinished,
    ToolSpan,
    TurnSpan,
)


def _smallest(column: str) -> str:
    return (
        f"{column} = min(ifnull({column}, excluded.{column}), ifnull(excluded.{column}, {column}))"
    )


def _largest(column: str) -> str:
    return (
        f"{column} = max(ifnull({column}, excluded.{column}), ifnull(excluded.{column}, {column}))"
    )


def _ranked(columns: Sequence[str], rank: str, *, comparison: str = ">") -> list[str]:
    wins = f"ifnull(excluded.{rank} {comparison} {rank}, {rank} is null)"
    return [f"{column} = iif({wins}, excluded.{column}, {column})" for column in (*columns, rank)]


class _Facet(NamedTuple):
    """Which columns of a table one kind of fact fills; ``start`` is where they begin in a row."""

    start: int
    width: int
    """The rank and the columns that are the fact's own."""


class _Table:
    """A table in whose rows several kinds of facts about one thing meet."""

    def __init__(self, name: str, *kinds: type[RequestFact | ToolCallFact]) -> None:
        first = kinds[0]._fields
        self.shared = next(index for index, column in enumerate(first) if column.endswith("_rank"))
        self.facets: dict[type[RequestFact | ToolCallFact], _Facet] = {}
        self.columns = list(first[: self.shared])
        merged = [_smallest(column) for column in first[2 : self.shared]]
        for kind in kinds:
            rank, *own = kind._fields[self.shared :]
            self.facets[kind] = _Facet(len(self.columns), len(own) + 1)
            self.columns += [rank, *own]
            merged += _ranked(own, rank)
        self.statement = (
            f"{insert_into(name, self.columns)} on conflict ({', '.join(first[:2])}) do update set "
            + ", ".join(merged)
        )

    def row(self, news: Sequence[RequestFact | ToolCallFact]) -> list[Any]:
        """Fold all news of one thing into one row."""
        shared = self.shared
        row: list[Any] = [*news[0][:shared], *(None,) * (len(self.columns) - shared)]
        for fact in news:
            start, width = self.facets[type(fact)]
            if row[start] is None or fact[shared] > row[start]:
                row[start : start + width] = fact[shared:]
            if fact is not news[0]:
                for index in range(2, shared):
                    value = fact[index]
                    if value is not None and (row[index] is None or value < row[index]):
                        row[index] = value
        return row


_REQUESTS = _Table("requests", RequestMade, RequestFailed, RequestRefused, ResponseGiven)
_TOOL_CALLS = _Table("tool_calls", ToolDecided, ToolFinished)

_TURN = (
    f"{insert_into('turns', TurnSpan._fields)} on conflict (session_id, turn_id) do update set "
    "started_unix_nano = min(started_unix_nano, excluded.started_unix_nano), "
    "last_event_unix_nano = max(last_event_unix_nano, excluded.last_event_unix_nano)"
)
_PROMPT = (
    "update turns set prompt_rank = ?3, prompt_digest = ?4, prompt_content = ?5,"
    " prompt_length = nullif(?6, ''), command = nullif(?7, '')"
    " where session_id = ?1 and turn_id = ?2 and (prompt_rank is null or prompt_rank > ?3)"
)
_EVENT = f"{insert_into('events', EventSeen._fields)} on conflict do nothing"
_ATTRIBUTE = f"{insert_into('session_attributes', AttributeSeen._fields)} on conflict do nothing"

_TOOL_SPAN = (
    f"{insert_into('tool_spans', ToolSpan._fields)} on conflict (session_id, span_id) do update set"
    f" {', '.join(map(_smallest, ToolSpan._fields[2:]))}"
)
_REQUEST_SPAN = (
    f"{insert_into('request_spans', RequestSpan._fields)} on conflict (session_id, request_id)"
    f" do update set {', '.join(_ranked(RequestSpan._fields[3:], 'traced_rank'))}"
)
_COUNTER = (
    f"{insert_into('counters', (*CounterKey._fields, 'millionths'))}"
    f" on conflict ({', '.join(CounterKey._fields)}) do update set millionths = {COMBINED}"
)

_SESSION_COLUMNS = [column.name for column in fields(SessionChange)]
_session_row: Callable[[SessionChange], tuple[Any, ...]] = attrgetter(*_SESSION_COLUMNS)
_MARKS = ("last_prompt", "exited", "failed", "answered", "decided")
_COUNTS = ("log_records", "spans", "metric_points")
_SESSION = (
    f"{insert_into('sessions', _SESSION_COLUMNS)} on conflict (session_id) do update set "
    + (
        ", ".join(
            [
                *map(_smallest, ("agent", "started_unix_nano")),
                *map(_largest, ("last_event_unix_nano", "opened")),
                *(_largest(f"{mark}_unix_nano") for mark in _MARKS),
                *_ranked(["last_event_name"], "last_event_rank"),
                *_ranked(["title", "title_content"], "title_rank", comparison="<"),
                *_ranked(["permission_mode"], "permission_mode_rank"),
                *_ranked(["context_tokens"], "context_rank"),
                *_ranked(["asked_unix_nano", "asked_tool"], "asked_rank"),
                *(f"{count} = {count} + excluded.{count}" for count in _COUNTS),
            ]
        )
    )
)


def merge(db: Database, facts: Facts) -> None:
    """Merge facts into the derived tables, in the transaction the caller has open.

    Sessions and turns come first: the triggers that keep their totals update rows that must exist.
    """
    run_many(db, _SESSION, map(_session_row, facts.sessions.values()))
    run_many(db, _TURN, ((*key, *span) for key, span in facts.turns.items()))
    run_many(db, _ATTRIBUTE, facts.attributes)
    run_many(db, _EVENT, facts.events)
    run_many(db, _PROMPT, facts.prompts)
    _merge_news(db, _REQUESTS, facts.requests)
    _merge_news(db, _TOOL_CALLS, facts.tool_calls)
    run_many(db, _TOOL_SPAN, facts.tool_spans)
    run_many(db, _REQUEST_SPAN, facts.request_spans)
    run_many(db, _COUNTER, ((*key, amount) for key, amount in facts.counters.items()))


def _merge_news(
    db: Database, table: _Table, news: Mapping[Key, Sequence[RequestFact | ToolCallFact]]
) -> None:
    run_many(db, table.statement, map(table.row, news.values()))
