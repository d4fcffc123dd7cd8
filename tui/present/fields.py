"""What is known of something as lines: a label at the left, its value beside it."""

import json
from collections.abc import Iterable

from tui.present.lines import Line, Span, Tone, wrap

_LABEL = 11
"""Cells of the labels' column."""


def fields(width: int, *known: tuple[str, str | Span | None]) -> Iterable[Line]:
    """Yield each known field, its label at the left and its value wrapped beside it."""
    for label, value in known:
        if value is None:
            continue
        tone = value.tone if isinstance(value, Span) else Tone.PLAIN
        text = value.text if isinstance(value, Span) else value
        column = max(_LABEL, len(label)) + 2
        for index, piece in enumerate(wrap(text, width - column, tone)):
            name = Span(label if index == 0 else "", Tone.DIM)
            yield Line.of(Line.of(name).pad(column), piece)


def as_json(label: str, text: str | None, width: int) -> list[Line]:
    """Return the agent's own JSON, indented where it can be read."""
    if not text:
        return []
    try:
        shown = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        shown = text
    return [Line(), Line.of(Span(label, Tone.DIM)), *wrap(shown, width)]
