"""One row per model request."""

from sessionscope.tables.columns import COST, TOKENS, Columns, at, fields, usd

COLUMNS: Columns = {
    **fields("session_id", "turn_id", "request_id"),
    "at": at("at"),
    **fields("agent", "model", "source", "source_raw", "agent_name", "effort", "speed"),
    **TOKENS,
    **COST,
    **fields("duration_ms", "ttft_ms", "attempts", "status", "error", "http_status"),
    **fields("stop_reason"),
    "cost.difference": lambda request: request.cost.difference,
    "cache.hit_ratio": lambda request: request.cache.hit_ratio,
    "cache.rebuilt_tokens": lambda request: request.cache.rebuilt_tokens,
    "cache.rebuilt_usd": usd("cache.rebuilt_micros"),
    "cache.cause": lambda request: request.cache.cause,
    "cache.idle_ms": lambda request: request.cache.idle_ms,
    **fields("window_tokens"),
    "signals": lambda request: list(request.signals),
}
