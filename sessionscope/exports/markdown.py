"""Markdown (CommonMark 0.31.2) in which no telemetry is markup."""

import re
from collections.abc import Iterable, Iterator

from sessionscope.exports.blocks import Block, Kind
from tui.safe_text import one_line, safe_text

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_BACKTICKS = re.compile("`+")
_STARTS = {Kind.TITLE: "# ", Kind.TURN: "## ", Kind.LINE: "- "}


def write(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield a document line by line."""
    for block in blocks:
        if block.kind is Kind.TEXT:
            yield from _fenced(block.text)
        else:
            indent = "  " * block.depth
            yield f"{indent}{_STARTS[block.kind]}{_escaped(block.text)}"
        if block.kind is not Kind.LINE:
            yield ""


def _escaped(text: str) -> str:
    """Escape all that CommonMark lets be escaped, so that no link or tag is left."""
    return _PUNCTUATION.sub(r"\\\1", one_line(text).strip())


def _fenced(text: str) -> Iterator[str]:
    """Put a text between fences longer than any in it, where nothing is markup."""
    shown = safe_text(text).strip("\n")
    longest = max((len(run) for run in _BACKTICKS.findall(shown)), default=0)
    fence = "`" * max(3, longest + 1)
    yield ""
    yield fence
    yield shown
    yield fence
