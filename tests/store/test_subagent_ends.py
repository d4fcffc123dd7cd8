"""Which tool call started a sub-agent, where only events tell of both."""

from pathlib import Path
from typing import Any

import pytest

from store.queries.subagents import Link, SubagentNode
from tests.store.shape import tree
from tests.store.stores import filled
from tests.store.told import event, logs


def _began(number: int) -> list[dict[str, Any]]:
    """Return the decision on an Agent call, and a request of a sub-agent."""
    decided = {"tool_use_id": f"c{number}", "tool_name": "Agent", "decision": "accept"}
    asked = {"agent_id": f"a{number}", "request_id": f"r{number}", "agent__name": "Explore"}
    return [
        event("tool_decision", 1, number, **decided),
        event("api_request", 2, 10 + number, **asked),
    ]


def _ended(
    number: int, at_s: float, *, later_s: float = 0.004, took_ms: int = 2_000, longer_ms: int = 9
) -> list[dict[str, Any]]:
    """Return the end of a sub-agent and, ``later_s`` after it, the result of a call."""
    result = {"tool_use_id": f"c{number}", "tool_name": "Agent", "success": "true"}
    duration = str(took_ms + longer_ms)
    return [
        event("subagent_completed", at_s, 20, agent_id=f"a{number}", duration_ms=took_ms),
        event("tool_result", at_s + later_s, 21, duration_ms=duration, **result),
    ]


@pytest.mark.parametrize(
    ("ends", "known"),
    [
        ([*_ended(1, 3), *_ended(2, 4)], {"a1": "c1", "a2": "c2"}),
        ([*_ended(2, 3), *_ended(1, 4)], {"a1": "c1", "a2": "c2"}),
        ([*_ended(1, 3), *_ended(2, 3)], {}),
        ([*_ended(1, 3, later_s=0.5, longer_ms=500), *_ended(2, 6)], {"a1": "c1", "a2": "c2"}),
        ([*_ended(1, 3, longer_ms=900), *_ended(2, 6, longer_ms=900)], {}),
    ],
)
def test_a_call_that_ends_right_after_a_subagent_started_it(
    ends: list[dict[str, Any]], known: dict[str, str], tmp_path: Path
) -> None:
    """Of two alike too, as long as one end alone fits; the last call left is the last one's."""
    db = filled(tmp_path / "s.db", [logs(*_began(1), *_began(2), *ends)])
    ((_, nodes),) = tree(db, "s")
    found = {node.agent_id: node for node in nodes if isinstance(node, SubagentNode)}
    assert {name: node.tool_call_id for name, node in found.items() if node.tool_call_id} == known
    assert {node.link for node in found.values()} == {Link.PROBABLE if known else Link.UNKNOWN}
