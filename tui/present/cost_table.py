"""What something cost as a table: a row a class of tokens, tokens × price = dollars."""

from collections.abc import Iterator

from store.domain import Cost, Provenance, TokenUsage
from tui import format as formats
from tui.marks import Marks
from tui.present.bars import bar, cost_parts, legend
from tui.present.lines import Line, Span, Tone
from tui.present.money import INFERRED

_BAR = 20
_MOST_DIGITS = 3
"""Of a price; the last is left out where it is 0."""
_WIDTHS = (20, 11, 11, 13)
TABLE_WIDTH = sum(_WIDTHS)
_SEARCHES = "web searches"


def class_rows(
    cost: Cost,
    tokens: TokenUsage,
    width: int,
    *,
    marks: Marks,
    billed: tuple[int, int] | None = None,
) -> Iterator[Line]:
    """Yield a bar and a row a class: tokens, dollars a million, dollars; they sum to the whole.

    ``billed`` are the cache writes that live five minutes and an hour, where that is known.
    """
    parts = cost_parts(cost, marks)
    if parts:
        yield Line.of(bar(parts, _BAR), "  ", legend(parts, gap=1)).fit(width)
    yield _row(("", "tokens", "a million", "dollars"), Tone.HEADING).fit(width)
    for name, amount, micros in _amounts(cost, tokens, billed):
        yield _row(
            (name, _count(name, amount), _price(micros, amount), formats.money_to_the_last(micros))
        ).fit(width)
    if parts and cost.unsplit_micros:
        yield _row(("not split", "", "", formats.money_to_the_last(cost.unsplit_micros))).fit(width)


def _amounts(
    cost: Cost, tokens: TokenUsage, billed: tuple[int, int] | None
) -> Iterator[tuple[str, int | None, int | None]]:
    split = cost.by_class
    yield "uncached input", tokens.input, split.input
    yield "cache read", tokens.cache_read, split.cache_read
    yield from _writes(cost, tokens, billed)
    yield "output", tokens.output, split.output
    if split.web_search:
        yield _SEARCHES, None, split.web_search


def _writes(
    cost: Cost, tokens: TokenUsage, billed: tuple[int, int] | None
) -> Iterator[tuple[str, int | None, int | None]]:
    split = cost.by_class
    if split.cache_write_5m is None or split.cache_write_1h is None or billed is None:
        yield "cache write", tokens.cache_write, split.cache_write
        return
    mark = f" {INFERRED}" if cost.split_provenance is Provenance.INFERRED else ""
    yield f"cache write 5 min{mark}", billed[0], split.cache_write_5m
    if billed[1] or split.cache_write_1h:
        yield f"cache write 1 h{mark}", billed[1], split.cache_write_1h


def _row(cells: tuple[str, str, str, str], tone: Tone = Tone.PLAIN) -> Line:
    dim = tone if tone is Tone.HEADING else Tone.DIM
    tones = (dim, tone, dim, tone)
    return Line.of(
        *(
            Line.of(Span(cell, cell_tone)).pad(width, right=index > 0)
            for index, (cell, width, cell_tone) in enumerate(
                zip(cells, _WIDTHS, tones, strict=True)
            )
        )
    )


def _count(name: str, tokens: int | None) -> str:
    return "" if name == _SEARCHES else formats.count(tokens)


def _price(micros: int | None, tokens: int | None) -> str:
    """Return dollars a million tokens, to as many digits as the rounded cost can prove."""
    if not tokens or not micros:
        return ""
    digits = min(len(str(tokens)) - 1, _MOST_DIGITS)
    price = f"{micros / tokens:.{digits}f}"
    price = price.removesuffix("0") if digits == _MOST_DIGITS else price.removesuffix(".0")
    return f"× ${price}" if float(price) else ""
