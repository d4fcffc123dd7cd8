"""Lines of toned text: what widgets paint, and how lines are fitted into cells."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from rich.cells import cell_len, split_graphemes

from tui.safe_text import cut, one_line, safe_text

_LONGEST_SPAN = 4_000
"""Cells; wider than any terminal."""


class Tone(StrEnum):
    """What a text is, from which the theme chooses how it looks."""

    PLAIN = "plain"
    DIM = "dim"
    STRONG = "strong"
    HEADING = "heading"
    BRAND = "brand"
    KEY = "key"
    LIVE = "live"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    ADDED = "added"
    REMOVED = "removed"
    TROUBLE = "trouble"
    COST = "cost"
    WITHHELD = "withheld"
    READ = "read"
    WRITE = "write"
    OUTPUT = "output"
    INPUT = "input"


@dataclass(frozen=True, slots=True)
class Span:
    """Safe text of one tone; whatever text it is made from passes the gate here."""

    text: str
    tone: Tone = Tone.PLAIN

    def __post_init__(self) -> None:
        """Pass the text through the gate."""
        object.__setattr__(self, "text", one_line(self.text, _LONGEST_SPAN))

    @property
    def width(self) -> int:
        """Cells."""
        return cell_len(self.text)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of spans."""

    spans: tuple[Span, ...] = ()

    @classmethod
    def of(cls, *parts: "str | Span | Line") -> "Line":
        """Join texts, spans and lines into one line."""
        return cls(tuple(_flatten(parts)))

    @property
    def width(self) -> int:
        """Cells."""
        return sum(span.width for span in self.spans)

    @property
    def text(self) -> str:
        """The text without its tones."""
        return "".join(span.text for span in self.spans)

    def fit(self, width: int) -> "Line":
        """Return the line cut to ``width`` cells, with an ellipsis where something is missing."""
        if self.width <= width:
            return self
        spans: list[Span] = []
        left = width
        for span in self.spans:
            if span.width >= left:
                spans.append(Span(cut(span.text + " ", left), span.tone))
                break
            spans.append(span)
            left -= span.width
        return Line(tuple(spans))

    def pad(self, width: int, *, right: bool = False) -> "Line":
        """Return the line cut or filled with blanks to exactly ``width`` cells."""
        line = self.fit(width)
        blank = Span(" " * (width - line.width))
        if not blank.text:
            return line
        return Line((blank, *line.spans) if right else (*line.spans, blank))


def _flatten(parts: Iterable[str | Span | Line]) -> Iterator[Span]:
    for part in parts:
        if isinstance(part, Line):
            yield from part.spans
        elif isinstance(part, Span):
            yield part
        elif part:
            yield Span(part)


def spread(left: Line, right: Line, width: int) -> Line:
    """Return one line with ``left`` at its start and ``right`` at its end; ``left`` gives way."""
    if not right.spans:
        return left.fit(width)
    right = right.fit(width)
    room = max(0, width - right.width - 2)
    return Line.of(left.pad(room), " " * (width - right.width - room), right)


def joined(parts: Iterable[Span | Line], separator: str) -> Line:
    """Return the parts with a dim separator between them."""
    line: list[Span | Line] = []
    for part in parts:
        if line:
            line.append(Span(separator, Tone.DIM))
        line.append(part)
    return Line.of(*line)


_POINTS_A_CELL = 8
"""Code points that are looked at for each cell: characters of no width of their own are many."""


def wrap(text: str, width: int, tone: Tone = Tone.PLAIN) -> list[Line]:
    """Return a text as lines of at most ``width`` cells, broken at blanks where possible."""
    lines: list[Line] = []
    for paragraph in safe_text(text).expandtabs(4).split("\n"):
        lines.extend(Line.of(Span(piece, tone)) for piece in _pieces(paragraph, max(1, width)))
    return lines


def _pieces(text: str, width: int) -> Iterator[str]:
    """Yield the lines of a paragraph; looks at no more of it than one line may need at a time."""
    start = 0
    while True:
        head = text[start : start + width * _POINTS_A_CELL + 1]
        if cell_len(head) <= width:
            yield head
            start += len(head)
            if start >= len(text):
                return
            continue
        end = _end_of_first(head, width)
        blank = head.rfind(" ", 0, end + 1)
        if blank > 0 and head[:blank].strip():
            yield head[:blank]
            start += blank + 1
        else:
            yield head[:end]
            start += end


def _end_of_first(head: str, width: int) -> int:
    """Return how many code points of ``head`` fit into ``width`` cells, at least one character."""
    if head.isascii():
        return width
    used = end = 0
    for _start, stop, cells in split_graphemes(head)[0]:
        if used + cells > width and end:
            break
        used += cells
        end = stop
    return end
