"""A session's structure is the same with its content withheld."""

from pathlib import Path
from typing import Any

import pytest

from store.connection import Database
from store.domain import Event, Request, ToolCall
from store.queries.transcript import Node
from tests.captures import batches, exports
from tests.store.shape import Shape, shape, shown, tree
from tests.store.stores import filled

WITHHELD = [("tour-full", "tour-redacted"), ("tour-traces-full", "tour-traces-redacted")]
"""The same scenario, step by step, with its content and without."""

ALIKE = [
    *WITHHELD,
    ("hooks", "hooks-redacted"),
    ("tour-full", "tour-json"),
    ("tour-full", "tour-grpc"),
    ("tour-full", "tour-cumulative"),
    ("tour-full", "tour-traces-redacted"),
]
"""The same scenario, in which what ran side by side ended in another order, or other signals came;
a server that does not answer was asked once more or less."""


def _structure(db: Database) -> list[Any]:
    return [
        [
            (
                turn.number,
                turn.prompt_length,
                turn.command,
                (turn.requests, turn.tool_calls, turn.rejected, turn.failed_tool_calls),
                shape(nodes),
            )
            for turn, nodes in tree(db, session.session_id)
        ]
        for session in shown(db)
    ]


@pytest.mark.parametrize(("full", "other"), WITHHELD)
def test_the_same_scenario_has_the_same_structure(full: str, other: str, tmp_path: Path) -> None:
    """Turns, requests with their tokens, calls with their decisions, sub-agents, events: all."""
    told = _structure(filled(tmp_path / "full.db", batches(exports(full))))
    assert _structure(filled(tmp_path / "other.db", batches(exports(other)))) == told


def _alike(found: list[Shape]) -> list[Any]:
    """Leave out order, how sub-agents are known, and connections."""
    told = [
        ("subagent", node[2], _alike(node[3])) if node[0] == "subagent" else node
        for node in found
        if node != ("event", "mcp_connection")
    ]
    return sorted(told, key=repr)


@pytest.mark.parametrize(("full", "other"), ALIKE)
def test_alike_scenarios_hold_the_same(full: str, other: str, tmp_path: Path) -> None:
    """In each turn and sub-agent the same requests, calls and events, whatever their order."""
    one, two = (
        [
            [(*turn[:4], _alike(turn[4])) for turn in session]
            for session in _structure(filled(tmp_path / f"{name}.db", batches(exports(name))))
        ]
        for name in (full, other)
    )
    assert one == two


def _texts(nodes: list[Node]) -> list[str | None]:
    found: list[str | None] = []
    for node in nodes:
        match node:
            case Request():
                found.append(node.response)
            case ToolCall():
                found += [node.command, node.file_path, node.input, node.error]
            case Event():
                found.append(node.text)
            case _:
                found += _texts(list(node.children))
    return found


@pytest.mark.parametrize("capture", ["tour-redacted", "hooks-redacted"])
def test_nothing_withheld_is_shown_as_text(capture: str, tmp_path: Path) -> None:
    """The sender's mark for withheld text is no text."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    for session in shown(db):
        for turn, nodes in tree(db, session.session_id):
            assert turn.prompt is None
            assert {text for text in _texts(nodes) if text and "REDACTED" in text} == set()
