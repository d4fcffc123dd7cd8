"""One row per model request."""

from sessionscope.tables.columns import COST, TOKENS, Columns, at, fields, unknown

COLUMNS: Columns = {
    **fields("session_id", "turn_id", "request_id"),
    "at": at("at"),
    **fields("agent", "model", "source", "source_raw", "agent_name", "effort", "speed"),
    **TOKENS,
    **COST,
    **fields("duration_ms", "ttft_ms", "attempts", "status", "error", "http_status"),
    **fields("stop_reason"),
    "cache.hit_ratio": lambda request: request.tokens.cache_hit_ratio,
    "cache.rebuilt_tokens": unknown,
    "cache.rebuilt_usd": unknown,
    "cache.cause": unknown,
    "signals": lambda request: list(request.signals),
}
