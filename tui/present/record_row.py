"""The raw records of a session, one row each: what came, in the order it happened."""

from store.insights import SessionEvent
from tui import format as formats
from tui.present.columns import Column
from tui.present.fields import fields
from tui.present.lines import Line, Span, Tone, wrap


def columns() -> tuple[Column, ...]:
    """Return the columns."""
    return (
        Column("time", "TIME", 8, 2),
        Column("sequence", "SEQ", 5, 5, right=True),
        Column("signal", "SIGNAL", 7, 4),
        Column("name", "NAME", 24, 1, most=40),
        Column("summary", "ABOUT", 16, 3, most=90),
    )


def cells(event: SessionEvent) -> dict[str, Line]:
    """Return the cells of one record by column."""
    sequence = formats.UNKNOWN if event.sequence is None else str(event.sequence)
    return {
        "time": Line.of(Span(formats.clock(event.at), Tone.DIM)),
        "sequence": Line.of(Span(sequence, Tone.DIM)),
        "signal": Line.of(Span(event.signal, Tone.DIM)),
        "name": Line.of(Span(event.name or formats.UNKNOWN, Tone.STRONG)),
        "summary": Line.of(event.summary or ""),
    }


def record_detail(event: SessionEvent, text: str | None, width: int) -> list[Line]:
    """Return a record in words; ``text`` is what it says in full, once it was read."""
    return [
        Line.of(Span(event.name or event.signal, Tone.STRONG)),
        Line(),
        *fields(
            width,
            ("at", formats.date_and_clock(event.at)),
            ("kind", event.kind),
            ("behind", event.key),
            ("turn id", event.turn_id),
            ("agent id", event.agent_id),
        ),
        *([Line(), *wrap(text, width)] if text else []),
    ]
