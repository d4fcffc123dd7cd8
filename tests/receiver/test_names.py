"""Every name that Claude Code's telemetry is known to use has its place."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from receiver.dialects import Dialects
from store.changes import Facts
from store.connection import Database
from store.domain import Event, Request, ToolCall
from store.queries.transcript import nodes
from store.signals import Batch
from tests.captures import CAPTURES, batches, exports
from tests.store.shape import shown
from tests.store.stores import filled
from tests.store.told import event, logs, point, span, traces

PLUGIN = {
    "plugin.name": "payplug",
    "marketplace.name": "market",
    "plugin.version": "0.3.0",
    "plugin_id_hash": "f96e31ca981ec0d9",
}
HOOK = {"hook_event": "PreToolUse", "hook_name": "PreToolUse:Bash", "num_hooks": "1"}

EVENTS: list[tuple[str, str, dict[str, Any], str | None]] = [
    ("api_retries_exhausted", "retries_exhausted", {"total_attempts": 3}, "retries_exhausted"),
    ("api_request_body", "request_body", {"body_ref": "/b/1.request.json"}, None),
    ("api_response_body", "response_body", {"body_ref": "/b/r.response.json"}, None),
    ("at_mention", "mention", {"mention_type": "peer", "success": "true"}, None),
    ("auth", "auth", {"action": "login", "success": "true", "auth_method": "oauth"}, None),
    ("auth", "auth", {"success": "false", "error_category": "network"}, "auth_failed"),
    ("compaction", "compaction", {"trigger": "auto", "pre_tokens": "9", "success": "true"}, None),
    ("compaction", "compaction", {"success": "false", "error": "too_few"}, "compaction_failed"),
    ("feedback_survey", "feedback", {"event_type": "responded", "survey_type": "s"}, None),
    ("hook_registered", "hook_registered", {"hook_type": "http", "hook_matcher": "*"}, None),
    ("hook_execution_start", "hook_start", HOOK, None),
    ("hook_execution_complete", "hook", HOOK | {"num_blocking": "0"}, None),
    ("hook_execution_complete", "hook", HOOK | {"num_blocking": "1"}, "hook_blocked"),
    ("hook_plugin_metrics", "hook_metrics", {"plugin_id": "p@m", "own_word": 3}, None),
    ("internal_error", "internal_error", {"error_name": "E", "error_code": "1"}, "internal_error"),
    ("managed_settings_resolved", "settings", {"managed_settings.sources": ["file"]}, None),
    ("mcp_server_connection", "mcp_connection", {"status": "connected"}, None),
    ("mcp_server_connection", "mcp_connection", {"status": "failed"}, "mcp_failed"),
    ("permission_mode_changed", "mode_change", {"to_mode": "plan"}, None),
    ("plugin_installed", "plugin", PLUGIN | {"install.trigger": "cli"}, None),
    ("plugin_loaded", "plugin", PLUGIN | {"plugin.scope": "org", "has_mcp": True}, None),
    ("retention_sweep", "retention", {"result": "skipped", "skip_reason": "s"}, None),
    ("safety_event", "safety", {"category": "c", "decision": "d", "sandbox_mode": "s"}, None),
    ("skill_activated", "skill", PLUGIN | {"skill.name": "n", "skill.kind": "workflow"}, None),
    ("subagent_completed", "subagent_end", {"agent_type": "Explore", "is_async": True}, None),
    ("system_prompt", "system_prompt", {"system_prompt_hash": "sp_1"}, None),
    ("tool", "tool_definition", {"tool_name": "Bash", "tool_hash": "1"}, None),
]
"""Name, kind, some of its attributes, and which kind of trouble it is."""


def _facts(*sent: Batch) -> Facts:
    dialects, facts = Dialects(), Facts()
    for batch in sent:
        for record in batch.records:
            dialects.interpret(record, dialects.place(record, 1), facts)
    return facts


@pytest.mark.parametrize(("name", "kind", "told", "trouble"), EVENTS)
def test_an_event_has_its_kind_place_and_attributes(
    name: str, kind: str, told: dict[str, Any], *, trouble: str | None
) -> None:
    """It stands in its turn and sub-agent, keeps what it says, and nothing of it is unknown."""
    facts = _facts(logs(event(name, 1, 1, agent_id="a", parent_agent_id="b", **told)))
    (found,) = facts.events
    assert (found.name, found.kind, found.trouble) == (name, kind, trouble)
    assert (found.session_id, found.turn_id, found.agent_id) == ("s", "p", "a")
    for key in told:
        assert f'"{key}":' in found.attributes
    assert facts.unknowns == Counter()


_OF_REQUESTS = ["api_request", "api_error", "api_refusal", "assistant_response"]
_OF_CALLS = ["tool_decision", "tool_result"]


@pytest.mark.parametrize("name", [*_OF_REQUESTS, *_OF_CALLS])
def test_an_event_of_a_request_or_call_is_part_of_it(name: str) -> None:
    """It is no event of its own, and stands in its turn and sub-agent."""
    told = {"request_id": "r", "tool_use_id": "t"} if name in _OF_CALLS else {"request_id": "r"}
    facts = _facts(logs(event(name, 1, 1, agent_id="a", **told)))
    kept = facts.requests if name in _OF_REQUESTS else facts.tool_calls
    ((fact,),) = kept.values()
    assert (fact.session_id, fact.turn_id, fact.agent_id) == ("s", "p", "a")
    assert (facts.events, facts.unknowns) == ([], Counter())


SPANS: dict[str, dict[str, Any]] = {
    "claude_code.interaction": {"user_prompt": "Hi", "interaction.sequence": 1, "queued_sends": 0},
    "claude_code.llm_request": {"request_id": "r", "stop_reason": "end_turn", "attempt": 1},
    "claude_code.tool": {"tool_use_id": "t", "tool_name": "Bash", "result_tokens": 3},
    "claude_code.tool.blocked_on_user": {"decision": "accept", "source": "config"},
    "claude_code.tool.execution": {"tool_use_id": "t", "success": True},
    "claude_code.hook": HOOK | {"hook_definitions": "[]", "num_success": 1},
}


@pytest.mark.parametrize("name", SPANS)
def test_a_span_has_its_place(name: str) -> None:
    """Each is a fact of its turn or call, and nothing of it is unknown."""
    facts = _facts(traces(span(name, 1, **SPANS[name])))
    assert facts.unknowns == Counter()
    found = [facts.prompts, facts.requests, facts.tool_calls, facts.waits, facts.events]
    assert any(found)
    assert len(facts.turns) == 1


METRICS: dict[str, tuple[dict[str, Any], str | None]] = {
    "session.count": ({"start_type": "agents_view"}, None),
    "lines_of_code.count": ({"type": "added", "model": "m"}, "lines_added"),
    "pull_request.count": ({}, "pull_requests"),
    "commit.count": ({}, "commits"),
    "cost.usage": ({"model": "m", "query_source": "main", "agent.name": "a"}, "cost_usd"),
    "token.usage": ({"type": "cacheRead", "model": "m", "speed": "fast"}, "cache_read_tokens"),
    "code_edit_tool.decision": ({"decision": "reject", "language": "Python"}, "edits_rejected"),
    "active_time.total": ({"type": "user"}, "active_user"),
}


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_has_its_figure(name: str) -> None:
    """Each is counted where it belongs, and nothing of it is unknown."""
    told, figure = METRICS[name]
    facts = _facts(point(f"claude_code.{name}", 3, 1, **told))
    assert facts.unknowns == Counter()
    counted = {key.figure for key, amount in facts.counters.items() if amount}
    assert counted == ({figure} if figure else set())


@pytest.mark.parametrize("capture", CAPTURES)
def test_nothing_of_the_captures_is_unknown(capture: str, tmp_path: Path) -> None:
    """Names and attributes of 2.1.330 are all known, and none of its records is misunderstood."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    assert db.execute("select what, name, carrier from unknowns").fetchall() == []
    assert db.execute("select count(*) from events where kind = 'unknown'").fetchone() == (0,)


