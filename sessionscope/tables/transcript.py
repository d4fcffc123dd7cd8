"""One session as a tree: turns, and in each what happened, in order."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from sessionscope.tables import coverage, permissions, requests
from sessionscope.tables.columns import COST, LOST, TOKENS, Columns, at, cells, fields, nest
from sessionscope.tables.coverage import Covered
from sessionscope.tables.people import Sheet
from store.domain import Event, Request, Session, ToolCall, Turn
from store.queries.transcript import Node, SubagentNode
from tui.present.lines import wrap
from tui.present.session_summary import header
from tui.present.transcript_row import node_line

RecordIds: TypeAlias = Callable[[str], list[int]]
"""From what a fact is found by (``request:…``, ``tool:…``) to the ids of its raw records."""

Turns: TypeAlias = Iterable[tuple[Turn, Iterable[Node]]]

_TURN: Columns = {
    **fields("turn_id", "number"),
    "started_at": at("started_at"),
    "last_event_at": at("last_event_at"),
    **fields("prompt", "prompt_content", "prompt_length", "command"),
    **fields("prompt_origin", "is_origin_probable"),
    **fields("requests", "tool_calls", "rejected", "failed_tool_calls", "errors"),
    **TOKENS,
    **COST,
    **LOST,
}
_REQUEST: Columns = {
    **requests.COLUMNS,
    **fields("agent_id", "response", "response_content", "response_length"),
}
_TOOL_CALL: Columns = {
    **permissions.COLUMNS,
    **fields("agent_id", "request_id", "parameters", "input"),
    "decided_at": at("decided_at"),
    "finished_at": at("finished_at"),
    **fields("error_type", "input_bytes", "result_bytes"),
}
_EVENT: Columns = {
    "at": at("at"),
    **fields("name", "agent_id", "sequence", "text", "attributes"),
}
_SUBAGENT: Columns = {
    "at": at("at"),
    **fields("agent_id", "name", "tool_call_id", "link"),
    **TOKENS,
    **COST,
    **LOST,
}


def tree(session: Covered, turns: Turns, record_ids: RecordIds) -> dict[str, Any]:
    """Return the ``session`` and its ``turns``; what happened in each turn is in its ``nodes``.

    A node's ``kind`` is ``request``, ``tool_call``, ``subagent`` (with ``nodes`` of its own) or the
    kind of the event. ``record_ids`` are the raw records that it was made from.
    """
    return {
        "session": nest(cells(coverage.COLUMNS, session)),
        "turns": [
            {
                **nest(cells(_TURN, turn)),
                "record_ids": record_ids(f"turn:{turn.turn_id}") if turn.turn_id else [],
                "nodes": [_node(node, record_ids) for node in nodes],
            }
            for turn, nodes in turns
        ],
    }


def _node(node: Node, record_ids: RecordIds) -> dict[str, Any]:
    match node:
        case Request():
            kind, columns, subject = "request", _REQUEST, f"request:{node.request_id}"
        case ToolCall():
            kind, columns, subject = "tool_call", _TOOL_CALL, f"tool:{node.tool_call_id}"
        case Event():
            kind, columns, subject = node.kind, _EVENT, node.subject
        case SubagentNode():
            return {
                "kind": "subagent",
                **nest(cells(_SUBAGENT, node)),
                "nodes": [_node(child, record_ids) for child in node.children],
            }
    return {"kind": kind, **nest(cells(columns, node)), "record_ids": record_ids(subject)}


def lines(session: Session, turns: Turns, sheet: Sheet) -> Iterator[str]:
    """Yield the session for people, prompts and answers in full."""
    for line in header(session, width=sheet.width, now_ns=sheet.now_ns, marks=sheet.marks):
        yield line.text.rstrip()
    for turn, nodes in turns:
        yield ""
        yield node_line(turn, sheet.width, sheet.marks, is_open=True).text.rstrip()
        if turn.prompt and "\n" in turn.prompt:
            yield from _indented(turn.prompt, sheet)
        for node in nodes:
            yield from _node_lines(node, sheet, indent="")


def _node_lines(node: Node, sheet: Sheet, *, indent: str) -> Iterator[str]:
    shown = node_line(node, sheet.width - len(indent), sheet.marks, is_open=True)
    yield f"{indent}{shown.text}".rstrip()
    match node:
        case SubagentNode():
            for child in node.children:
                yield from _node_lines(child, sheet, indent=f"{indent}  ")
        case Request(response=str(response)) if response.strip():
            yield from _indented(response, sheet)


def _indented(text: str, sheet: Sheet) -> Iterator[str]:
    margin = " " * 12
    for line in wrap(text.strip(), max(20, sheet.width - len(margin))):
        yield f"{margin}{line.text}".rstrip()
