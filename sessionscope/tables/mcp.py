"""One row per MCP server."""

from collections.abc import Mapping

from sessionscope.tables.columns import Columns, at, fields
from store.insights import McpServer


def _tools(server: McpServer) -> list[Mapping[str, object]]:
    return [
        {"name": tool.name, "calls": tool.calls, "failures": tool.failures} for tool in server.tools
    ]


COLUMNS: Columns = {
    "server": lambda server: server.name,
    **fields("key", "scope", "transport", "plugin", "sessions", "users"),
    "first_seen": at("first_seen"),
    "last_seen": at("last_seen"),
    **fields("connected", "failed", "disconnected", "last_error"),
    "last_error_at": at("last_error_at"),
    **fields("calls", "accepted", "rejected", "failures", "p50_ms", "p95_ms"),
    **fields("bytes_in", "bytes_out"),
    "tools": _tools,
}
"""``server`` is null where the sender withholds names; ``key`` tells such servers apart."""
