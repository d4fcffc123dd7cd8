"""An agent that nobody knows is a full session, if it follows the GenAI conventions."""

from pathlib import Path

import pytest

from store.domain import Agent, Content, Outcome, RequestStatus
from store.queries.filter import parse
from store.queries.permissions import tool_calls
from store.queries.requests import requests
from store.queries.sessions import sessions
from store.queries.transcript import turns
from tests.made_up_agent import BILLED, CONVERSATION, Style, work
from tests.store.stores import filled

OLD_CACHE_WRITE = "gen_ai.usage.cache_creation.input_tokens"
WHOLE = [
    Style(),
    Style(cache_write=OLD_CACHE_WRITE),
    Style(conversation_on="agents"),
    Style(content="event"),
    Style(content="event", conversation_on="agents"),
    Style(content="structured"),
    Style(content="messages"),
    Style(content="messages", conversation_on="agents", cache_write=OLD_CACHE_WRITE),
]


@pytest.mark.parametrize("style", [*WHOLE, Style(content="none")], ids=str)
def test_a_made_up_agent_is_one_session(style: Style, tmp_path: Path) -> None:
    """Its spans need not all name the conversation; its usage is as billed, nothing twice."""
    db = filled(tmp_path / "s.db", work(style))
    (session,) = sessions(db, where=parse("", now_ns=0), now_ns=0)
    assert (session.session_id, session.agent) == (CONVERSATION, Agent.GEN_AI)
    assert (session.turns, session.requests, session.errors) == (2, 6, 1)
    assert (session.tool_calls, session.failed_tool_calls) == (3, 1)
    assert session.attribute("gen_ai.agent.name") == "counter, planner"
    made = {request.request_id: request for request in requests(db)}
    for billed in BILLED:
        tokens = made[billed.response_id].tokens
        uncached = billed.input - billed.cache_read - billed.cache_write
        assert tokens.input == uncached
        assert (tokens.cache_read, tokens.cache_write) == (billed.cache_read, billed.cache_write)
        assert (tokens.output, tokens.reasoning) == (billed.output, billed.reasoning)
        assert made[billed.response_id].ttft_ms == 250
    (failed,) = (item for item in made.values() if item.status is RequestStatus.ERROR)
    assert (failed.http_status, failed.error) == (429, "too many requests")


@pytest.mark.parametrize("style", WHOLE, ids=str)
def test_content_is_read_in_every_style(style: Style, tmp_path: Path) -> None:
    """Prompts, answers, arguments and outputs come in attributes or in events."""
    db = filled(tmp_path / "s.db", work(style))
    found = [(turn.prompt, turn.prompt_content) for turn in turns(db, CONVERSATION)]
    assert found == [("Fix the cart.", Content.PRESENT), ("Run the tests.", Content.PRESENT)]
    said = {request.response for request in requests(db)}
    said |= {text for (text,) in db.execute("select text from events where kind = 'response'")}
    assert {"Fixed.", "one", "One test fails."} <= said
    calls = {call.tool_call_id: call for call in tool_calls(db)}
    assert calls["call-1"].input == '{"path": "src/cart.js"}'
    assert calls["call-1"].file_path == "src/cart.js"
    assert calls["call-2"].outcome is Outcome.FAILED
    outputs = dict(db.execute("select tool_call_id, output from tool_outputs").fetchall())
    assert (outputs["call-1"], outputs["call-3"]) == ("the file", "one")


def test_without_a_conversation_each_trace_is_a_session(tmp_path: Path) -> None:
    """Nothing else holds an agent's spans together."""
    db = filled(tmp_path / "s.db", work(Style(conversation_on="none")))
    found = sessions(db, where=parse("", now_ns=0), now_ns=0)
    assert sorted((session.title, session.requests) for session in found) == [
        ("Fix the cart.", 2),
        ("Run the tests.", 4),
    ]
