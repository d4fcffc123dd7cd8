"""The one gate between telemetry and the terminal.

Telemetry is hostile input: a title may hold an escape sequence that writes the clipboard, a
right-to-left override that turns ``rm`` around, or characters of no width that hide a word. Nothing
is dropped; what cannot be shown as it is becomes something that can be seen. The result is plain
text and is never parsed as markup.

The gate is idempotent: what it has let through it lets through again unchanged.
"""

import re

from rich.cells import cell_len, split_graphemes

ELLIPSIS = "…"
NEWLINE_MARK = "⏎"

_MAX_CODE_POINTS_PER_CELL = 8
"""How many code points may share a cell before a line is cut, however narrow it measures: a run of
combining marks has no width at all and would otherwise be written in full."""

_CONTROL_PICTURES = 0x2400

_EMOJI_BASE = (
    "[\U0001f000-\U0001faff\u2139\u203c\u2049\u2122\u2190-\u2bff\u3030\u303d\u3297\u3299©®]"
)
_EMOJI = f"(?:{_EMOJI_BASE}\ufe0f?[\U0001f3fb-\U0001f3ff]?|[0-9#*]\ufe0f\u20e3)"

_EMOJI_SEQUENCE = f"{_EMOJI}(?:\u200d{_EMOJI})*"

_UNSAFE = (
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but for tab and newline, DEL, C1
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # invisible letters and marks
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, bidi, line separators, isolates
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"  # fillers, variations, BOM, interlinear
    "\ud800-\udfff"  # lone surrogates
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # musical formatting, tags, more variations
    "]"
)

_SCAN = re.compile(f"(?P<emoji>{_EMOJI_SEQUENCE})|(?P<unsafe>{_UNSAFE})")
_ANY_UNSAFE = re.compile(_UNSAFE)
_ANY_UNSAFE_IN_LINE = re.compile(f"[\t\n]|{_UNSAFE}")


def safe_text(text: str) -> str:
    r"""Return ``text`` with every character that could act on a terminal made visible.

    C0 controls but newline and tab become control pictures (``␛``), DEL ``␡``, C1 controls
    ``\x9b``, what is invisible or reorders text ``\u202e``, lone surrogates U+FFFD. A zero-width
    joiner and the emoji variation selector stay where they hold an emoji together.
    """
    if not _ANY_UNSAFE.search(text):
        return text
    return _SCAN.sub(_visible, text)


def one_line(text: str, width: int | None = None) -> str:
    """Return ``text`` as one safe line of at most ``width`` cells, cut with an ellipsis.

    Newlines are shown as ``⏎`` and tabs as a space. Only as much of a long text is looked at as can
    be seen.
    """
    if width is not None:
        if width <= 0:
            return ""
        limit = width * _MAX_CODE_POINTS_PER_CELL
        if len(text) > limit:
            return cut(_flat(text[:limit]) + ELLIPSIS, width)
    return _flat(text) if width is None else cut(_flat(text), width)


def cut(text: str, width: int) -> str:
    """Return safe ``text`` cut to ``width`` cells, its last cell an ellipsis if any is missing."""
    if cell_len(text) <= width:
        return text
    if width <= 0:
        return ""
    end = used = 0
    for _start, stop, cells in split_graphemes(text)[0]:
        if used + cells > width - 1:
            break
        used += cells
        end = stop
    return text[:end] + ELLIPSIS


def pictured(text: str) -> str:
    """Return ``text`` with a visible character in place of each that is unsafe.

    For where a place in the text must stay the same, as under the cursor of a line being edited.
    """
    return _ANY_UNSAFE_IN_LINE.sub(_picture, text)


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    return chr(_CONTROL_PICTURES + code) if code < ord(" ") else "\ufffd"


def _flat(text: str) -> str:
    return safe_text(text).replace("\n", NEWLINE_MARK).replace("\t", " ")


def _visible(match: re.Match[str]) -> str:
    if (emoji := match["emoji"]) is not None:
        return emoji
    character = match["unsafe"]
    code = ord(character)
    if character < " ":
        return chr(_CONTROL_PICTURES + code)
    if character == "\x7f":
        return "␡"
    if character < "\xa0":
        return f"\\x{code:02x}"
    if "\ud800" <= character <= "\udfff":
        return "\ufffd"
    return f"\\u{code:04x}" if character <= "\uffff" else f"\\U{code:08x}"
