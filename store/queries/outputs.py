"""What one tool call gave back, where the sender shows it (the span event ``tool.output``)."""

from dataclasses import dataclass

from store.connection import Database


@dataclass(frozen=True, slots=True)
class ToolText:
    """The output of a tool call."""

    output: str | None
    diff: str | None
    """The agent's own JSON of an edit's hunks."""
    original_length: int | None
    """Characters before the sender cut it; ``None`` where it did not."""


def tool_text(db: Database, session_id: str, tool_call_id: str) -> ToolText | None:
    """Return what a tool call gave back; ``None`` where nothing of it arrived."""
    row = db.execute(
        "select output, diff, original_length from tool_outputs"
        " where session_id = ? and tool_call_id = ?",
        [session_id, tool_call_id],
    ).fetchone()
    return None if row is None else ToolText(*row)
