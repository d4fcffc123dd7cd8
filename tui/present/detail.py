"""One node of the transcript in full."""

import json
from collections.abc import Iterable, Iterator

from store.domain import Content, DecisionScope, Event, Request, ToolCall, Turn
from store.queries.transcript import Node, SubagentNode
from tui import format as formats
from tui.marks import Marks, decision_badge
from tui.present import words
from tui.present.bars import token_bar
from tui.present.event_row import event_words
from tui.present.lines import Line, Span, Tone, spread, wrap
from tui.present.request_row import source, status
from tui.present.transcript_row import VERDICT_TONE, Reply, node_line, prompt

_LABEL = 11
"""Cells of the labels' column."""
_BAR = 24


def detail(node: Node | Turn | Reply, width: int, marks: Marks) -> list[Line]:
    """Return all that is known about a node, wrapped to ``width`` cells."""
    match node:
        case Turn():
            return _turn(node, width, marks)
        case Request():
            return _request(node, width, marks)
        case Reply():
            return _request(node.request, width, marks)
        case ToolCall():
            return _tool_call(node, width, marks)
        case SubagentNode():
            return _subagent(node, width, marks)
        case Event():
            return _event(node, width, marks)


def _turn(turn: Turn, width: int, marks: Marks) -> list[Line]:
    name = f"Turn {turn.number}" if turn.number else "Outside of any turn"
    cost = Line.of(Span(formats.exact_money(turn.cost.reported_micros), Tone.COST))
    text = wrap(turn.prompt, width) if turn.prompt else [Line.of(prompt(turn, marks)).fit(width)]
    return [
        spread(Line.of(Span(name, Tone.STRONG)), cost, width),
        Line(),
        *(text if turn.number else []),
        *([Line()] if turn.number else []),
        *_fields(
            width,
            ("started", formats.date_and_clock(turn.started_at)),
            ("last event", formats.date_and_clock(turn.last_event_at)),
            *_counts(turn),
            ("turn id", turn.turn_id),
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


def _request(request: Request, width: int, marks: Marks) -> list[Line]:
    usage = request.tokens
    bar = token_bar(usage, min(_BAR, width), marks)
    cost = Line.of(Span(formats.exact_money(request.cost.reported_micros), Tone.COST))
    return [
        spread(Line.of(Span("request", Tone.STRONG), "  ", status(request)), cost, width),
        *([bar] if bar.spans else []),
        *_response(request, width, marks),
        Line(),
        *_fields(
            width,
            ("model", request.model),
            ("input", f"{formats.count(usage.input)} uncached"),
            ("cache read", formats.count(usage.cache_read)),
            ("cache write", _writes(request)),
            ("output", formats.count(usage.output)),
            ("hit ratio", formats.percent(usage.cache_hit_ratio)),
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


def _writes(request: Request) -> str:
    usage = request.tokens
    if usage.cache_write_5m is None and usage.cache_write_1h is None:
        return formats.count(usage.cache_write)
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


def _tool_call(call: ToolCall, width: int, marks: Marks) -> list[Line]:
    badge = Line.of(Span(decision_badge(call, marks), VERDICT_TONE[call.verdict]))
    what = call.command or call.file_path
    return [
        spread(Line.of(Span(words.tool(call, marks), Tone.STRONG)), badge, width),
        *(wrap(what, width) if what else _no_details(call, width, marks)),
        Line(),
        *_fields(
            width,
            ("decided", _decided(call)),
            ("mode", call.mode),
            ("waited", formats.duration(call.waited_ms) if call.waited_ms is not None else None),
            ("outcome", words.outcome(call, marks)),
            ("error", " ".join(text for text in (call.error_type, call.error) if text) or None),
            ("agent", call.agent_name or call.agent_id),
            ("input size", formats.size(call.input_bytes)),
            ("result size", formats.size(call.result_bytes)),
            ("decided at", formats.date_and_clock(call.decided_at)),
            ("ended at", formats.date_and_clock(call.finished_at)),
            ("asked by", call.request_id),
            ("call id", call.tool_call_id),
        ),
        *_json("parameters", call.parameters, width),
        *_json("input", call.input, width),
    ]


def _no_details(call: ToolCall, width: int, marks: Marks) -> list[Line]:
    if call.parameters or call.input:
        return []
    return [Line.of(Span(f"{marks.withheld} no details sent", Tone.WITHHELD)).fit(width)]


def _decided(call: ToolCall) -> str:
    scope = "" if call.scope is DecisionScope.UNKNOWN else f", {call.scope.value}"
    told = f" ({call.source_raw})" if call.source_raw else ""
    return f"{call.verdict.value} by {call.decider.value}{scope}{told}"


def _subagent(node: SubagentNode, width: int, marks: Marks) -> list[Line]:
    return [
        Line.of(Span(f"{marks.subagent} {node.name or 'sub-agent'}", Tone.STRONG)),
        Line(),
        *_fields(
            width,
            ("agent id", node.agent_id),
            ("first seen", formats.date_and_clock(node.at)),
            ("did", words.counted(len(node.children), "thing")),
        ),
        Line(),
        *(node_line(child, width, marks) for child in node.children),
    ]


def _event(event: Event, width: int, marks: Marks) -> list[Line]:
    return [
        Line.of(Span(event.name, Tone.STRONG)),
        Line(),
        *_said(event, width, marks),
        *_fields(
            width,
            ("at", formats.date_and_clock(event.at)),
            ("sequence", None if event.sequence is None else str(event.sequence)),
            ("agent id", event.agent_id),
        ),
        *([Line()] if event.attributes else []),
        *_fields(width, *((name, str(value)) for name, value in event.attributes.items())),
    ]


def _said(event: Event, width: int, marks: Marks) -> list[Line]:
    """Return an event's text, or what is known to say about an event of its kind."""
    if event.text:
        return [*wrap(event.text, width), Line()]
    _badge, said = event_words(event, marks)
    return [] if event.kind == "event" else [said.fit(width), Line()]


def _json(label: str, text: str | None, width: int) -> list[Line]:
    """Return the agent's own JSON, indented where it can be read."""
    if not text:
        return []
    try:
        shown = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        shown = text
    return [Line(), Line.of(Span(label, Tone.DIM)), *wrap(shown, width)]


def _fields(width: int, *fields: tuple[str, str | Span | None]) -> Iterable[Line]:
    """Yield each known field, its label at the left and its value wrapped beside it."""
    for label, value in fields:
        if value is None:
            continue
        tone = value.tone if isinstance(value, Span) else Tone.PLAIN
        text = value.text if isinstance(value, Span) else value
        column = max(_LABEL, len(label)) + 2
        for index, piece in enumerate(wrap(text, width - column, tone)):
            name = Span(label if index == 0 else "", Tone.DIM)
            yield Line.of(Line.of(name).pad(column), piece)
