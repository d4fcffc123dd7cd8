"""A session as a document: headings, lines and texts, for Markdown and HTML to write."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from sessionscope.tables.people import Sheet
from sessionscope.tables.transcript import Turns
from store.domain import Event, Request, Session, ToolCall
from store.queries.transcript import Node, SubagentNode
from tui.present.session_summary import header
from tui.present.transcript_row import node_line


class Kind(StrEnum):
    """What a block is."""

    TITLE = "title"
    TURN = "turn"
    LINE = "line"
    TEXT = "text"


class Block(NamedTuple):
    """A part of a document. Its text is telemetry: who writes it makes it safe."""

    kind: Kind
    text: str
    depth: int = 0
    """How many sub-agents it is within."""


def blocks(session: Session, turns: Turns, sheet: Sheet) -> Iterator[Block]:
    """Yield a session from its beginning: what was asked, answered, decided, and what it cost."""
    yield Block(Kind.TITLE, session.title or session.session_id)
    for line in header(session, width=sheet.width, now_ns=sheet.now_ns, marks=sheet.marks):
        yield Block(Kind.LINE, line.text.strip())
    for turn, nodes in turns:
        yield Block(Kind.TURN, node_line(turn, sheet.width, sheet.marks, is_open=True).text)
        if turn.prompt:
            yield Block(Kind.TEXT, turn.prompt)
        yield from _nodes(nodes, sheet, depth=0)


def _nodes(nodes: Iterable[Node], sheet: Sheet, *, depth: int) -> Iterator[Block]:
    for node in nodes:
        shown = node_line(node, sheet.width, sheet.marks, is_open=True)
        yield Block(Kind.LINE, shown.text, depth)
        if text := _text(node):
            yield Block(Kind.TEXT, text, depth)
        if isinstance(node, SubagentNode):
            yield from _nodes(node.children, sheet, depth=depth + 1)


def _text(node: Node) -> str | None:
    match node:
        case Request():
            return node.response or node.error
        case ToolCall():
            return "\n".join(
                part for part in (node.command or node.input, node.error, *node.notes) if part
            )
        case Event():
            return node.text
    return None
