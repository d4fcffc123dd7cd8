"""The columns of the Sessions screen."""

from store.domain import Session
from tui import format as formats
from tui.marks import Marks
from tui.present import words
from tui.present.columns import Column
from tui.present.lines import Line, Span, Tone
from tui.present.money import dollars


def columns(marks: Marks) -> tuple[Column, ...]:
    """Return the columns; at 80 cells state, agent, title, last, refused, cost and flags remain."""
    return (
        Column("state", "  STATE", 9, 2),
        Column("agent", "AGENT", 8, 4),
        Column("title", "TITLE", 24, 1, most=64),
        Column("user", "USER", 8, 9, most=14),
        Column("model", "MODEL", 14, 10, most=18),
        Column("started", "STARTED", 7, 14, right=True),
        Column("last", "LAST", 5, 3, right=True),
        Column("turns", "TURNS", 5, 13, right=True),
        Column("tools", "TOOLS", 6, 12, right=True),
        Column("accepted", marks.accepted, 5, 11, right=True),
        Column("rejected", marks.rejected, 3, 6, right=True),
        Column("cache", "CACHE", 6, 8, right=True),
        Column("tokens", "TOKENS", 7, 7, right=True),
        Column("cost", "COST", 8, 5, right=True),
        Column("flags", "", 3, 5),
    )


def cells(session: Session, now_ns: int, marks: Marks) -> dict[str, Line]:
    """Return the cells of one session by column."""
    decisions = session.decisions
    return {
        "state": Line.of(words.state(session, now_ns, marks)),
        "agent": Line.of(words.agent(session.agent)),
        "title": Line.of(words.title(session, marks)),
        "user": Line.of(words.user(session)),
        "model": Line.of(words.models(session.models)),
        "started": Line.of(formats.started(session.started_at, now_ns)),
        "last": Line.of(formats.age(session.last_event_at, now_ns)),
        "turns": Line.of(formats.count(session.turns)),
        "tools": Line.of(formats.count(session.tool_calls)),
        "accepted": _counted(decisions.accepted, Tone.PLAIN),
        "rejected": _counted(decisions.rejected, Tone.REJECTED),
        "cache": Line.of(formats.percent(session.tokens.cache_hit_ratio)),
        "tokens": Line.of(formats.tokens(session.tokens.total)),
        "cost": Line.of(dollars(session.cost)),
        "flags": words.flags(session, marks),
    }


def _counted(number: int, tone: Tone) -> Line:
    return Line.of(Span(formats.count(number), tone if number else Tone.DIM))
