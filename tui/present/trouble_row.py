"""What went wrong: its columns, and one trouble in full."""

from collections.abc import Mapping

from store.insights import Trouble, TroubleKind
from tui import format as formats
from tui.marks import Marks
from tui.present import words
from tui.present.columns import Column
from tui.present.fields import fields
from tui.present.lines import Line, Span, Tone, wrap

_WORDS: Mapping[TroubleKind, tuple[str, str]] = {
    TroubleKind.API_ERROR: ("API error", "A request to the model failed for good."),
    TroubleKind.RETRIES_EXHAUSTED: (
        "gave up",
        "The agent tried a request as often as it may, then gave up.",
    ),
    TroubleKind.REFUSAL: ("refusal", "The model refused to answer."),
    TroubleKind.TOOL_FAILED: ("tool failed", "A tool ran and told an error."),
    TroubleKind.MCP_FAILED: ("MCP failed", "A connection to an MCP server failed."),
    TroubleKind.HOOK_BLOCKED: ("hook blocked", "A hook of the person's own stopped something."),
    TroubleKind.LOOP: ("loop", "The same thing was done again and again."),
    TroubleKind.GAP: (
        "gap",
        "The sender counted events that did not arrive: what they told is not known.",
    ),
    TroubleKind.INTERNAL_ERROR: ("internal", "The agent told an error of its own."),
    TroubleKind.COMPACTION_FAILED: ("compaction", "The conversation could not be shortened."),
    TroubleKind.AUTH_FAILED: ("sign-in", "Signing in failed."),
}


def columns() -> tuple[Column, ...]:
    """Return the columns; at 80 cells kind, subject, message and age remain."""
    return (
        Column("kind", "WHAT", 14, 2),
        Column("subject", "OF", 16, 3, most=48),
        Column("message", "MESSAGE", 22, 1, most=50),
        Column("status", "STATUS", 12, 6, most=16),
        Column("session", "SESSION", 14, 5, most=30),
        Column("when", "WHEN", 5, 4, right=True),
        Column("edge", "", 1, 4),
    )


def cells(trouble: Trouble, now_ns: int, marks: Marks) -> dict[str, Line]:
    """Return the cells of one trouble by column."""
    return {
        "kind": Line.of(kind(trouble, marks)),
        "subject": Line.of(Span(trouble.subject or formats.UNKNOWN, Tone.STRONG)),
        "message": Line.of(trouble.message or formats.UNKNOWN),
        "status": Line.of(Span(trouble.status or "", Tone.DIM)),
        "session": Line.of(Span(trouble.session_title or trouble.session_id[:8], Tone.DIM)),
        "when": Line.of(Span(formats.age(trouble.at, now_ns), Tone.DIM)),
    }


def kind(trouble: Trouble, marks: Marks) -> Span:
    """Return what kind of trouble it is, with its mark."""
    mark = {
        TroubleKind.GAP: marks.gap,
        TroubleKind.LOOP: marks.rebuilt,
        TroubleKind.HOOK_BLOCKED: marks.rejected,
        TroubleKind.REFUSAL: marks.rejected,
    }.get(trouble.kind, marks.failed)
    tone = Tone.WAITING if trouble.kind in {TroubleKind.GAP, TroubleKind.LOOP} else Tone.TROUBLE
    return Span(f"{mark} {_WORDS[trouble.kind][0]}", tone)


def trouble_detail(trouble: Trouble, width: int, marks: Marks) -> list[Line]:
    """Return a trouble in full."""
    return [
        Line.of(kind(trouble, marks)),
        *wrap(_WORDS[trouble.kind][1], width, Tone.DIM),
        *([Line(), *wrap(trouble.message, width, Tone.TROUBLE)] if trouble.message else []),
        Line(),
        *fields(
            width,
            ("of", trouble.subject),
            ("status", trouble.status),
            ("at", formats.date_and_clock(trouble.at)),
            ("session", trouble.session_title or trouble.session_id),
            ("session id", trouble.session_id),
            ("turn id", trouble.turn_id),
            ("records", trouble.key),
        ),
    ]


def truth_line(total: int, width: int) -> Line:
    """Return how many troubles there are."""
    return Line.of(Span(words.counted(total, "trouble"), Tone.STRONG)).fit(width)