THOUGHT = span("claude_code.thought", 6, depth=2)
FUTURE = [
    logs(
        event("user_prompt", 1, 1, prompt="Hi", prompt_length=2)
        | {"traceId": THOUGHT["traceId"], "spanId": THOUGHT["spanId"]},
        event("quantum_leap", 2, 2, width=3),
        event(
            "api_request",
            3,
            3,
            request_id="r",
            model="claude-next",
            input_tokens="10",
            output_tokens=5.0,
            cost_usd_micros="120",
            duration_ms="40",
            thinking_tokens=7,
        ),
        event("tool_decision", 4, 4, tool_use_id="t", decision="accept", source="oracle"),
        event("tool_result", 5, 5, tool_use_id="t", success=True, duration_ms=9, toolName="B"),
        version="9.0.0",
        device__kind="phone",
    ),
    traces(
        THOUGHT,
        span("claude_code.tool.execution", 7, tool_use_id="t", success="false", gear="5"),
    ),
    point("claude_code.dreams.count", 2, 8, colour="blue"),
    point("claude_code.commit.count", 1, 8, forge="own"),
]
"""As a later version may speak: new names, other spellings of values, new keys."""

UNKNOWN = {
    ("event", "quantum_leap", "quantum_leap"),
    ("attribute", "thinking_tokens", "api_request"),
    ("attribute", "toolName", "tool_result"),
    ("span", "claude_code.thought", "claude_code.thought"),
    ("attribute", "gear", "claude_code.tool.execution"),
    ("metric", "claude_code.dreams.count", "claude_code.dreams.count"),
    ("attribute", "forge", "claude_code.commit.count"),
}


