"""Bars of token classes: how much was cache read, cache write, output and uncached input."""

from store.domain import TokenUsage
from tui import format as formats
from tui.marks import Marks
from tui.present.lines import Line, Span, Tone

_CLASSES = (
    ("read", Tone.READ),
    ("write", Tone.WRITE),
    ("output", Tone.OUTPUT),
    ("input", Tone.INPUT),
)


def token_bar(tokens: TokenUsage, width: int, marks: Marks) -> Line:
    """Return a bar of ``width`` cells, one part a class; blank where no class is known.

    Every class that has tokens has a cell at least, while there are cells.
    """
    shares = _cells(_amounts(tokens), width)
    return Line.of(
        *(
            Span(fill * cells, tone)
            for fill, cells, (_name, tone) in zip(marks.bar, shares, _CLASSES, strict=True)
            if cells
        )
    )


def token_legend(tokens: TokenUsage, marks: Marks) -> Line:
    """Return each class with its share of all tokens; nothing where no class is known."""
    amounts = _amounts(tokens)
    total = sum(amounts)
    if not total:
        return Line()
    parts: list[Span | str] = []
    for (name, tone), amount, fill in zip(_CLASSES, amounts, marks.bar, strict=True):
        parts += [
            "  " if parts else "",
            Span(fill, tone),
            Span(f" {name} {formats.percent(amount / total)}"),
        ]
    return Line.of(*parts)


def _amounts(tokens: TokenUsage) -> list[int]:
    known = (tokens.cache_read, tokens.cache_write, tokens.output, tokens.input)
    return [max(0, amount or 0) for amount in known]


def _cells(amounts: list[int], width: int) -> list[int]:
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
