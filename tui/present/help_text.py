"""The help screen: the keys, from the list of commands, and what the marks mean."""

from collections.abc import Iterable

from store.domain import SessionState
from tui.commands import COMMANDS, Place
from tui.marks import Marks, state_mark
from tui.present.lines import Line, Span, Tone
from tui.present.money import INFERRED

_KEYS = 14

_FILTERS = (
    ("agent:claude model:opus", "by agent or model; a part of the name is enough"),
    ("cost>1  tokens>100k", "by size"),
    ("since:2h  is:live", "by time and state"),
    ("decision:reject mode:bypass", "by what was decided, and in which mode"),
    ("-agent:codex  agent:a,b", "a minus negates, a comma is or"),
)

_COLUMNS = (
    ("IN", "input tokens that the cache neither gave nor took"),
    ("READ", "tokens read from the prompt cache"),
    ("WRITE 5m/1h", "tokens written to it, by how long they live there"),
    ("OUT", "output tokens, reasoning included"),
    ("COST", "dollars; of a folded row their sum"),
    ("COST BY CLASS", "how the dollars split: read, write, output, input, searches"),
    ("TTFT", "time to the first token"),
    ("CACHE", "share of the prompt that was read, or why it was written again"),
    ("STATUS", "how it ended; ×2 where it was sent twice"),
    ("today  /h", "dollars spent since midnight, and in the last hour"),
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
        Place.REQUESTS,
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
    return [*lines, Line(), *_explained("Columns of the requests", _COLUMNS), *_marks(marks)]


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
        (marks.rebuilt, "a prompt cache was lost and written again; what that cost more"),
        ("~$0.62", "computed from a price table: the agent reported no cost"),
        ("≥$0.62", "at least: some of its requests have no known cost"),
        (INFERRED, "inferred: solved from the reported cost"),
        (marks.compacted, "the conversation was compacted"),
        ("!", "requests to the model failed"),
        (marks.subagent, "a sub-agent"),
        (marks.mcp, "an MCP server or one of its tools"),
        ("i10 r5k w2k o9", "tokens: uncached input, cache read, cache write, output"),
        ("–", "not known; never 0"),
    ]
    return _explained("Marks", meanings)[:-1]


def _explained(title: str, meanings: Iterable[tuple[str, str]]) -> list[Line]:
    return [
        Line.of(Span(title, Tone.STRONG)),
        *(
            Line.of("  ", Line.of(Span(name)).pad(_KEYS), Span(meaning, Tone.DIM))
            for name, meaning in meanings
        ),
        Line(),
    ]