@pytest.fixture
def future(tmp_path: Path) -> Database:
    """Return a store that holds what a later version sent."""
    return filled(tmp_path / "s.db", FUTURE)


def test_what_is_new_is_counted_and_kept(future: Database) -> None:
    """Every record is there as it came, and each unknown name is counted with its carrier."""
    sent = sum(len(batch.records) for batch in FUTURE)
    assert future.execute("select count(*) from records").fetchone() == (sent,)
    unknowns = future.execute("select what, name, carrier, records from unknowns").fetchall()
    assert {tuple(row[:3]) for row in unknowns} == UNKNOWN
    assert {row[3] for row in unknowns} == {1}


def test_what_is_new_is_shown(future: Database) -> None:
    """Unknown events and spans stand in their turn with their attributes."""
    events = [node for node in nodes(future, "s", "p") if isinstance(node, Event)]
    assert [(event.name, event.kind, dict(event.attributes)) for event in events] == [
        ("quantum_leap", "unknown", {"width": 3}),
        ("claude_code.thought", "unknown", {"depth": 2}),
    ]


def test_what_is_known_is_right_beside_what_is_new(future: Database) -> None:
    """Figures are read however they are spelled; a new decider is unknown, in its own word."""
    (session,) = shown(future)
    assert (session.title, session.turns, session.attribute("device.kind")) == ("Hi", 1, "phone")
    assert (session.tokens.input, session.tokens.output) == (10, 5)
    assert (session.cost.reported_micros, session.work.commits) == (120, 1)
    (request,) = [node for node in nodes(future, "s", "p") if isinstance(node, Request)]
    assert (request.model, request.duration_ms) == ("claude-next", 40)
    (call,) = [node for node in nodes(future, "s", "p") if isinstance(node, ToolCall)]
    assert (call.verdict, call.decider, call.source_raw) == ("accepted", "unknown", "oracle")
    assert (call.outcome, call.duration_ms) == ("succeeded", 9)
