"""How facts become rows: one ``insert … on conflict`` statement a kind of fact.

Every merge is commutative, associative and idempotent, so the derived tables depend on the set of
records alone. Shared columns take the smallest known value, a fact's own columns are those of the
record with the highest rank, and spans of time only widen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from store.connection import Database
from store.facts import (
    AttributeSeen,
    EventSeen,
    Fact,
    Facts,
    PromptGiven,
    RequestFailed,
    RequestMade,
    RequestRefused,
    ResponseGiven,
    SessionChange,
    ToolDecided,
    ToolFinished,
    TurnSpan,
)


def _insert(table: str, columns: Sequence[str]) -> str:
    marks = ", ".join("?" * len(columns))
    return f"insert into {table} ({', '.join(columns)}) values ({marks})"


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


def _fact_statement(table: str, fact: type[Fact], *, key: str, rank: str) -> str:
    columns = fact._fields
    shared = columns[2 : columns.index(rank)]
    own = columns[columns.index(rank) + 1 :]
    merged = [*map(_smallest, shared), *_ranked(own, rank)]
    return f"{_insert(table, columns)} on conflict (session_id, {key}) do update set " + ", ".join(
        merged
    )


_STATEMENTS: dict[type[Fact], str] = {
    RequestMade: _fact_statement("requests", RequestMade, key="request_id", rank="made_rank"),
    RequestFailed: _fact_statement("requests", RequestFailed, key="request_id", rank="failed_rank"),
    RequestRefused: _fact_statement(
        "requests", RequestRefused, key="request_id", rank="refused_rank"
    ),
    ResponseGiven: _fact_statement(
        "requests", ResponseGiven, key="request_id", rank="response_rank"
    ),
    ToolDecided: _fact_statement(
        "tool_calls", ToolDecided, key="tool_call_id", rank="decided_rank"
    ),
    ToolFinished: _fact_statement(
        "tool_calls", ToolFinished, key="tool_call_id", rank="finished_rank"
    ),
    EventSeen: f"{_insert('events', EventSeen._fields)} on conflict do nothing",
    PromptGiven: (
        "update turns set prompt_rank = ?3, prompt_digest = ?4, prompt_content = ?5,"
        " prompt_length = ?6, command = ?7 where session_id = ?1 and turn_id = ?2"
        " and (prompt_rank is null or prompt_rank > ?3)"
    ),
}

_TURN = (
    f"{_insert('turns', TurnSpan._fields)} on conflict (session_id, turn_id) do update set "
    "started_unix_nano = min(started_unix_nano, excluded.started_unix_nano), "
    "last_event_unix_nano = max(last_event_unix_nano, excluded.last_event_unix_nano)"
)
_ATTRIBUTE = f"{_insert('session_attributes', AttributeSeen._fields)} on conflict do nothing"

_SESSION_COLUMNS = [column.name for column in fields(SessionChange)]
_session_row = attrgetter(*_SESSION_COLUMNS)
_SESSION = (
    f"{_insert('sessions', _SESSION_COLUMNS)} on conflict (session_id) do update set "
    + ", ".join(
        [
            *map(_smallest, ("agent", "started_unix_nano")),
            *map(
                _largest,
                (
                    "last_event_unix_nano",
                    "opened",
                    "last_prompt_unix_nano",
                    "exited_unix_nano",
                    "failed_unix_nano",
                    "answered_unix_nano",
                ),
            ),
            *_ranked(["last_event_name"], "last_event_rank"),
            *_ranked(["title", "title_content"], "title_rank", comparison="<"),
            *_ranked(["permission_mode"], "permission_mode_rank"),
            *_ranked(["context_tokens"], "context_rank"),
            *(
                f"{count} = {count} + excluded.{count}"
                for count in ("log_records", "spans", "metric_points")
            ),
        ]
    )
)


def merge(db: Database, facts: Facts) -> None:
    """Merge facts into the derived tables, in the transaction the caller has open.

    Sessions and turns come first: the triggers that keep their totals update rows that must exist.
    """
    _run(db, _SESSION, map(_session_row, facts.sessions.values()))
    _run(db, _TURN, ((*key, *span) for key, span in facts.turns.items()))
    _run(db, _ATTRIBUTE, facts.attributes)
    for kind, statement in _STATEMENTS.items():
        if found := facts.by_kind.get(kind):
            _run(db, statement, found)


def _run(db: Database, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    db.conn.executemany(statement, rows)
