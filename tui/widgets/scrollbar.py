"""How scrollbars are drawn."""

from textual.scrollbar import ScrollBarRender


class WholeCells(ScrollBarRender):
    """A scrollbar of whole cells: nothing outside of ASCII, painted when a cell moves."""

    VERTICAL_BARS = [" "]
    HORIZONTAL_BARS = [" "]
