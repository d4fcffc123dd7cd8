"""How lines of toned text become strips of the terminal, for every widget of this room."""

from collections.abc import Mapping

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.strip import Strip
from textual.widget import Widget

from tui.marks import Marks
from tui.present.lines import Line, Tone

TONE_CLASSES = {f"tone--{tone.value}" for tone in Tone}
HIGHLIGHT_CLASS = "line--highlight"

TONE_CSS = """
    & > .tone--dim, & > .tone--heading { color: $text-dim; }
    & > .tone--strong { color: $text-strong; text-style: bold; }
    & > .tone--brand { color: $text-strong; text-style: bold; }
    & > .tone--key { color: $primary; }
    & > .tone--live { color: $live; }
    & > .tone--waiting { color: $waiting; }
    & > .tone--accepted { color: $decision-accept; }
    & > .tone--rejected { color: $decision-reject; text-style: bold; }
    & > .tone--added { color: $decision-accept; }
    & > .tone--removed { color: $decision-reject; }
    & > .tone--trouble { color: $trouble; }
    & > .tone--cost { color: $cost; }
    & > .tone--withheld { color: $withheld; }
    & > .tone--read { color: $tokens-read; }
    & > .tone--write { color: $tokens-write; }
    & > .tone--output { color: $tokens-output; }
    & > .tone--input { color: $tokens-input; }
    &:nocolor > .tone--waiting, &:nocolor > .tone--rejected, &:nocolor > .tone--trouble {
        color: $text-strong;
        text-style: bold;
    }
    & > .line--highlight { background: $highlight; }
"""

_BLANK = Style(blink=False)
"""A style that looks like none and equals no other, so that blanks stay pieces of their own in
exported pictures: some viewers drop those that a piece of text begins with."""

_ASCII_GLYPHS = str.maketrans(
    {
        "…": "~",
        "–": "-",
        "−": "-",
        "⏎": "/",
        "·": "-",
        "≥": ">",
        "≈": "=",
        "×": "x",
        "↑": "^",
        "↓": "v",
        "←": "<",
        "→": ">",
    }
)


class Painter:
    """Turns lines into strips for one widget, and remembers those it made last."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._strips: LRUCache[tuple[object, ...], Strip] = LRUCache(1024)
        self._styles: Mapping[Tone, Style] = {}

    def forget(self) -> None:
        """Forget all strips; the theme has changed."""
        self._strips.clear()
        self._styles = {}

    def strip(self, line: Line, width: int, *, marks: Marks, is_highlighted: bool = False) -> Strip:
        """Return ``line`` as a strip of exactly ``width`` cells."""
        key = (line, width, marks.utf8, is_highlighted)
        if (strip := self._strips.get(key)) is None:
            strip = self._paint(line.pad(width), width, is_ascii=not marks.utf8)
            base = self._widget.rich_style
            if is_highlighted:
                base += self._widget.get_component_rich_style(HIGHLIGHT_CLASS, partial=True)
            strip = strip.apply_style(base)
            self._strips[key] = strip
        return strip

    def _paint(self, line: Line, width: int, *, is_ascii: bool) -> Strip:
        segments: list[Segment] = []
        blank = ""
        for span in line.spans:
            text = _ascii(span.text) if is_ascii else span.text
            ink = text.strip(" ")
            before, _, after = text.partition(ink) if ink else (text, "", "")
            blank += before
            if ink:
                segments += [Segment(blank, _BLANK)] if blank else []
                segments.append(Segment(ink, self._style(span.tone)))
                blank = after
        segments += [Segment(blank, _BLANK)] if blank else []
        return Strip(segments, width)

    def _style(self, tone: Tone) -> Style:
        if not self._styles:
            widget = self._widget
            self._styles = {
                each: widget.get_component_rich_style(f"tone--{each.value}", partial=True)
                for each in Tone
            }
        return self._styles[tone]


def _ascii(text: str) -> str:
    """Return ``text`` in ASCII and of the same width; what has no likeness is a question mark."""
    if text.isascii():
        return text
    text = text.translate(_ASCII_GLYPHS)
    return "".join(c if c.isascii() else "?" * cell_len(c) for c in text)
