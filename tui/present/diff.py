"""What an edit changed: the agent's own hunks, else the old and the new text of its input."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from store.domain import ToolCall
from tui.present.lines import Line, Span, Tone, wrap

_TONES = {"+": Tone.ADDED, "-": Tone.REMOVED, " ": Tone.DIM}


def diff_lines(call: ToolCall, hunks: str | None, width: int) -> list[Line]:
    """Return an edit as lines that begin with ``+`` or ``-``; none where its text was not sent."""
    changed = list(_of_hunks(hunks) or _of_input(call.input))
    return [
        Line.of(Span(sign, _TONES.get(sign, Tone.DIM)), line)
        for sign, text in changed
        for line in wrap(text, max(1, width - 1), _TONES.get(sign, Tone.DIM))
    ]


def _of_hunks(hunks: str | None) -> list[tuple[str, str]]:
    found = _read(hunks)
    if not isinstance(found, list):
        return []
    return [line for hunk in found if isinstance(hunk, dict) for line in _of_hunk(hunk)]


def _of_hunk(hunk: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "@", f"@ -{hunk.get('oldStart', '?')} +{hunk.get('newStart', '?')}"
    lines = hunk.get("lines")
    for line in lines if isinstance(lines, list) else ():
        text = str(line)
        yield text[:1] or " ", text[1:]


def _of_input(text: str | None) -> Iterator[tuple[str, str]]:
    given = _read(text)
    if not isinstance(given, dict):
        return
    edits = given.get("edits")
    for edit in edits if isinstance(edits, list) else [given]:
        if isinstance(edit, dict):
            yield from _of_edit(edit)


def _of_edit(edit: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, sign in (("old_string", "-"), ("new_string", "+"), ("content", "+")):
        if isinstance(text := edit.get(name), str):
            yield from ((sign, line) for line in text.split("\n"))


def _read(text: str | None) -> Any:  # noqa: ANN401 - JSON is anything
    try:
        return json.loads(text or "null")
    except (ValueError, RecursionError):
        return None
