"""How full the main context was at each request, as a chart of a few lines."""

from collections.abc import Sequence

from store.queries.contexts import ContextSize
from tui import format as formats
from tui.marks import Marks
from tui.present.lines import Line, Span, Tone, joined

_LABEL = 8
_WINDOW_IN_SIGHT = 4
"""The scale reaches to the window once a quarter of it is used."""


def context_chart(
    sizes: Sequence[ContextSize],
    size: tuple[int, int],
    marks: Marks,
    *,
    looked_at: str | None = None,
) -> list[Line]:
    """Return the chart in ``size`` = (width, height) cells; of one line it is a title and a curve.

    ``looked_at`` is the id of the request that is to stand out. Requests beside the main
    conversation have contexts of their own and are left out.
    """
    width, height = size
    main = [each for each in sizes if each.is_main and each.tokens is not None]
    if not main:
        return [Line.of(Span("context: no request told how much it sent", Tone.DIM)).fit(width)]
    plot = _Plot(main, marks, looked_at)
    if height < _SMALLEST:
        title = Line.of(plot.title(), "  ")
        return [Line.of(title, plot.row(0, 1, width - title.width)).fit(width)]
    rows = height - 2
    cells = width - _LABEL - 2
    lines = [
        Line.of(plot.label(row, rows), plot.row(row, rows, cells)) for row in reversed(range(rows))
    ]
    corner = Span(f"{0:>{_LABEL}} {'┼' if marks.utf8 else '+'}", Tone.DIM)
    axis = Line.of(corner, plot.axis(cells))
    return [joined([plot.title(), *plot.key()], "  ").fit(width), *lines, axis]


_SMALLEST = 4


class _Plot:
    def __init__(
        self,
        main: Sequence[ContextSize],
        marks: Marks,
        looked_at: str | None,
    ) -> None:
        self._main = main
        self._marks = marks
        self._looked_at = looked_at
        most = max(each.tokens or 0 for each in main)
        windows = [each.window_tokens for each in main if each.window_tokens]
        self._window = windows[-1] if windows else None
        is_near = self._window is not None and most * _WINDOW_IN_SIGHT >= self._window
        self._top = _round_up(max(most, self._window if is_near and self._window else 0, 1))

    def title(self) -> Line:
        """Return how full the context is now."""
        now = self._main[-1].tokens or 0
        parts: list[str | Span] = [Span("context ", Tone.DIM), formats.tokens(now)]
        if self._window:
            share = formats.percent(now / self._window)
            parts.append(Span(f" of {formats.tokens(self._window)}, {share}", Tone.DIM))
        else:
            parts.append(Span(" of a window that is not known", Tone.DIM))
        return Line.of(*parts)

    def key(self) -> list[Span]:
        """Return what the marks on the axis mean, of those that are there."""
        marks, key = self._marks, []
        if any(each.is_compacted for each in self._main):
            key.append(Span(f"{marks.compacted} compaction", Tone.DIM))
        if any(each.is_rebuilt for each in self._main):
            key.append(Span(f"{marks.rebuilt} cache rebuilt", Tone.WAITING))
        return key

    def label(self, row: int, rows: int) -> Line:
        """Return what a row of the scale stands for: its upper edge, or the window."""
        if self._window is not None and row == self._window_row(rows):
            named = Span("window", Tone.WAITING)
        elif row in {rows - 1, (rows - 1) // 2}:
            named = Span(formats.tokens(round(self._top * (row + 1) / rows)), Tone.DIM)
        else:
            named = Span("")
        tick = (" ┤" if named.text else " │") if self._marks.utf8 else " |"
        return Line.of(Line.of(named).pad(_LABEL, right=True), Span(tick, Tone.DIM))

    def row(self, row: int, rows: int, width: int) -> Line:
        """Return one row of the area, 0 at the bottom."""
        levels = self._marks.levels
        spans: list[Span] = []
        is_window = rows > 1 and self._window is not None and row == self._window_row(rows)
        for bucket in self._buckets(width):
            tokens = max(each.tokens or 0 for each in bucket)
            filled = tokens / self._top * rows - row
            level = max(0, min(len(levels) - 1, round(filled * (len(levels) - 1))))
            if rows == 1 or row == 0:
                level = max(level, 1)
            is_marked = any(each.request_id == self._looked_at for each in bucket)
            tone = Tone.KEY if is_marked else Tone.READ
            if level == 0 and is_window:
                spans.append(Span("╌" if self._marks.utf8 else "-", Tone.WAITING))
            else:
                spans.append(Span(levels[level], tone))
        return Line(tuple(_merged(spans)))

    def axis(self, width: int) -> Line:
        """Return the line below the area, with what happened where."""
        spans: list[Span] = []
        seen: set[str] = set()
        for bucket in self._buckets(width):
            fresh = [each for each in bucket if each.request_id not in seen]
            seen.update(each.request_id for each in bucket)
            if any(each.is_compacted for each in fresh):
                spans.append(Span(self._marks.compacted, Tone.STRONG))
            elif any(each.is_rebuilt for each in fresh):
                spans.append(Span(self._marks.rebuilt, Tone.WAITING))
            else:
                spans.append(Span(self._marks.rule, Tone.DIM))
        return Line(tuple(_merged(spans)))

    def _window_row(self, rows: int) -> int:
        """Return the row of the window, above the scale where it is out of sight."""
        level = (self._window or 0) / self._top * rows
        return rows - 1 if level == rows else int(level)

    def _buckets(self, width: int) -> list[Sequence[ContextSize]]:
        """Return the requests of each column: several to one, or one over several."""
        count = len(self._main)
        return [
            self._main[column * count // width : max((column + 1) * count // width, 1)]
            or self._main[column * count // width : column * count // width + 1]
            for column in range(max(0, width))
        ]


def _round_up(tokens: int) -> int:
    """Return a round number that is not less: two digits, the second 0 or 5."""
    step: int = max(1, 10 ** (len(str(tokens)) - 1) // 2)
    return -(-tokens // step) * step


def _merged(spans: Sequence[Span]) -> list[Span]:
    """Join neighbours of the same tone."""
    merged: list[Span] = []
    for span in spans:
        if merged and merged[-1].tone is span.tone:
            merged[-1] = Span(merged[-1].text + span.text, span.tone)
        else:
            merged.append(span)
    return merged
