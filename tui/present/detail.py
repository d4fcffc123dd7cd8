"""One node of the transcript in full."""

from collections.abc import Iterator
from typing import TypeAlias

from store.domain import Content, Event, Origin, Request, TokenUsage, ToolCall, Turn
from store.queries.contexts import ContextSize
from store.queries.outputs import ToolText
from store.queries.subagents import Link
from store.queries.transcript import Node, SubagentNode
from tui import format as formats
from tui.marks import Marks
from tui.present import words
from tui.present.cost_detail import ContextAdded, rebuild, request_cost, total_cost
from tui.present.event_row import event_words
from tui.present.fields import fields
from tui.present.lines import Line, Span, Tone, spread, wrap
from tui.present.money import exact_dollars
from tui.present.request_row import source, status
from tui.present.tool_detail import tool_call_detail
from tui.present.transcript_row import Reply, node_line, prompt

Told: TypeAlias = ToolText | ContextSize | ContextAdded
"""What a reading tells of a node beyond itself."""


def detail(
    node: Node | Turn | Reply, width: int, marks: Marks, *, told: Told | None = None
) -> list[Line]:
    """Return all that is known about a node, wrapped to ``width`` cells.

    ``told`` is, if that was read, what a tool call gave back, or how full a request or a turn
    made the context.
    """
    match node:
        case Turn():
            added = told if isinstance(told, ContextAdded) else None
            return _turn(node, width, marks, added=added)
        case Request():
            context = told if isinstance(told, ContextSize) else None
            return _request(node, width, marks, context=context)
        case Reply():
            reply = _response(node.request, width, marks)
            return [*reply[1:], Line(), *detail(node.request, width, marks, told=told)]
        case ToolCall():
            output = told if isinstance(told, ToolText) else None
            return tool_call_detail(node, width, marks, told=output)
        case SubagentNode():
            return _subagent(node, width, marks)
        case Event():
            return _event(node, width, marks)


_ORIGINS = {
    Origin.PERSON: "a person",
    Origin.COMMAND: "a person, as a command",
    Origin.MID_TURN: "a person, while the turn ran",
    Origin.AGENT: "nobody: a background agent or workflow reports",
}


def _turn(turn: Turn, width: int, marks: Marks, *, added: ContextAdded | None) -> list[Line]:
    name = f"Turn {turn.number}" if turn.number else "Outside of any turn"
    text = wrap(turn.prompt, width) if turn.prompt else [Line.of(prompt(turn, marks)).fit(width)]
    return [
        Line.of(Span(name, Tone.STRONG)),
        Line(),
        *(text if turn.number else []),
        *([Line()] if turn.number else []),
        *fields(
            width,
            ("started", formats.date_and_clock(turn.started_at)),
            ("last event", formats.date_and_clock(turn.last_event_at)),
            ("typed by", _ORIGINS.get(turn.prompt_origin)),
            *_counts(turn),
            ("turn id", turn.turn_id),
        ),
        *(
            total_cost(turn.cost, turn.tokens, width, loss=turn.lost, marks=marks, added=added)
            if turn.requests
            else []
        ),
    ]


def _counts(turn: Turn) -> Iterator[tuple[str, str]]:
    """Yield what happened in a turn; what is outside of turns has only what there was."""
    for label, number in (
        ("requests", turn.requests),
        ("tool calls", turn.tool_calls),
        ("refused", turn.rejected),
        ("failed", turn.failed_tool_calls),
        ("API errors", turn.errors),
        ("tokens", turn.tokens.total),
    ):
        if turn.number or number:
            yield label, formats.count(number)


def _request(
    request: Request, width: int, marks: Marks, *, context: ContextSize | None
) -> list[Line]:
    usage = request.tokens
    cost = Line.of(exact_dollars(request.cost))
    return [
        spread(Line.of(Span("request", Tone.STRONG), "  ", status(request)), cost, width),
        *rebuild(request, width, marks),
        *request_cost(request, width, marks, context=context),
        *_response(request, width, marks),
        Line(),
        *fields(
            width,
            ("model", request.model),
            ("cache write", _writes(request)),
            ("reasoning", _reasoning(usage)),
            ("source", f"{source(request, marks)} ({request.source_raw})"),
            ("effort", request.effort),
            ("speed", request.speed),
            ("first token", formats.duration(request.ttft_ms)),
            ("took", formats.duration(request.duration_ms)),
            ("ended by", request.stop_reason),
            ("attempts", None if request.attempts is None else str(request.attempts)),
            ("HTTP status", None if request.http_status is None else str(request.http_status)),
            ("error", request.error),
            ("sent", formats.date_and_clock(request.at)),
            ("request id", request.request_id),
        ),
    ]


def _reasoning(usage: TokenUsage) -> str | None:
    if usage.reasoning is None:
        return None
    return f"{formats.count(usage.reasoning)} tokens of the output"


def _writes(request: Request) -> str | None:
    usage = request.tokens
    if usage.cache_write_5m is None and usage.cache_write_1h is None:
        return f"{formats.count(usage.cache_write)}, lives not told" if usage.cache_write else None
    five_minutes, one_hour = usage.cache_write_5m, usage.cache_write_1h
    return f"{formats.count(five_minutes)} for 5 min, {formats.count(one_hour)} for 1 h"


def _response(request: Request, width: int, marks: Marks) -> list[Line]:
    if request.response:
        return [Line(), *wrap(request.response, width)]
    if request.response_content is not Content.WITHHELD:
        return []
    length = request.response_length
    size = "" if length is None else f", {formats.count(length)} characters"
    return [
        Line(),
        Line.of(Span(f"{marks.withheld} reply withheld by the sender{size}", Tone.WITHHELD)),
    ]


def _subagent(node: SubagentNode, width: int, marks: Marks) -> list[Line]:
    return [
        Line.of(Span(f"{marks.subagent} {node.name or 'sub-agent'}", Tone.STRONG)),
        Line(),
        *fields(
            width,
            ("started by", _started_by(node)),
            ("agent id", node.agent_id),
            ("first seen", formats.date_and_clock(node.at)),
            ("did", words.counted(len(node.children), "thing")),
        ),
        *total_cost(node.cost, node.tokens, width, loss=node.lost, marks=marks),
        Line(),
        *(node_line(child, width, marks) for child in node.children),
    ]


_LINKS = {
    Link.TRACED: "as its spans tell",
    Link.REPORTED: "as the agent reported when it finished",
    Link.PROBABLE: "probably: the only call that fits by time and type",
}


def _started_by(node: SubagentNode) -> str:
    if node.tool_call_id is None:
        return "not known: the events of a sub-agent do not name their call"
    return f"{node.tool_call_id}, {_LINKS.get(node.link, node.link.value)}"


def _event(event: Event, width: int, marks: Marks) -> list[Line]:
    return [
        Line.of(Span(event.name, Tone.STRONG)),
        Line(),
        *_said(event, width, marks),
        *fields(
            width,
            ("at", formats.date_and_clock(event.at)),
            ("sequence", None if event.sequence is None else str(event.sequence)),
            ("agent id", event.agent_id),
        ),
        *([Line()] if event.attributes else []),
        *fields(width, *((name, str(value)) for name, value in event.attributes.items())),
    ]


def _said(event: Event, width: int, marks: Marks) -> list[Line]:
    """Return an event's text, or what is known to say about an event of its kind."""
    if event.text:
        return [*wrap(event.text, width), Line()]
    _badge, said = event_words(event, marks)
    return [] if event.kind in {"event", "unknown"} else [said.fit(width), Line()]
