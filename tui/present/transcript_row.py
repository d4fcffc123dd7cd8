"""One row of the transcript: a turn, or something that happened in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from store.domain import (
    Content,
    Cost,
    Decider,
    Event,
    Origin,
    Request,
    RequestStatus,
    TokenUsage,
    ToolCall,
    Turn,
    Verdict,
)
from store.queries.subagents import Link
from store.queries.transcript import Node, SubagentNode
from tui import format as formats
from tui.marks import Marks, decision_badge
from tui.present import words
from tui.present.cache_words import cache_cell, lost
from tui.present.event_row import event_words, is_report, report_summary
from tui.present.lines import Line, Span, Tone, joined, spread
from tui.present.money import exact_dollars
from tui.present.request_row import response, status

_T = TypeVar("_T")

_TIME = 8
_INDENT = 2
_BADGE = 13
"""Cells of the first column of a node: who decided, or what kind of thing it is."""

_TOOL = 6
_TOOK = 9

VERDICT_TONE = {
    Verdict.ACCEPTED: Tone.ACCEPTED,
    Verdict.REJECTED: Tone.REJECTED,
    Verdict.ABORTED: Tone.REJECTED,
    Verdict.UNKNOWN: Tone.DIM,
}


@dataclass(frozen=True, slots=True)
class Reply:
    """The text of a request's response, as a row of its own."""

    request: Request


def node_line(
    node: Node | Turn | Reply, width: int, marks: Marks, *, depth: int = 0, is_open: bool = False
) -> Line:
    """Return a node as a line of ``width`` cells, what it cost or took at its end."""
    begin = Line.of(Span(f"{_time(node):{_TIME}}", Tone.DIM), "  ", " " * (_INDENT * depth))
    room = width - begin.width
    left, right = _sides(node, room, marks, is_open=is_open)
    return Line.of(begin, spread(left, right, room))


def _time(node: Node | Turn | Reply) -> str:
    match node:
        case Turn():
            return formats.clock(node.started_at)
        case Reply():
            return ""
        case _:
            return formats.clock(node.at)


def _sides(
    node: Node | Turn | Reply, room: int, marks: Marks, *, is_open: bool
) -> tuple[Line, Line]:
    """Return what a node says, and its figures."""
    match node:
        case Turn():
            return _turn(node, marks, is_open=is_open), _turn_figures(node, marks)
        case Request():
            figures = _figures(node.cost, node.duration_ms)
            return _request(node, room - figures.width - 2, marks), figures
        case Reply():
            return _badged(Span(""), response(node.request, marks)), Line()
        case ToolCall():
            call = _tool_call(node, marks)
            return call, _tool_call_figures(node, room - call.width - 2, marks)
        case SubagentNode():
            return _subagent(node, marks, is_open=is_open), _subagent_figures(node)
        case Event():
            return _badged(*event_words(node, marks)), Line()


def _turn(turn: Turn, marks: Marks, *, is_open: bool) -> Line:
    fold = marks.open if is_open else marks.closed
    if turn.number == 0:
        return Line.of(f"{fold} ", Span("Outside of any turn", Tone.STRONG))
    name = Span(f"Turn {turn.number}", Tone.STRONG)
    return Line.of(f"{fold} ", name, "  ", prompt(turn, marks))


def _turn_figures(turn: Turn, marks: Marks) -> Line:
    """Return what went wrong in a turn, what it cost and how long it took."""
    parts: list[Span | Line] = []
    if turn.rejected:
        parts.append(Span(f"{marks.rejected} {turn.rejected}", Tone.REJECTED))
    if turn.failed_tool_calls:
        parts.append(Span(f"{turn.failed_tool_calls} failed", Tone.TROUBLE))
    if turn.errors:
        parts.append(Span(words.counted(turn.errors, "API error"), Tone.TROUBLE))
    if turn.lost.rebuilds:
        parts.append(Span(f"{marks.rebuilt} {lost(turn.lost)}", Tone.WAITING))
    if turn.requests:
        took_ms = (turn.last_event_at - turn.started_at) // 1_000_000
        parts.append(_figures(turn.cost, took_ms))
    return joined(parts, "  ")


def prompt(turn: Turn, marks: Marks) -> Span:
    """Return what was asked: the prompt, the slash command, or why it is not known."""
    if turn.prompt_origin is Origin.AGENT or is_report(turn.prompt):
        return Span(f"typed by nobody: {report_summary(turn.prompt)}", Tone.DIM)
    if turn.prompt:
        return Span(f'"{turn.prompt.strip()}"')
    if turn.command:
        return Span(f"/{turn.command}")
    if turn.prompt_content is Content.WITHHELD:
        length = "" if turn.prompt_length is None else f", {turn.prompt_length} characters"
        return Span(f"{marks.withheld} prompt withheld{length}", Tone.WITHHELD)
    return Span("no prompt arrived", Tone.DIM)


