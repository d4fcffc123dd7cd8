"""Text that wants to act on the terminal or on the program, in every field that telemetry fills."""

from dataclasses import fields, replace
from enum import Enum
from typing import TypeVar

from store.domain import Content, Event, Session, Turn
from store.insights import Coverage
from store.queries.outputs import ToolText
from store.queries.transcript import Node, SubagentNode
from tests.tui.fakes import FakeSource
from tests.tui.samples import sample_source
from tui.source import RecorderState

_T = TypeVar("_T")

HOSTILE = (
    "A\x1b]52;c;cHduZWQ=\x07\x1b]0;TITLE\x07\x1b[31mRED\x1b[2J\x9b31m\x9d0;t\x9c\x1bPq\x1b\\"
    "\x1b]8;;http://evil\x07link\x1b]8;;\x07\u202eRLO\u2066\x00\x7f\x0e\r\n\t\udc80"
    "[/wrong][@click=app.quit()]x[/][link=http://evil]$var"
)
"""Clipboard, title, colour, erase, C1, DCS, hyperlink, bidi, NUL, DEL, a lone surrogate, markup."""

_KEPT = {"session_id", "turn_id", "request_id", "tool_call_id", "agent_id", "subject", "kind"}
"""What names a row stays distinct: it is made hostile by its beginning."""


def hostile_source() -> FakeSource:
    """Return the sample with hostile text in every field that holds text."""
    sample = sample_source()
    source = FakeSource(
        sessions=[_poisoned_session(session) for session in sample.sessions],
        recorder=RecorderState(doors=(HOSTILE, HOSTILE), reason=HOSTILE),
    )
    source.turns = {
        _poison_id(session_id): [_poisoned_turn(turn) for turn in turns]
        for session_id, turns in sample.turns.items()
    }
    source.nodes = {
        (_poison_id(session_id), None if turn_id is None else _poison_id(turn_id)): [
            _poisoned_node(node) for node in nodes
        ]
        for (session_id, turn_id), nodes in sample.nodes.items()
    }
    source.servers = [
        replace(_poisoned(server), tools=tuple(map(_poisoned, server.tools)))
        for server in sample.servers
    ]
    source.connections = [
        replace(_poisoned(item), session_id=item.session_id, server=HOSTILE)
        for item in sample.connections
    ]
    source.troubles = list(map(_poisoned, sample.troubles))
    source.events = {
        _poison_id(session): list(map(_poisoned, found)) for session, found in sample.events.items()
    }
    source.coverages = {
        _poison_id(session): _poisoned_coverage(found)
        for session, found in sample.coverages.items()
    }
    source.signs = {
        _poison_id(session): list(map(_poisoned, found)) for session, found in sample.signs.items()
    }
    source.outputs = {
        _poison_id(f"toolu_{number}"): ToolText(HOSTILE, HOSTILE, 9) for number in range(9)
    }
    return source


def _poisoned_coverage(coverage: Coverage) -> Coverage:
    return replace(
        coverage,
        notes=(HOSTILE,),
        versions=(HOSTILE,),
        content={HOSTILE: Content.WITHHELD},
        not_itemised=tuple(map(_poisoned, coverage.not_itemised)),
        unknowns=tuple(map(_poisoned, coverage.unknowns)),
    )


def _poison_id(name: str) -> str:
    return HOSTILE + name


def _poisoned_session(session: Session) -> Session:
    names = ("service.version", "user.email", "vcs.repository.name", HOSTILE)
    return replace(
        _poisoned(session),
        title=HOSTILE,
        models=(HOSTILE, HOSTILE),
        attributes=dict.fromkeys(names, (HOSTILE, HOSTILE)),
    )


def _poisoned_turn(turn: Turn) -> Turn:
    return replace(_poisoned(turn), prompt=HOSTILE, prompt_content=Content.PRESENT)


def _poisoned_node(node: Node) -> Node:
    if isinstance(node, SubagentNode):
        return replace(
            _poisoned(node), name=HOSTILE, children=tuple(map(_poisoned_node, node.children))
        )
    if isinstance(node, Event):
        return replace(_poisoned(node), attributes={HOSTILE: HOSTILE, "from_mode": HOSTILE})
    return _poisoned(node)


def _poisoned(row: _T) -> _T:
    """Return a row whose every string is hostile; strings that were absent stay so."""
    changes: dict[str, str] = {}
    for field in fields(row):  # type: ignore[arg-type] # every noun is a dataclass
        value = getattr(row, field.name)
        if isinstance(value, str) and not isinstance(value, Enum) and field.name != "kind":
            changes[field.name] = _poison_id(value) if field.name in _KEPT else HOSTILE
    return replace(row, **changes)  # type: ignore[type-var]
