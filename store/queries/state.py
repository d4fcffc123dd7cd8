"""What a session is doing, as one SQL expression, and from what it is known.

Nothing on the wire announces a start, so *working* is inferred, and says from what. Nor does
anything announce that a person is asked, but the start of a ``PermissionRequest`` hook, where there
is one, and the body of a reply that asks for a tool call: a decision comes after it was made.
"""

from collections.abc import Mapping
from typing import Any

from store.domain import Agent, SessionState

WORKING_FOR_NS = 30 * 10**9
"""How long after its newest event a session is taken to be working: exports come every 5 s."""

OPEN_FOR_NS = 600 * 10**9
"""How long a turn is taken to be open that was not heard of: the longest that Claude Code lets an
answer or a command take by default (its ``API_TIMEOUT_MS`` and ``BASH_MAX_TIMEOUT_MS``)."""

CLOCK_AHEAD_NS = 5 * 60 * 10**9
"""How far a sender's clock may be ahead; an event dated later does not make a session working."""

WAITING_FOR_NS = 4 * 3600 * 10**9
"""How long a question is taken to be open: a process that was killed answers none."""

ASKED_AFTER_NS = 15 * 10**9
"""How long after a reply asked for a tool call it is taken to wait for a decision: what needs none
is decided at once, and exports come every 5 s."""

_PENDING = """from tool_calls p where p.session_id = s.session_id
    and p.requested_unix_nano = s.requested_unix_nano and p.verdict = 'unknown'
    and p.finished_rank is null and p.executed_rank is null"""

PENDING_TOOL = f"""iif(s.requested_unix_nano is null, null, (
    select iif(p.mcp_server is null, p.tool,
        'mcp__' || p.mcp_server || '__' || ifnull(p.mcp_tool, ''))
    {_PENDING} order by p.tool_call_id limit 1))"""
"""The first tool call that the newest body of a reply asks for and that is not decided."""

_ANSWERED = """(s.decided_unix_nano >= s.asked_unix_nano and (s.asked_tool is null
    or s.agent <> 'claude-code' or exists (select 1 from tool_calls d
        where d.session_id = s.session_id and d.decided_unix_nano >= s.asked_unix_nano
        and (d.tool is null or d.tool = s.asked_tool or d.tool = 'mcp_tool'
            and substr(s.asked_tool, 1, 5) = 'mcp__' and ifnull(s.asked_tool
                = 'mcp__' || d.mcp_server || '__' || d.mcp_tool, 1)))))"""
"""Whether the tool that a hook asked for was decided since; others may be decided meanwhile."""

_HEARD_WITHIN = "s.last_event_unix_nano - :filter_now between 1 - {within} and {ahead}"

STATE = f"""case
    when s.exited_unix_nano >= ifnull(s.last_prompt_unix_nano, 0) then 'ended'
    when s.asked_unix_nano > max(ifnull(s.turn_ended_unix_nano, 0),
        ifnull(s.last_prompt_unix_nano, 0)) and {_ANSWERED} is not 1
        and :filter_now - s.asked_unix_nano < {WAITING_FOR_NS} then 'waiting'
    when s.requested_unix_nano > max(ifnull(s.last_prompt_unix_nano, 0),
            ifnull(s.failed_unix_nano, 0))
        and s.requested_unix_nano >= ifnull(s.answered_unix_nano, 0)
        and :filter_now - s.requested_unix_nano between {ASKED_AFTER_NS} and {WAITING_FOR_NS}
        and exists (select 1 {_PENDING}) then 'waiting'
    when s.failed_unix_nano > max(ifnull(s.answered_unix_nano, 0),
        ifnull(s.last_prompt_unix_nano, 0)) then 'failed'
    when {_HEARD_WITHIN.format(within=WORKING_FOR_NS, ahead=CLOCK_AHEAD_NS)} then 'working'
    when {_HEARD_WITHIN.format(within=OPEN_FOR_NS, ahead=CLOCK_AHEAD_NS)}
        and max(ifnull(s.answered_unix_nano, 0), ifnull(s.turn_ended_unix_nano, 0))
            < s.awaited_unix_nano then 'working'
    when {_HEARD_WITHIN.format(within=OPEN_FOR_NS, ahead=CLOCK_AHEAD_NS)}
        and s.running_tool_calls > 0
        and s.decided_unix_nano > max(ifnull(s.awaited_unix_nano, 0),
            ifnull(s.turn_ended_unix_nano, 0)) then 'working'
    else 'idle' end"""
"""The ``SessionState`` of ``sessions s`` at ``:filter_now`` (ns)."""

_REASONS: Mapping[SessionState, str] = {
    SessionState.ENDED: "the last prompt was /exit",
    SessionState.FAILED: "the newest model request was given up",
    SessionState.IDLE: "inferred: nothing heard of it for 30 s or more",
}
_ASKED_BY_HOOK = "a PermissionRequest hook started and no decision on its tool came since"
_ASKED_BY_REPLY = "a reply asked for a tool call and no decision came since"
_ASKED_BY_AGENT = "the agent asked whether a tool may run and no answer came since"
_RECEIVED = "inferred: a tool call was received and nothing came since: it waits, or it runs"
_HEARD_OF = "inferred: it was heard of in the last 30 s"
_RUNS = "a tool call was let through and has no result: it runs, or it was interrupted"
_ANSWERS = "the model has something to answer and has not yet: it does, or it was interrupted"
_QUESTIONS = {
    Agent.CODEX: (_ASKED_BY_AGENT, _RECEIVED),
    Agent.OPENCODE: (_ASKED_BY_AGENT, _RECEIVED),
}
"""How a question is known: told while it is open, or concluded from a call without a decision."""


def reason(row: Mapping[str, Any], state: SessionState, now_ns: int) -> str:
    """Return from what the state of a session is known, in a sentence."""
    is_running = bool(row["running_tool_calls"])
    if state is SessionState.WAITING:
        by_event, by_reply = _QUESTIONS.get(row["agent"], (_ASKED_BY_HOOK, _ASKED_BY_REPLY))
        return by_event if asks_by_hook(row) else by_reply
    if state is SessionState.WORKING:
        if now_ns - row["last_event_unix_nano"] < WORKING_FOR_NS:
            return _HEARD_OF
        return f"inferred: {_RUNS if is_running else _ANSWERS}"
    return _RUNS if state is SessionState.IDLE and is_running else _REASONS[state]


def asks_by_hook(row: Mapping[str, Any]) -> bool:
    """Tell whether the newest question is one that a hook announced."""
    return (row["asked_unix_nano"] or 0) > (row["requested_unix_nano"] or 0)
