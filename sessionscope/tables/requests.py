"""One row per model request."""

from collections.abc import Callable

from sessionscope.tables.columns import COST, Columns, at, fields, usd
from store.domain import Request, TokenUsage
from store.queries.totals import told_or_solved


def _token(name: str) -> Callable[[Request], object]:
    """Return a column of tokens; lives that were solved are those of an *inferred* cost."""
    return lambda request: getattr(told_or_solved(request), name)


COLUMNS: Columns = {
    **fields("session_id", "turn_id", "request_id"),
    "at": at("at"),
    **fields("agent", "model", "source", "source_raw", "agent_name", "effort", "speed"),
    **{f"tokens.{name}": _token(name) for name in TokenUsage.__dataclass_fields__},
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
