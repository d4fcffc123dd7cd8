"""What some of a session's facts are, or lack: from it follows why a column can be blank."""

from collections.abc import Mapping, Sequence

from store.connection import Database

_SOME: Mapping[str, str] = {
    "untraced_request": "requests x where {own} and x.traced_rank is null",
    "untitled": "sessions x where {own} and x.title is null",
    "modeless": "sessions x where {own} and x.permission_mode is null",
    "call": "tool_calls x where {own}",
    "untimed_request": "requests x where {own} and x.failed_rank is null"
    " and coalesce(x.ttft_ms, x.traced_ttft_ms) is null",
    "answered_request": "requests x where {own}"
    " and (x.made_rank is not null or x.traced_success = 1)",
    "failed_request": "requests x where {own} and x.made_rank is null"
    " and (x.failed_rank is not null or x.traced_success = 0)",
    "untraced_call": "tool_calls x where {own} and (x.traced_rank is null or not exists ("
    "select 1 from waits w where w.session_id = x.session_id"
    " and w.parent_span_id = x.traced_span_id))",
    "unbilled_request": "requests x where {own} and x.made_rank is null and x.failed_rank is null",
    "undecided_call": "tool_calls x where {own} and x.mode is null",
    "unfinished_call": "tool_calls x where {own} and x.finished_rank is null",
    "request_outside": "requests x where {own} and x.turn_id is null",
    "call_outside": "tool_calls x where {own} and x.turn_id is null",
    "effortless_request": "requests x where {own} and coalesce(x.effort, x.traced_effort) is null",
    "unpriced_request": "requests x where {own} and (x.price_table is null"
    " or x.computed_micros is null or x.split_provenance is null)",
    "unjudged_request": "requests x where {own} and x.rebuilt_tokens is null",
    "first_request": "requests x where {own} and x.idle_ns is null",
    "unnamed_agent": "requests x where {own} and x.agent_id is not null and x.agent_name is null",
}
"""What some of a session's facts may be, or lack."""


def some_facts(db: Database, ids: Sequence[str]) -> Mapping[str, frozenset[str]]:
    """Return what some of each session's facts are, or lack."""
    columns = ", ".join(
        f"exists (select 1 from {rows.format(own='x.session_id = s.session_id')}) as {name}"
        for name, rows in _SOME.items()
    )
    marks = ", ".join("?" * len(ids))
    rows = db.query(
        f"select s.session_id, {columns} from sessions s where s.session_id in ({marks})",
        list(ids),
    )
    return {row["session_id"]: frozenset(name for name in _SOME if row[name]) for row in rows}
