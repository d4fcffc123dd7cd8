"""What a terminal is told: its input taken apart (ECMA-48), and what is on it afterwards."""

import re
from collections.abc import Iterator

from rich.cells import cell_len

FRAME = "\x1b[?7777h"
"""A mode that no terminal has: written by a test where it wants to see what is shown."""

_TOKEN = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\)"  # OSC, DCS, SOS, PM, APC
    r"|\x1b.?"
    r"|[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
    r"|[^\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]+",
    re.DOTALL,
)
_TEXTUALS_OWN = re.compile(
    r"\x1b\[[0-9;]*m"  # colours and weights
    r"|\x1b\[[0-9;]*H"  # cursor
    r"|\x1b\[[<>][0-9]*u"  # keyboard protocol
    r"|\x1b\[\?(?:25|1000|1003|1004|1006|1015|1016|1049|2004|2026|2048|7777)[hl]"
    r"|\x1b\[\?(?:2026|2048)\$p"  # whether it knows them
    r"|\x1b\[\?7l|\x1b\[\?7h"
    r"|\x1b\]22;[a-z-]+\x07"  # shape of the mouse pointer, a constant of the program
    r"|[\r\n\x07]"
)
_MOVE = re.compile(r"\x1b\[(?:(\d+);(\d+))?H")


Frame = dict[tuple[int, int], str]
"""What is on the screen: characters by line and column."""


def tokens(output: str) -> Iterator[str]:
    """Yield control functions, control characters and runs of text, nothing left out."""
    yield from _TOKEN.findall(output)


def leaks(output: str) -> list[str]:
    """Return what is neither text nor one of Textual's own control functions."""
    return [
        token
        for token in tokens(output)
        if (len(token) == 1 or token[0] == "\x1b")
        and (not token.isprintable())
        and not _TEXTUALS_OWN.fullmatch(token)
    ]


def controls(output: str) -> set[str]:
    """Return the control functions in an output, but for those that move the cursor."""
    return {token for token in tokens(output) if token[0] == "\x1b" and not _MOVE.fullmatch(token)}


def rings(output: str) -> int:
    """Return how often the bell is rung."""
    return list(tokens(output)).count("\x07")


def frames(output: str) -> list[Frame]:
    """Return what was on the screen at every ``FRAME``."""
    found: list[Frame] = []
    screen: Frame = {}
    line, column = 1, 1
    for part in tokens(output):
        if part == FRAME:
            found.append(dict(screen))
        elif moved := _MOVE.fullmatch(part):
            line, column = int(moved[1] or 1), int(moved[2] or 1)
        elif part == "\n":
            line += 1
        elif part == "\r":
            column = 1
        elif part[0] != "\x1b":
            for character in part:
                screen[line, column] = character
                column += cell_len(character)
    return found


def text(frame: Frame) -> str:
    """Return a frame as lines of text."""
    lines: dict[int, list[tuple[int, str]]] = {}
    for (line, column), character in frame.items():
        lines.setdefault(line, []).append((column, character))
    return "\n".join("".join(t for _, t in sorted(lines[line])) for line in sorted(lines))
