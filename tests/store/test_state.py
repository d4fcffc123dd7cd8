"""What a session is doing, never claimed beyond what came, and always with its reason."""

import json
from pathlib import Path
from typing import Any

import pytest

from store.domain import Question, Session, SessionState
from store.queries.filter import parse
from store.queries.sessions import count_sessions, sessions
from store.queries.state import OPEN_FOR_NS
from tests.store.stores import filled
from tests.store.told import SECOND, START, event, logs

WORKING, WAITING, IDLE = SessionState.WORKING, SessionState.WAITING, SessionState.IDLE
ENDED, FAILED = SessionState.ENDED, SessionState.FAILED

_OPEN_S = OPEN_FOR_NS // SECOND

PROMPT = event("user_prompt", 1, 1)
ANSWER = event("api_request", 3, 3, request_id="r", query_source="repl_main_thread")
DECISION = event("tool_decision", 4, 4, tool_use_id="t", decision="accept", source="config")
REFUSAL = event("tool_decision", 4, 4, tool_use_id="t", decision="reject", source="user_reject")
RESULT = event("tool_result", 6, 6, tool_use_id="t", success="true")
STOP = event("hook_execution_start", 7, 7, hook_event="Stop")
GIVEN_UP = event("api_error", 3, 3, request_id="r")
EXIT = event("user_prompt", 9, 9, command_name="exit", command_source="builtin")
LOCAL = event("user_prompt", 9, 9, command_name="model", command_source="builtin")
COMPACT = event("user_prompt", 9, 9, command_name="compact", command_source="builtin")


def _body(at_s: float, sequence: int, name: str = "Bash") -> dict[str, Any]:
    content = [{"type": "tool_use", "id": "t", "name": name, "input": {}}]
    body = json.dumps({"content": content})
    return event("api_response_body", at_s, sequence, request_id="r", body=body)


def _session(path: Path, events: list[dict[str, Any]], now_s: float) -> Session:
    db = filled(path / "s.db", [logs(*events)])
    now_ns = START + int(now_s * SECOND)
    (session,) = sessions(db, where=parse("", now_ns=now_ns), now_ns=now_ns)
    asked = parse(f"is:{session.state}", now_ns=now_ns)
    assert count_sessions(db, where=asked) == 1
    return session


@pytest.mark.parametrize(
    ("events", "now_s", "state", "reason"),
    [
        ([PROMPT], 20, WORKING, "heard of in the last 30 s"),
        ([PROMPT], 60, WORKING, "something to answer"),
        ([PROMPT], _OPEN_S + 2, IDLE, "nothing heard"),
        ([PROMPT, ANSWER], 60, IDLE, "nothing heard"),
        ([PROMPT, GIVEN_UP], 20, FAILED, "given up"),
        ([PROMPT, ANSWER, DECISION], 60, WORKING, "has no result"),
        ([PROMPT, ANSWER, DECISION], _OPEN_S + 5, IDLE, "has no result"),
        ([PROMPT, ANSWER, DECISION, RESULT], 60, WORKING, "something to answer"),
        ([PROMPT, ANSWER, DECISION, RESULT, STOP], 60, IDLE, "nothing heard"),
        ([PROMPT, ANSWER, REFUSAL], 60, IDLE, "nothing heard"),
        ([PROMPT, ANSWER, EXIT], 10, ENDED, "/exit"),
        ([PROMPT, ANSWER, EXIT, event("user_prompt", 12, 12)], 13, WORKING, "heard of"),
        ([PROMPT, ANSWER, LOCAL], 60, IDLE, "nothing heard"),
        ([PROMPT, ANSWER, COMPACT], 60, WORKING, "something to answer"),
    ],
)
def test_a_state_follows_from_what_came_last(
    events: list[dict[str, Any]], now_s: float, *, state: SessionState, reason: str, tmp_path: Path
) -> None:
    """An open turn is work for as long as an answer or a command may take, then idle again."""
    session = _session(tmp_path, events, now_s)
    assert session.state is state
    assert reason in session.state_reason