def _request(request: Request, room: int, marks: Marks) -> Line:
    failed = request.status in {RequestStatus.ERROR, RequestStatus.REFUSED}
    badge = Span(f"{marks.failed} request", Tone.TROUBLE) if failed else Span("request", Tone.DIM)
    parts: list[Span | Line] = [Span(words.model(request.model))]
    if failed:
        parts += [status(request), Span(request.error or "", Tone.TROUBLE)]
    if request.cache.rebuilt_tokens:
        parts.append(cache_cell(request, marks))
    line = _badged(badge, joined(parts, "  "))
    if request.tokens.total is None:
        return line
    in_full = Line.of(line, "  ", _tokens_in_full(request.tokens))
    return (
        in_full if in_full.width <= room else Line.of(line, "  ", _tokens_in_brief(request.tokens))
    )


def _tokens_in_full(usage: TokenUsage) -> Line:
    figures = [Span(f"{formats.tokens(n)} {name}", Tone.DIM) for name, n in _classes(usage)]
    return joined(figures, " · ")


def _tokens_in_brief(usage: TokenUsage) -> Line:
    """Return the tokens of each class with its initial: ``i10 r16.9k w8.9k o233``."""
    figures = [
        Span(name[0] + formats.tokens(n).replace(" ", ""), Tone.DIM) for name, n in _classes(usage)
    ]
    return joined(figures, " ")


def _classes(usage: TokenUsage) -> tuple[tuple[str, int | None], ...]:
    return (
        ("in", usage.input),
        ("read", usage.cache_read),
        ("write", usage.cache_write),
        ("out", usage.output),
    )


def _figures(cost: Cost, took_ms: int | None) -> Line:
    """Return a cost and a duration, the cost in a column of its own."""
    return Line.of(exact_dollars(cost), f"{formats.duration(took_ms):>{_TOOK}}")


def _tool_call(call: ToolCall, marks: Marks) -> Line:
    badge = Span(decision_badge(call, marks), VERDICT_TONE[call.verdict])
    name = Line.of(Span(words.tool(call, marks), Tone.STRONG))
    return _badged(badge, Line.of(name.pad(max(_TOOL, name.width)), "  ", words.about(call, marks)))


def _tool_call_figures(call: ToolCall, room: int, marks: Marks) -> Line:
    """Return how a call ended, and before it, if there is room, how long a person took."""
    outcome = Line.of(words.outcome(call, marks))
    if call.waited_ms is None or call.decider is not Decider.USER:
        return outcome
    waited = Line.of(Span(f"waited {formats.duration(call.waited_ms)}  ", Tone.DIM), outcome)
    return waited if waited.width <= room else outcome


def _subagent(node: SubagentNode, marks: Marks, *, is_open: bool) -> Line:
    fold = marks.open if is_open else marks.closed
    calls = _of_type(node.children, ToolCall)
    refused = sum(call.verdict is Verdict.REJECTED for call in calls)
    summary: list[str | Span] = [
        Span(node.name or node.agent_id, Tone.STRONG),
        Span(f"  {words.counted(len(calls), 'tool call')}", Tone.DIM),
        *_link(node.link),
    ]
    if refused:
        summary.append(Span(f"  {marks.rejected} {refused}", Tone.REJECTED))
    return _badged(Span(f"{marks.subagent} agent {fold}"), Line.of(*summary))


def _link(link: Link) -> list[Span]:
    """Return how it is known what started a sub-agent, where that is not certain."""
    match link:
        case Link.PROBABLE:
            return [Span("  probably of this call", Tone.WAITING)]
        case Link.UNKNOWN:
            return [Span("  of which call is not known", Tone.WAITING)]
        case _:
            return [Span(f"  {link.value}", Tone.DIM)]


def _subagent_figures(node: SubagentNode) -> Line:
    requests = _of_type(node.children, Request)
    ends = [r.at + (r.duration_ms or 0) * 1_000_000 for r in requests]
    took_ms = (max(ends) - node.at) // 1_000_000 if ends else None
    return _figures(node.cost, took_ms)


def _of_type(nodes: Sequence[Node], kind: type[_T]) -> list[_T]:
    found: list[_T] = []
    for node in nodes:
        if isinstance(node, kind):
            found.append(node)
        if isinstance(node, SubagentNode):
            found += _of_type(node.children, kind)
    return found


def _badged(badge: Span, said: Span | Line | None) -> Line:
    column = Line.of(badge)
    return Line.of(column.pad(max(_BADGE, column.width)), " ", said or Line())
