"""A session in a few lines: the preview on Sessions and the header of Session."""

from collections.abc import Sequence

from store.domain import Request, Session, SessionState, ToolCall, Turn, Work
from store.queries.permission_groups import PERMISSIVE_MODES
from store.queries.transcript import Node, SubagentNode
from tui import format as formats
from tui.marks import Marks
from tui.present import words
from tui.present.bars import Part, bar, cost_parts, legend, split_mark, token_parts
from tui.present.cache_words import lost
from tui.present.lines import Line, Span, Tone, joined, spread
from tui.present.money import dollars
from tui.present.transcript_row import node_line


def state_words(session: Session, now_ns: int, marks: Marks) -> Span:
    """Return what the session is doing; one that waits says for whom."""
    state = words.state(session, now_ns, marks)
    if session.state is not SessionState.WAITING:
        return state
    mark, age = state.text.split(" ", 1)
    tool = f": {session.question.tool}" if session.question and session.question.tool else ""
    return Span(f"{mark} waits {age} for you{tool}", state.tone)


def state_line(session: Session, now_ns: int, marks: Marks) -> Line:
    """Return what the session is doing and from what that is known."""
    return Line.of(state_words(session, now_ns, marks), "  ", Span(session.state_reason, Tone.DIM))


def spend_line(session: Session, width: int, marks: Marks) -> Line:
    """Return cost, how it splits into classes, what rebuilt caches took of it, and the context.

    Where the split is not known the bar is of tokens, and says so. What matters less gives way.
    """
    parts = cost_parts(session.cost, marks)
    known = parts or token_parts(session.tokens, marks)
    mark = split_mark(session.cost) if parts else Span("of tokens:", Tone.DIM)
    gap = " " if mark.text.strip() else ""
    split = Line.of(mark, gap, legend(known))
    compact = Line.of(mark, gap, legend(known, gap=1))
    tokens = Span(f"{formats.tokens(session.tokens.total)} tokens")
    context = Line()
    if session.context_tokens is not None:
        in_use = formats.tokens(session.context_tokens)
        context = Line.of(Span(f"context {in_use}", Tone.DIM))
    if session.tokens.total is None:
        return joined([dollars(session.cost), tokens], f" {marks.separator} ").fit(width)
    forms: tuple[tuple[Line, Line, list[Line]], ...] = (
        (_spend(session, 28, marks, tokens), split, [_lost(session, marks), context]),
        (_spend(session, 16, marks, tokens), split, [_lost(session, marks), context]),
        (_spend(session, 16, marks, tokens), split, [_lost(session, marks)]),
        (_spend(session, 8, marks), compact, [_lost(session, marks, is_short=True)]),
        (_spend(session, 0, marks), compact, [_lost(session, marks, is_short=True)]),
    )
    for spend, classes, right in forms:
        said = joined([line for line in right if line.spans], f" {marks.separator} ")
        line = spread_if_fits(Line.of(spend, " ", classes), said, width)
        if line is not None:
            return line
    return _spend(session, 16, marks, tokens).fit(width)


def _spend(session: Session, bar_width: int, marks: Marks, *more: Span) -> Line:
    parts: tuple[Part, ...] = cost_parts(session.cost, marks) or token_parts(session.tokens, marks)
    spend = joined([dollars(session.cost), *more], f" {marks.separator} ")
    return Line.of(spend, " " if bar_width else "", bar(parts, bar_width))


def _lost(session: Session, marks: Marks, *, is_short: bool = False) -> Line:
    """Return what rebuilt caches took, where any did."""
    if not session.lost.rebuilds:
        return Line()
    words_before = "" if is_short else "lost to cache rebuilds "
    return Line.of(Span(f"{marks.rebuilt} {words_before}{lost(session.lost)}", Tone.WAITING))


def spread_if_fits(left: Line, right: Line, width: int) -> Line | None:
    """Return both on one line, or ``None`` when one of them would be cut."""
    gap = 2 if right.spans else 0
    return spread(left, right, width) if left.width + gap + right.width <= width else None


def identity_line(session: Session, marks: Marks) -> Line:
    """Return who and what: agent and version, models, user, permission mode."""
    version = session.attribute("service.version", "app.version")
    agent = session.agent.value + (f" {version}" if version else "")
    parts: list[Span | Line] = [
        Span(agent),
        Span(words.models(session.models)),
        Span(words.user(session)),
    ]
    if session.permission_mode:
        tone = Tone.WAITING if session.permission_mode in PERMISSIVE_MODES else Tone.PLAIN
        parts.append(Line.of(Span("mode ", Tone.DIM), Span(session.permission_mode, tone)))
    return joined(parts, f" {marks.separator} ")


def totals_line(session: Session, marks: Marks) -> Line:
    """Return the counts: turns, requests, tool calls with their decisions, errors."""
    decisions = session.decisions
    calls: list[str | Span] = [words.counted(session.tool_calls, "tool call")]
    for mark, number, tone in (
        (marks.accepted, decisions.accepted, Tone.ACCEPTED),
        (marks.rejected, decisions.rejected, Tone.REJECTED),
        (marks.aborted, decisions.aborted, Tone.PLAIN),
        (marks.unknown, decisions.unknown, Tone.DIM),
    ):
        if number:
            calls += ["  ", Span(f"{mark} {formats.count(number)}", tone)]
    parts: list[Span | Line] = [
        Span(words.counted(session.turns, "turn")),
        Span(words.counted(session.requests, "request")),
        Line.of(*calls),
    ]
    if session.failed_tool_calls:
        parts.append(Span(f"{formats.count(session.failed_tool_calls)} failed", Tone.TROUBLE))
    if session.errors:
        parts.append(Span(words.counted(session.errors, "API error"), Tone.TROUBLE))
    return joined([*parts, *_work(session.work)], f" {marks.separator} ")


def _work(work: Work) -> list[Span]:
    """Return what came of the session, where its metrics say that anything did."""
    parts = []
    if work.lines_added or work.lines_removed:
        added, removed = formats.count(work.lines_added), formats.count(work.lines_removed)
        parts.append(Span(f"+{added} -{removed} lines"))
    if work.commits:
        parts.append(Span(words.counted(work.commits, "commit")))
    if work.pull_requests:
        parts.append(Span(words.counted(work.pull_requests, "pull request")))
    return parts


def preview(
    session: Session,
    recent: Sequence[Node | Turn],
    *,
    size: tuple[int, int],
    now_ns: int,
    marks: Marks,
) -> list[Line]:
    """Return the preview of a session in at most ``size`` = (width, height) cells.

    Its first line alone says what the session is doing; the rest follows as there is room.
    """
    width, height = size
    lines = [
        state_line(session, now_ns, marks),
        spend_line(session, width, marks),
        spread(identity_line(session, marks), totals_line(session, marks), width),
    ]
    room = max(0, height - len(lines))
    if room:
        lines += [node_line(node, width, marks) for node in list(recent)[-room:]]
    return [line.fit(width) for line in lines[:height]]


def header(session: Session, *, width: int, now_ns: int, marks: Marks) -> list[Line]:
    """Return the three lines of the Session screen's header; what matters less gives way."""
    identity, totals = identity_line(session, marks), totals_line(session, marks)
    state = Line.of(state_words(session, now_ns, marks))
    return [
        spread_if_fits(identity, state_line(session, now_ns, marks), width)
        or spread(identity, state, width),
        spend_line(session, width, marks),
        totals.fit(width),
    ]


def is_action(node: Node) -> bool:
    """Tell whether a node belongs among the last things a session did."""
    return isinstance(node, (Request, ToolCall, SubagentNode)) or node.kind != "event"
