"""The tables say what the model API billed Copilot CLI and what the people in the captures did."""

from pathlib import Path

import pytest

from store.domain import Content, Decider, DecisionScope, Outcome, RequestStatus, Verdict
from store.queries.filter import parse
from store.queries.permissions import tool_calls
from store.queries.requests import requests
from store.queries.sessions import sessions
from store.queries.subagents import Link, SubagentNode
from store.queries.transcript import nodes, turns
from tests.captures import batches, captures_of, exports
from tests.store.billed import billed, stored
from tests.store.stores import filled

ACCEPTED, REJECTED, ABORTED = Verdict.ACCEPTED, Verdict.REJECTED, Verdict.ABORTED
USER, CONFIG = Decider.USER, Decider.CONFIG
ONCE, FOR_GOOD, OPEN = DecisionScope.ONCE, DecisionScope.PERMANENT, DecisionScope.UNKNOWN
RAN, NOT_RUN = Outcome.SUCCEEDED, Outcome.NOT_RUN


@pytest.mark.parametrize("capture", captures_of("copilot"))
def test_tokens_are_what_the_api_billed(capture: str, tmp_path: Path) -> None:
    """The agent's own usage repeats that of its requests and adds nothing; 0 is left out as 0."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    assert stored(db) == billed(capture)
    totals = [found.tokens for found in sessions(db, where=parse("", now_ns=0), now_ns=0)]
    assert sum(tokens.output or 0 for tokens in totals) == sum(
        usage.output * count for usage, count in billed(capture).items() if usage.output
    )


@pytest.mark.parametrize(
    ("capture", "expected"),
    [
        (
            "copilot/tui-approvals",
            [
                ("bash", ACCEPTED, USER, ONCE, True, RAN),
                ("bash", ACCEPTED, USER, FOR_GOOD, True, RAN),
                ("bash", ACCEPTED, CONFIG, OPEN, False, RAN),
                ("bash", ABORTED, USER, ONCE, True, NOT_RUN),
                ("apply_patch", ACCEPTED, USER, ONCE, True, RAN),
                ("mcp_tool", ACCEPTED, CONFIG, OPEN, False, RAN),
            ],
        ),
        (
            "copilot/denied",
            [
                ("bash", REJECTED, CONFIG, OPEN, True, NOT_RUN),
                ("bash", REJECTED, CONFIG, OPEN, False, NOT_RUN),
            ],
        ),
    ],
)
def test_decisions_are_what_people_did(
    capture: str, expected: list[tuple[object, ...]], tmp_path: Path
) -> None:
    """A question has a span, whose length is the wait; without one, the settings decided."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    calls = sorted(tool_calls(db, limit=0), key=lambda call: call.at)
    found = [
        (
            call.tool,
            call.verdict,
            call.decider,
            call.scope,
            call.waited_ms is not None,
            call.outcome,
        )
        for call in calls
    ]
    assert found == expected


def test_a_turn_is_the_trace_of_a_message(tmp_path: Path) -> None:
    """Three messages, of which content capture withholds the words; a notice is no turn."""
    db = filled(tmp_path / "s.db", batches(exports("copilot/tui-approvals")))
    (session,) = sessions(db, where=parse("", now_ns=0), now_ns=0)
    found = turns(db, session.session_id)
    assert [(turn.requests, turn.tool_calls) for turn in found] == [(4, 3), (1, 1), (3, 2)]
    assert {turn.prompt_content for turn in found} == {Content.WITHHELD}


def test_a_subagent_is_folded_into_its_parent(tmp_path: Path) -> None:
    """Its requests and calls hang below the call that started it, in the same session."""
    db = filled(tmp_path / "s.db", batches(exports("copilot/subagent")))
    (session,) = sessions(db, where=parse("", now_ns=0), now_ns=0)
    (turn,) = turns(db, session.session_id)
    found = nodes(db, session.session_id, turn.turn_id)
    (agent,) = (node for node in found if isinstance(node, SubagentNode))
    assert (agent.tool_call_id, agent.link, len(agent.children)) == ("call_0001_0", Link.TRACED, 3)
    assert [request.source for request in requests(db, session_id=session.session_id)] == [
        "main",
        "subagent",
        "subagent",
        "main",
    ]


def test_names_are_hashes_unless_content_is_captured(tmp_path: Path) -> None:
    """Server and tool of MCP are told apart by their hashes, shortened; content has the names."""
    withheld = filled(tmp_path / "w.db", batches(exports("copilot/tui-approvals")))
    told = filled(tmp_path / "t.db", batches(exports("copilot/edit-content")))
    (hashed,) = (call for call in tool_calls(withheld) if call.mcp_server)
    (named,) = (call for call in tool_calls(told) if call.mcp_server)
    assert (hashed.mcp_server, hashed.mcp_tool) == ("sha256:b11a85b296a9", "sha256:81d658540ed7")
    assert (named.mcp_server, named.mcp_tool) == ("inventory", "lookup_sku")


def test_content_capture_gives_the_whole_transcript(tmp_path: Path) -> None:
    """Prompt without the client's own clock, answers, arguments, outputs, the exit code."""
    db = filled(tmp_path / "s.db", batches(exports("copilot/edit-content")))
    (session,) = sessions(db, where=parse("", now_ns=0), now_ns=0)
    assert session.title == "Fix the cart total: it ignores quantities."
    last = requests(db, session_id=session.session_id)[-1]
    assert last.response == "Fixed: total now multiplies price by quantity."
    failed = [call for call in tool_calls(db) if call.outcome is Outcome.FAILED]
    assert [(call.command, call.error_type) for call in failed] == [
        ("node --test src/ && false", "exit_code_1")
    ]
    outputs = db.execute("select count(*) from tool_outputs where output is not null").fetchone()
    assert outputs == (4,)


def test_failed_attempts_are_spans_of_their_own(tmp_path: Path) -> None:
    """Two failures and a broken stream before the answer; one refusal; three tries to sign in."""
    db = filled(tmp_path / "s.db", batches(exports("copilot/errors")))
    by_session = {
        found.session_id: (found.requests, found.errors)
        for found in sessions(db, where=parse("", now_ns=0), now_ns=0)
    }
    assert sorted(by_session.values()) == [(1, 1), (3, 3), (4, 3)]
    failed = [item for item in requests(db, limit=0) if item.status is RequestStatus.ERROR]
    assert all(item.tokens.total is None for item in failed)
