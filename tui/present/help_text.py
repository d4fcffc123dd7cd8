"""The help screen: the keys, from the list of commands, and what the marks mean."""

from store.domain import SessionState
from tui.commands import COMMANDS, Place
from tui.marks import Marks, state_mark
from tui.present.lines import Line, Span, Tone

_KEYS = 14

_FILTERS = (
    ("agent:claude model:opus", "by agent or model; a part of the name is enough"),
    ("cost>1  tokens>100k", "by size"),
    ("since:2h  is:live", "by time and state"),
    ("decision:reject mode:bypass", "by what was decided, and in which mode"),
    ("-agent:codex  agent:a,b", "a minus negates, a comma is or"),
)


def help_text(marks: Marks) -> list[Line]:
    """Return the help as lines."""
    lines: list[Line] = []
    for place in (
        Place.REPLAY,
        Place.LIST,
        Place.FILTERED,
        Place.FILTER,
        Place.LEDGER,
        Place.SESSION,
        Place.DETAILED,
        Place.TEXT,
        Place.EVERYWHERE,
    ):
        lines += [Line.of(Span(place.value, Tone.STRONG))]
        lines += [
            Line.of("  ", Line.of(Span(c.shown_keys or "palette", Tone.KEY)).pad(_KEYS), c.help)
            for c in COMMANDS
            if c.place is place
        ]
        lines.append(Line())
    lines.append(Line.of(Span("Filters", Tone.STRONG)))
    lines += [
        Line.of("  ", Line.of(Span(example, Tone.KEY)).pad(30), meaning)
        for example, meaning in _FILTERS
    ]
    return [*lines, Line(), *_marks(marks)]


def _marks(marks: Marks) -> list[Line]:
    meanings = [
        *((state_mark(state, marks), state.value) for state in SessionState),
        (f"{marks.accepted} you", "allowed by a person, once"),
        (f"{marks.accepted} you:session", "allowed by a person for this session"),
        (f"{marks.accepted} you:always", "allowed by a person for good"),
        (f"{marks.accepted} config", "allowed by configuration: a rule or the permission mode"),
        (f"{marks.accepted} hook", "allowed by a hook"),
        (f"{marks.rejected} you", "refused by a person; also by configuration or a hook"),
        (f"{marks.aborted} aborted", "the turn was stopped before an answer"),
        (f"{marks.unknown} unknown", "no decision arrived"),
        (f"{marks.withheld} withheld", "the sender does not send this content"),
        (marks.warning, "a permission mode in which nobody is asked"),
        ("!", "requests to the model failed"),
        (marks.subagent, "a sub-agent"),
        (marks.mcp, "an MCP server or one of its tools"),
        ("i10 r5k w2k o9", "tokens: uncached input, cache read, cache write, output"),
        ("–", "not known; never 0"),
    ]
    return [
        Line.of(Span("Marks", Tone.STRONG)),
        *(
            Line.of("  ", Line.of(Span(mark)).pad(_KEYS), Span(meaning, Tone.DIM))
            for mark, meaning in meanings
        ),
    ]