@pytest.mark.parametrize(
    ("events", "now_s", "state"),
    [
        ([PROMPT, ANSWER, _body(3.5, 4)], 10, WORKING),
        ([PROMPT, ANSWER, _body(3.5, 4)], 20, WAITING),
        ([PROMPT, ANSWER, _body(4.5, 5), DECISION], 60, WORKING),
        ([PROMPT, ANSWER, _body(4.5, 5), DECISION, RESULT], 60, WORKING),
        ([PROMPT, ANSWER, _body(3.5, 4), event("user_prompt", 8, 8)], 60, WORKING),
    ],
)
def test_a_call_asked_for_and_not_decided_waits(
    events: list[dict[str, Any]], now_s: float, *, state: SessionState, tmp_path: Path
) -> None:
    """After 15 s without a decision; one that came before the reply's body counts as well."""
    session = _session(tmp_path, events, now_s)
    assert session.state is state
    if state is WAITING:
        assert session.question == Question(START + int(3.5 * SECOND), "Bash")
        assert session.state_reason == "a reply asked for a tool call and no decision came since"


def test_a_question_names_the_server(tmp_path: Path) -> None:
    """A tool of MCP is asked for under its whole name."""
    session = _session(tmp_path, [ANSWER, _body(3.5, 4, "mcp__ledger__balance")], 60)
    assert session.question is not None
    assert session.question.tool == "mcp__ledger__balance"


def _asks(tool: str) -> dict[str, Any]:
    hook = {"hook_event": "PermissionRequest", "hook_name": f"PermissionRequest:{tool}"}
    return event("hook_execution_start", 4, 4, **hook)


def _decides(tool: str, **told: object) -> dict[str, Any]:
    named = {"tool_use_id": "t", "tool_name": tool, "decision": "accept", "source": "config"}
    return event("tool_decision", 5, 5, **(named | told))


_BALANCE = json.dumps({"mcp_server_name": "ledger", "mcp_tool_name": "balance"})
_CLOSE = json.dumps({"mcp_server_name": "ledger", "mcp_tool_name": "close"})


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([_asks("Bash"), _decides("Bash")], WORKING),
        ([_asks("Bash"), _decides("Read")], WAITING),
        ([_asks("Bash"), _decides("mcp_tool")], WAITING),
        ([_asks("mcp__ledger__balance"), _decides("mcp_tool")], WORKING),
        ([_asks("mcp__ledger__balance"), _decides("mcp_tool", tool_parameters=_BALANCE)], WORKING),
        ([_asks("mcp__ledger__balance"), _decides("mcp_tool", tool_parameters=_CLOSE)], WAITING),
        ([_asks("Bash"), event("user_prompt", 5, 5)], WORKING),
        ([_asks("Bash"), event("hook_execution_start", 5, 5, hook_event="Stop")], WORKING),
    ],
)
def test_only_the_tool_asked_for_answers_a_question(
    events: list[dict[str, Any]], state: SessionState, tmp_path: Path
) -> None:
    """Other tools are decided meanwhile; a new prompt and the turn's end close a question too."""
    assert _session(tmp_path, [PROMPT, ANSWER, *events], 20).state is state


def test_a_compaction_leaves_the_context_it_tells(tmp_path: Path) -> None:
    """Until the next request of the main conversation; one that failed leaves it as it was."""
    asked = event("api_request", 1, 1, request_id="a", query_source="sdk", input_tokens=50_000)
    failed = event("compaction", 2, 2, success="false", post_tokens="10")
    compacted = event("compaction", 3, 3, success="true", post_tokens="3000")
    again = event("api_request", 4, 4, request_id="b", query_source="sdk", input_tokens=3_200)
    told = [asked, failed, compacted, again]
    sizes = []
    for number in range(1, 5):
        folder = tmp_path / str(number)
        folder.mkdir()
        sizes.append(_session(folder, told[:number], 5).context_tokens)
    assert sizes == [50_000, 50_000, 3_000, 3_200]
