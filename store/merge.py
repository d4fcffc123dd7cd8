"""How facts become rows: one ``insert … on conflict`` statement a table.

Every merge is commutative, associative and idempotent, so the derived tables depend on the set of
records alone. Requests and tool calls, of which several kinds of facts tell, are merged by
``store.fact_rows``.
"""

from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any, NamedTuple

from store.binding import insert_into, run_many
from store.changes import Facts, SessionChange
from store.connection import Database
from store.counters import COMBINED
from store.fact_rows import REQUESTS, TOOL_CALLS, Rows, largest, ranked, smallest
from store.facts import (
    AgentCall,
    AgentParent,
    AgentSpan,
    AttributeSeen,
    CounterKey,
    EventSeen,
    ToolOutput,
    ToolTraced,
    TraceTurn,
    TurnCost,
    TurnSpan,
    UnknownSeen,
    Wait,
)

_TURN = (
    f"{insert_into('turns', TurnSpan._fields)} on conflict (session_id, turn_id) do update set "
    "started_unix_nano = min(started_unix_nano, excluded.started_unix_nano), "
    "last_event_unix_nano = max(last_event_unix_nano, excluded.last_event_unix_nano)"
)
_PROMPT = (
    "update turns set prompt_rank = ?3, prompt_digest = ?4, prompt_content = ?5,"
    " prompt_length = nullif(?6, ''), prompt_origin = ?7, command = nullif(?8, '')"
    " where session_id = ?1 and turn_id = ?2 and (prompt_rank is null or prompt_rank > ?3)"
)


def _insert_or_ignore(table: str, kind: type[NamedTuple]) -> str:
    return f"{insert_into(table, kind._fields)} on conflict do nothing"


_EVENT = (
    f"{insert_into('events', EventSeen._fields)} on conflict (digest)"
    " do update set time_unix_nano = min(time_unix_nano, excluded.time_unix_nano)"
)
_ATTRIBUTE = _insert_or_ignore("session_attributes", AttributeSeen)
_WAIT = _insert_or_ignore("waits", Wait)
_OF_WAIT = (
    "update tool_calls set (traced_verdict, traced_decider) = (select waited_verdict,"
    " waited_decider from waits w where w.session_id = tool_calls.session_id"
    " and w.parent_span_id = tool_calls.traced_span_id order by w.span_id limit 1)"
    " where session_id = ? and traced_span_id = ?"
)
_AGENT_CALL = _insert_or_ignore("agent_calls", AgentCall)
_AGENT_PARENT = _insert_or_ignore("agent_parents", AgentParent)
_AGENT_SPAN = _insert_or_ignore("agent_spans", AgentSpan)
_TRACE_TURN = _insert_or_ignore("trace_turns", TraceTurn)
_TURN_COST = (
    f"{insert_into('turn_costs', TurnCost._fields)} on conflict (session_id, turn_id)"
    f" do update set {largest('reported_micros')}"
)
_TOOL_OUTPUT = (
    f"{insert_into('tool_outputs', ToolOutput._fields)} on conflict (session_id, tool_call_id)"
    " do update set "
    + ", ".join(
        [
            *map(smallest, ("file_path", "lines_added", "lines_removed")),
            *ranked(["output", "diff", "original_length"], "output_rank"),
        ]
    )
)
_UNKNOWN = (
    f"{insert_into('unknowns', (*UnknownSeen._fields, 'records'))}"
    f" on conflict ({', '.join(UnknownSeen._fields)})"
    " do update set records = records + excluded.records"
)
_COUNTER = (
    f"{insert_into('counters', (*CounterKey._fields, 'millionths'))}"
    f" on conflict ({', '.join(CounterKey._fields)}) do update set millionths = {COMBINED}"
)

SESSION_COLUMNS = [column.name for column in fields(SessionChange)]
_session_row: Callable[[SessionChange], tuple[Any, ...]] = attrgetter(*SESSION_COLUMNS)
_MARKS = (
    "last_prompt",
    "exited",
    "failed",
    "answered",
    "decided",
    "awaited",
    "turn_ended",
)
_COUNTS = ("log_records", "spans", "metric_points")
_SESSION = f"{insert_into('sessions', SESSION_COLUMNS)} on conflict (session_id) do update set " + (
    ", ".join(
        [
            *map(smallest, ("agent", "started_unix_nano")),
            *map(largest, ("last_event_unix_nano", "opened")),
            *(largest(f"{mark}_unix_nano") for mark in _MARKS),
            *ranked(["last_event_name"], "last_event_rank"),
            *ranked(["title", "title_content"], "title_rank", comparison="<"),
            *ranked(["permission_mode"], "permission_mode_rank"),
            *ranked(["context_tokens"], "context_rank"),
            *ranked(["asked_unix_nano", "asked_tool"], "asked_rank"),
            *ranked(["requested_unix_nano", "requested_tool"], "requested_rank"),
            *(f"{count} = {count} + excluded.{count}" for count in _COUNTS),
        ]
    )
)


def merge(db: Database, facts: Facts, requests: Rows | None = None) -> None:
    """Merge facts into the derived tables, in the transaction the caller has open.

    ``requests`` are the rows that the news of requests make, where the caller has made them.
    Sessions and turns come first: the triggers that keep their totals update rows that must exist.
    """
    run_many(db, _SESSION, map(_session_row, facts.sessions.values()))
    run_many(db, _TURN, ((*key, *span) for key, span in facts.turns.items()))
    run_many(db, _ATTRIBUTE, facts.attributes)
    run_many(db, _EVENT, facts.events)
    run_many(db, _PROMPT, facts.prompts)
    REQUESTS.write(db, REQUESTS.folded(facts.requests) if requests is None else requests)
    TOOL_CALLS.write(db, TOOL_CALLS.folded(facts.tool_calls))
    run_many(db, _WAIT, facts.waits)
    run_many(db, _OF_WAIT, _spans_of_calls(facts))
    run_many(db, _TOOL_OUTPUT, facts.tool_outputs)
    run_many(db, _AGENT_CALL, facts.agent_calls)
    run_many(db, _AGENT_PARENT, facts.agent_parents)
    run_many(db, _AGENT_SPAN, facts.agent_spans)
    run_many(db, _TRACE_TURN, facts.trace_turns)
    run_many(db, _TURN_COST, facts.turn_costs)
    run_many(db, _UNKNOWN, ((*seen, count) for seen, count in facts.unknowns.items()))
    run_many(db, _COUNTER, ((*key, amount) for key, amount in facts.counters.items()))


def _spans_of_calls(facts: Facts) -> set[tuple[str, bytes | None]]:
    """Return the spans of calls whose decision the spans of this batch may tell."""
    spans = {(wait.session_id, wait.parent_span_id) for wait in facts.waits}
    spans.update(
        (fact.session_id, fact.traced_span_id)
        for news in facts.tool_calls.values()
        for fact in news
        if type(fact) is ToolTraced
    )
    return spans
