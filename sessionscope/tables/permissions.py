"""The permission ledger: one row per tool call."""

from sessionscope.tables.columns import Columns, at, fields

COLUMNS: Columns = {
    **fields("session_id", "turn_id", "tool_call_id"),
    "at": at("at"),
    **fields("agent", "tool", "mcp_server", "mcp_tool", "command", "file_path"),
    **fields("verdict", "decider", "scope", "mode", "waited_ms", "outcome"),
    "error": lambda call: call.error or call.error_type,
    **fields("duration_ms", "source_raw", "agent_name"),
    "notes": lambda call: list(call.notes),
}
