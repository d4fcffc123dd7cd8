"""Bars of classes: what was cache read, cache write, output, uncached input and the rest."""

from collections.abc import Sequence
from typing import NamedTuple

from store.domain import Cost, Provenance, TokenUsage
from tui import format as formats
from tui.marks import Marks
from tui.present.lines import Line, Span, Tone
from tui.present.money import INFERRED


class Part(NamedTuple):
    """One class of a whole."""

    name: str
    amount: int
    tone: Tone
    fill: str


def token_parts(tokens: TokenUsage, marks: Marks) -> tuple[Part, ...]:
    """Return tokens by class."""
    known = (tokens.cache_read, tokens.cache_write, tokens.output, tokens.input)
    return _parts(known, marks)


def cost_parts(cost: Cost, marks: Marks) -> tuple[Part, ...]:
    """Return a cost by class; what no class accounts for is a part of its own.

    Nothing where the split is not known at all.
    """
    if cost.split_provenance is Provenance.UNKNOWN:
        return ()
    split = cost.by_class
    known = (split.cache_read, split.cache_write, split.output, split.input, split.web_search)
    return _parts((*known, cost.unsplit_micros), marks)


_CLASSES = (
    ("read", Tone.READ),
    ("write", Tone.WRITE),
    ("output", Tone.OUTPUT),
    ("input", Tone.INPUT),
    ("web search", Tone.KEY),
    ("not split", Tone.DIM),
)


def _parts(amounts: Sequence[int | None], marks: Marks) -> tuple[Part, ...]:
    return tuple(
        Part(name, max(0, amount or 0), tone, fill)
        for amount, (name, tone), fill in zip(amounts, _CLASSES, marks.bar, strict=False)
    )


def bar(parts: Sequence[Part], width: int) -> Line:
    """Return a bar of ``width`` cells, one piece a part; blank where there is nothing.

    Every part that is not 0 has a cell at least, while there are cells.
    """
    shares = _cells([part.amount for part in parts], width)
    return Line.of(
        *(
            Span(part.fill * cells, part.tone)
            for part, cells in zip(parts, shares, strict=True)
            if cells
        )
    )


def legend(parts: Sequence[Part], *, gap: int = 2) -> Line:
    """Return each part that is not 0 with its share, ``gap`` blanks between them."""
    total = sum(part.amount for part in parts)
    if not total:
        return Line()
    named: list[Span | str] = []
    for part in (part for part in parts if part.amount):
        named += [
            " " * gap if named else "",
            Span(part.fill, part.tone),
            Span(f" {part.name} {formats.percent(part.amount / total)}"),
        ]
    return Line.of(*named)


def split_mark(cost: Cost) -> Span:
    """Return the mark of a split that is inferred, else a blank."""
    return Span(INFERRED if cost.split_provenance is Provenance.INFERRED else " ", Tone.DIM)


def _cells(amounts: Sequence[int], width: int) -> list[int]:
    """Share ``width`` cells out by largest remainder; the largest gives to those left with none."""
    total = sum(amounts)
    if not total or width <= 0:
        return [0] * len(amounts)
    exact = [amount * width / total for amount in amounts]
    cells = [int(share) for share in exact]
    by_remainder = sorted(range(len(amounts)), key=lambda i: cells[i] - exact[i])
    for index in by_remainder[: width - sum(cells)]:
        cells[index] += 1
    for index, amount in enumerate(amounts):
        largest = cells.index(max(cells))
        if amount and not cells[index] and cells[largest] > 1:
            cells[index] += 1
            cells[largest] -= 1
    return cells
