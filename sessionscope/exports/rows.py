"""A session as a table: a row for each prompt, request, tool call and event, in order."""

from collections.abc import Iterator, Mapping
from typing import Any

from sessionscope.tables.columns import dollars, timestamp
from sessionscope.tables.transcript import Turns
from store.domain import Cost, Event, Request, Session, TokenUsage, ToolCall, Turn
from store.queries.transcript import Node, SubagentNode

COLUMNS = (
    "session_id", "turn", "turn_id", "at", "kind", "agent_id", "name",
    "input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens",
    "cost_reported_usd", "cost_computed_usd", "verdict", "decider", "scope", "mode", "outcome",
    "duration_ms", "waited_ms", "text",
)  # fmt: skip


def rows(session: Session, turns: Turns) -> Iterator[Mapping[str, object]]:
    """Yield the rows; what a column does not apply to, or nobody told, is ``None``."""
    for turn, nodes in turns:
        place = {"session_id": session.session_id, "turn": turn.number, "turn_id": turn.turn_id}
        if turn.number:
            yield _row(place, _turn(turn))
        for node in nodes:
            yield from _node_rows(node, place)


def _node_rows(node: Node, place: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    match node:
        case Request():
            yield _row(place, _request(node))
        case ToolCall():
            yield _row(place, _tool_call(node))
        case Event():
            yield _row(place, {**_common(node), "kind": node.kind, "name": node.name,
                               "text": node.text})  # fmt: skip
        case SubagentNode():
            yield _row(place, {**_common(node), "kind": "subagent", "name": node.name})
            for child in node.children:
                yield from _node_rows(child, place)


def _row(place: Mapping[str, object], cells: Mapping[str, object]) -> Mapping[str, object]:
    return {**dict.fromkeys(COLUMNS), **place, **cells}


def _common(node: Any) -> dict[str, object]:  # noqa: ANN401 - each noun has these two
    return {"at": timestamp(node.at), "agent_id": node.agent_id}


def _turn(turn: Turn) -> dict[str, object]:
    return {
        "at": timestamp(turn.started_at),
        "kind": "prompt",
        "name": turn.command,
        "text": turn.prompt,
    }


def _request(request: Request) -> dict[str, object]:
    return {
        **_common(request),
        "kind": "request",
        "name": request.model,
        **_figures(request.tokens, request.cost),
        "outcome": request.status.value,
        "duration_ms": request.duration_ms,
        "text": request.response or request.error,
    }


def _figures(tokens: TokenUsage, cost: Cost) -> dict[str, object]:
    return {
        "input_tokens": tokens.input,
        "cache_read_tokens": tokens.cache_read,
        "cache_write_tokens": tokens.cache_write,
        "output_tokens": tokens.output,
        "cost_reported_usd": dollars(cost.reported_micros),
        "cost_computed_usd": dollars(cost.computed_micros),
    }


def _tool_call(call: ToolCall) -> dict[str, object]:
    return {
        **_common(call),
        "kind": "tool_call",
        "name": call.tool,
        "verdict": call.verdict.value,
        "decider": call.decider.value,
        "scope": call.scope.value,
        "mode": call.mode,
        "outcome": call.outcome.value,
        "duration_ms": call.duration_ms,
        "waited_ms": call.waited_ms,
        "text": call.command or call.file_path or call.input,
    }
