"""The permission ledger: one row per tool call, of one session or of all."""

from store.connection import Database
from store.domain import ToolCall


def tool_calls(
    db: Database, *, session_id: str | None = None, limit: int = 1000, offset: int = 0
) -> list[ToolCall]:
    """Return tool calls: of one session oldest first, of all sessions newest first."""
    raise NotImplementedError
