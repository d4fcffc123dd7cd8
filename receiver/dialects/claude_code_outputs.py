"""Claude Code's tool output: the span event ``tool.output``, sent with OTEL_LOG_TOOL_CONTENT.

Bash sends ``output``, Read and Write ``content``, Edit ``diff`` (hunks as JSON), MCP ``output``;
failed calls and sub-agents send none. What was over 60 KB is cut by the sender, which says so.
"""

import json
from typing import Any

from receiver.dialects.values import integer, text
from store.facts import ToolOutput, rank_of
from store.signals import SpanEvent

_CONTENT = ("output", "content", "diff")


def tool_output(session_id: str, tool_call_id: str, event: SpanEvent) -> ToolOutput:
    """Read what a tool gave back; lines are counted from the hunks of an edit."""
    attributes = event.attributes
    diff = text(attributes.get("diff"))
    added, removed = _changed_lines(diff)
    lengths = (integer(attributes.get(f"{name}_original_length")) for name in _CONTENT)
    output = text(attributes.get("output")) or text(attributes.get("content"))
    told = repr((output, diff)).encode()
    return ToolOutput(
        session_id=session_id,
        tool_call_id=tool_call_id,
        output_rank=rank_of(min(event.time_unix_nano, 2**63 - 1), None, told),
        file_path=text(attributes.get("file_path")),
        output=output,
        diff=diff,
        lines_added=added,
        lines_removed=removed,
        original_length=next((length for length in lengths if length is not None), None),
    )


def _changed_lines(diff: str | None) -> tuple[int | None, int | None]:
    lines = _lines_of(diff) if diff else None
    if lines is None:
        return None, None
    return sum(line.startswith("+") for line in lines), sum(line.startswith("-") for line in lines)


def _lines_of(diff: str) -> list[str] | None:
    """Return the lines of all hunks; ``None`` where the diff cannot be read."""
    try:
        hunks: Any = json.loads(diff)
    except (ValueError, RecursionError):
        return None
    if not isinstance(hunks, list):
        return None
    found: list[Any] = [
        hunk["lines"] for hunk in hunks if isinstance(hunk, dict) and "lines" in hunk
    ]
    if not all(isinstance(lines, list) for lines in found):
        return None
    return [str(line) for lines in found for line in lines]
