"""Nouns for tests, with every field that a test does not care about filled in."""

from typing import Any

from store.domain import (
    Agent,
    Content,
    Cost,
    Decider,
    DecisionCounts,
    DecisionScope,
    Event,
    Origin,
    Outcome,
    Request,
    RequestStatus,
    Session,
    SessionState,
    TokenUsage,
    ToolCall,
    Turn,
    Verdict,
)

SECOND = 1_000_000_000
NOW = 1_795_359_012 * SECOND
"""2026-11-22 14:50:12 UTC."""

TOKENS = TokenUsage(
    input=8_000,
    cache_read=2_500_000,
    cache_write=900_000,
    cache_write_5m=900_000,
    cache_write_1h=0,
    output=60_000,
)


def make_session(session_id: str = "s1", **changes: object) -> Session:
    """Return a session that works."""
    fields: dict[str, Any] = {
        "session_id": session_id,
        "agent": Agent.CLAUDE_CODE,
        "title": "Fix double charge on retry",
        "title_content": Content.PRESENT,
        "models": ("claude-opus-5-5",),
        "started_at": NOW - 1_800 * SECOND,
        "last_event_at": NOW - 2 * SECOND,
        "last_event_name": "tool_result",
        "state": SessionState.WORKING,
        "state_reason": "the last event is 2 s old",
        "permission_mode": "default",
        "turns": 7,
        "requests": 62,
        "tool_calls": 61,
        "decisions": DecisionCounts(accepted=58, rejected=2, aborted=0, unknown=1),
        "failed_tool_calls": 1,
        "errors": 0,
        "tokens": TOKENS,
        "cost": Cost(reported_micros=3_840_000),
        "context_tokens": 118_000,
        "records": 412,
        "log_records": 300,
        "spans": 0,
        "metric_points": 112,
        "attributes": {"service.version": ("2.1.330",), "user.id": ("57f1f90a564855db",)},
    }
    return Session(**(fields | changes))


def make_turn(number: int = 1, **changes: object) -> Turn:
    """Return a turn with a prompt."""
    fields: dict[str, Any] = {
        "session_id": "s1",
        "turn_id": f"turn-{number}" if number else None,
        "number": number,
        "started_at": NOW - (1_800 - number * 60) * SECOND,
        "last_event_at": NOW - (1_750 - number * 60) * SECOND,
        "prompt": "retry once, then give up" if number else None,
        "prompt_content": Content.PRESENT if number else Content.UNKNOWN,
        "prompt_length": 24 if number else None,
        "command": None,
        "prompt_origin": Origin.PERSON,
        "requests": 1,
        "tool_calls": 1,
        "rejected": 0,
        "failed_tool_calls": 0,
        "errors": 0,
        "tokens": TOKENS,
        "cost": Cost(reported_micros=410_000),
    }
    return Turn(**(fields | changes))


def make_request(request_id: str = "req_011", **changes: object) -> Request:
    """Return a request that went well."""
    fields: dict[str, Any] = {
        "session_id": "s1",
        "turn_id": "turn-1",
        "request_id": request_id,
        "at": NOW - 1_790 * SECOND,
        "agent": Agent.CLAUDE_CODE,
        "model": "claude-opus-5-5",
        "source": "main",
        "source_raw": "repl_main_thread",
        "agent_id": None,
        "agent_name": None,
        "effort": "high",
        "speed": "normal",
        "tokens": TokenUsage(
            input=10,
            cache_read=16_900,
            cache_write=8_900,
            cache_write_5m=8_900,
            cache_write_1h=0,
            output=233,
        ),
        "cost": Cost(reported_micros=70_300),
        "duration_ms": 3_200,
        "ttft_ms": 900,
        "attempts": 1,
        "status": RequestStatus.OK,
        "error": None,
        "http_status": None,
        "response": "I'll look at the retry path first.",
        "response_content": Content.PRESENT,
        "response_length": 34,
    }
    return Request(**(fields | changes))


def make_tool_call(tool_call_id: str = "toolu_1", **changes: object) -> ToolCall:
    """Return a tool call that a person allowed once and that went well."""
    fields: dict[str, Any] = {
        "session_id": "s1",
        "turn_id": "turn-1",
        "tool_call_id": tool_call_id,
        "request_id": "req_011",
        "at": NOW - 1_785 * SECOND,
        "agent": Agent.CLAUDE_CODE,
        "agent_id": None,
        "tool": "Bash",
        "mcp_server": None,
        "mcp_tool": None,
        "command": "git push --force origin main",
        "file_path": None,
        "parameters": '{"full_command": "git push --force origin main"}',
        "input": None,
        "verdict": Verdict.ACCEPTED,
        "decider": Decider.USER,
        "scope": DecisionScope.ONCE,
        "mode": "default",
        "source_raw": "user_temporary",
        "decided_at": NOW - 1_785 * SECOND,
        "waited_ms": 3_200,
        "outcome": Outcome.SUCCEEDED,
        "finished_at": NOW - 1_784 * SECOND,
        "duration_ms": 21,
        "error_type": None,
        "error": None,
        "input_bytes": 48,
        "result_bytes": 310,
    }
    return ToolCall(**(fields | changes))


def make_event(name: str = "permission_mode_changed", **changes: object) -> Event:
    """Return a change of the permission mode."""
    fields: dict[str, Any] = {
        "session_id": "s1",
        "turn_id": "turn-1",
        "agent_id": None,
        "at": NOW - 1_780 * SECOND,
        "sequence": 12,
        "name": name,
        "kind": "mode_change",
        "text": None,
        "attributes": {
            "from_mode": "default",
            "to_mode": "acceptEdits",
            "trigger": "shift_tab",
        },
        "subject": f"event:{name}",
    }
    return Event(**(fields | changes))
