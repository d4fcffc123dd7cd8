"""The transcript as a tree that folds: turns, what happened in them, what their sub-agents did."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from store.domain import Content, Event, Request, ToolCall, Turn
from store.queries.transcript import Node, SubagentNode
from tui.present.transcript_row import Reply

_OPEN_AT_FIRST = 300
"""Requests and tool calls in the last turns that are unfolded when a session is opened."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the tree as it is folded now."""

    key: str
    node: Turn | Node | Reply
    depth: int
    parent: str | None = None
    is_open: bool | None = None
    """``None`` for what cannot be folded."""


def turn_key(turn: Turn) -> str:
    """Return the name of a turn's row, which is also the subject of its raw records."""
    return f"turn:{turn.turn_id}" if turn.turn_id else "turn:"


def rows(
    turns: Iterable[Turn], nodes: Mapping[str, Sequence[Node]], unfolded: Collection[str]
) -> list[Row]:
    """Return the rows of the tree; ``nodes`` by the key of their turn, where they are read."""
    listed: list[Row] = []
    for turn in turns:
        key = turn_key(turn)
        is_open = key in unfolded
        listed.append(Row(key, turn, 0, is_open=is_open))
        if is_open:
            listed.extend(_rows(nodes.get(key, ()), parent=key, depth=1, unfolded=unfolded))
    return listed


def agent_key(parent: str, node: SubagentNode) -> str:
    """Return the name of a sub-agent's row below its ``parent``."""
    return f"{parent}/agent:{node.agent_id}"


def _rows(
    nodes: Iterable[Node], *, parent: str, depth: int, unfolded: Collection[str]
) -> Iterator[Row]:
    calls: set[str] = set()
    for node in nodes:
        match node:
            case SubagentNode():
                key = agent_key(parent, node)
                is_open = key in unfolded
                below = depth + (node.tool_call_id in calls)
                yield Row(key, node, below, parent, is_open)
                if is_open:
                    yield from _rows(node.children, parent=key, depth=below + 1, unfolded=unfolded)
            case Request():
                key = f"request:{node.request_id}"
                yield Row(key, node, depth, parent)
                if node.response or node.response_content is Content.WITHHELD:
                    yield Row(f"{key}/reply", Reply(node), depth, parent)
            case ToolCall():
                calls.add(node.tool_call_id)
                yield Row(f"tool:{node.tool_call_id}", node, depth, parent)
            case Event():
                yield Row(f"{node.subject}@{node.at}", node, depth, parent)


def path_to(nodes: Iterable[Node], wanted: str, *, parent: str) -> tuple[str, ...] | None:
    """Return the rows to unfold below ``parent`` so that what has a subject is seen.

    ``None`` where it is not among ``nodes``.
    """
    for node in nodes:
        if isinstance(node, SubagentNode):
            key = agent_key(parent, node)
            below = path_to(node.children, wanted, parent=key)
            if below is not None:
                return (key, *below)
        elif node_subject(node) == wanted:
            return ()
    return None


def unfolded_at_first(turns: Sequence[Turn]) -> frozenset[str]:
    """Return the turns to unfold when a session is opened: the last, while they are few rows."""
    unfolded: set[str] = set()
    room = _OPEN_AT_FIRST
    for turn in reversed(turns):
        room -= turn.requests + turn.tool_calls
        if unfolded and room < 0:
            break
        if turn.number:
            unfolded.add(turn_key(turn))
    return frozenset(unfolded)


def node_subject(node: Turn | Node | Reply) -> str | None:
    """Return what the raw records behind a node are found by, if it has any of its own."""
    match node:
        case Turn():
            return turn_key(node) if node.turn_id else None
        case Reply():
            return f"request:{node.request.request_id}"
        case Request():
            return f"request:{node.request_id}"
        case ToolCall():
            return f"tool:{node.tool_call_id}"
        case SubagentNode():
            return None
        case Event():
            return node.subject
