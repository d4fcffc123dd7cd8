"""What a session is doing, as one SQL expression, and from what it is known.

Nothing on the wire announces a start, so *working* is inferred from recent events and says so. Nor
does anything announce that a person is asked, but the start of a ``PermissionRequest`` hook, where
there is one: it comes while the question is open, the decision after it was answered.
"""

from collections.abc import Mapping

from store.domain import SessionState

WORKING_FOR_NS = 30 * 10**9
"""How long after its newest event a session is taken to be working: exports come every 5 s."""

CLOCK_AHEAD_NS = 5 * 60 * 10**9
"""How far a sender's clock may be ahead; an event dated later does not make a session working."""

WAITING_FOR_NS = 4 * 3600 * 10**9
"""How long a question is taken to be open: a process that was killed answers none."""

ASKED_AFTER_NS = 15 * 10**9
"""How long after a reply asked for a tool call it is taken to wait for a decision: what needs none
is decided at once, and exports come every 5 s."""

STATE = f"""case
    when s.exited_unix_nano >= ifnull(s.last_prompt_unix_nano, 0) then 'ended'
    when s.asked_unix_nano > max(ifnull(s.decided_unix_nano, 0),
        ifnull(s.last_prompt_unix_nano, 0))
        and :filter_now - s.asked_unix_nano < {WAITING_FOR_NS} then 'waiting'
    when s.requested_unix_nano > max(ifnull(s.decided_unix_nano, 0),
        ifnull(s.last_prompt_unix_nano, 0), ifnull(s.failed_unix_nano, 0))
        and s.requested_unix_nano >= ifnull(s.answered_unix_nano, 0)
        and :filter_now - s.requested_unix_nano between {ASKED_AFTER_NS} and {WAITING_FOR_NS}
        then 'waiting'
    when s.failed_unix_nano > max(ifnull(s.answered_unix_nano, 0),
        ifnull(s.last_prompt_unix_nano, 0)) then 'failed'
    when s.last_event_unix_nano - :filter_now between 1 - {WORKING_FOR_NS} and {CLOCK_AHEAD_NS}
        then 'working'
    else 'idle' end"""
"""The ``SessionState`` of ``sessions s`` at ``:filter_now`` (ns)."""

REASONS: Mapping[SessionState, str] = {
    SessionState.ENDED: "the last prompt was /exit",
    SessionState.WAITING: "a PermissionRequest hook started and no decision came since",
    SessionState.FAILED: "the newest model request was given up",
    SessionState.WORKING: "inferred: it was heard of in the last 30 s",
    SessionState.IDLE: "inferred: nothing heard of it for 30 s or more",
}
RUNS_OR_INTERRUPTED = (
    "a tool call was let through and has no result: it runs, or it was interrupted"
)
"""Why an idle session may not be."""
