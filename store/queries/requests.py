"""Model requests, of one session or of all."""

from collections.abc import Mapping
from typing import Any

from store.connection import Database
from store.domain import (
    Agent,
    CacheCause,
    Content,
    Cost,
    CostByClass,
    Difference,
    Provenance,
    Request,
    RequestCache,
    RequestStatus,
    TokenUsage,
)
from store.queries.filter import Filter
from store.totals import UNNAMED_SPAN

_NS_PER_MS = 1_000_000

COLUMNS = "r.*, s.agent as agent"

TABLES = "requests r join sessions s using (session_id)"
"""What ``COLUMNS`` are of."""

KNOWN = f"(r.request_id not like '{UNNAMED_SPAN}%' or s.log_records = 0)"
"""Leaves out what only an unnamed span tells where events tell it too."""


def requests(
    db: Database,
    *,
    session_id: str | None = None,
    where: Filter | None = None,
    limit: int = 1000,
    offset: int = 0,
    by_cost: bool = False,
) -> list[Request]:
    """Return requests: of one session oldest first, of all sessions newest first.

    ``where`` is a filter parsed for ``Rows.REQUESTS``; a ``limit`` of 0 is none. ``by_cost`` puts
    the most expensive first instead.
    """
    condition, order = ("r.session_id = :id", "asc")
    if session_id is None:
        # The plus keeps the planner on the index by time instead of sorting every session's rows.
        condition, order = ("+s.opened = 1", "desc")
    condition = f"{condition} and {KNOWN}"
    if where is not None:
        condition = f"{condition} and ({where.sql})"
    first = "r.micros desc, " if by_cost else ""
    rows = db.query(
        f"select {COLUMNS} from {TABLES} where {condition}"
        f" order by {first}r.started_unix_nano {order}, r.sequence {order}, r.request_id {order}"
        " limit :limit offset :offset",
        {
            **(where.parameters if where else {}),
            "id": session_id,
            "limit": limit or -1,
            "offset": offset,
        },
    )
    return [request_of(row) for row in rows]


def request_of(row: Mapping[str, Any]) -> Request:
    """Return the request of a row of ``COLUMNS``."""
    tokens = _tokens(row)
    return Request(
        **{name: row[name] for name in _AS_STORED},
        at=row["started_unix_nano"],
        agent=Agent(row["agent"]),
        source_raw=row["source_raw"] or row["traced_source_raw"],
        effort=row["effort"] or row["failed_effort"] or row["traced_effort"],
        speed=row["speed"] or row["failed_speed"] or row["traced_speed"],
        tokens=tokens,
        cost=_cost(row),
        cache=_cache(row, tokens),
        window_tokens=row["window_tokens"],
        billed_writes=_billed_writes(row),
        duration_ms=_either(
            _either(row["duration_ms"], row["failed_duration_ms"]), row["traced_duration_ms"]
        ),
        ttft_ms=_either(row["ttft_ms"], row["traced_ttft_ms"]),
        attempts=max(row["attempts"] or 0, row["traced_attempts"] or 0) or None,
        status=_status(row),
        error=row["error"] or row["traced_error"],
        http_status=_either(row["http_status"], row["traced_http_status"]),
        response_content=Content(row["response_content"] or Content.UNKNOWN),
        signals=_signals(row),
    )


_AS_STORED = (
    "session_id",
    "turn_id",
    "request_id",
    "model",
    "source",
    "agent_id",
    "agent_name",
    "response",
    "response_length",
    "stop_reason",
    "refusal",
)
"""The fields that are columns of the same name."""


def _tokens(row: Mapping[str, Any]) -> TokenUsage:
    return TokenUsage(
        input=_either(row["input_tokens"], row["traced_input_tokens"]),
        cache_read=_either(row["cache_read_tokens"], row["traced_cache_read_tokens"]),
        cache_write=_either(row["cache_write_tokens"], row["traced_cache_write_tokens"]),
        cache_write_5m=row["cache_write_5m_tokens"],
        cache_write_1h=row["cache_write_1h_tokens"],
        output=_either(row["output_tokens"], row["traced_output_tokens"]),
        reasoning=_either(row["reasoning_tokens"], row["traced_reasoning_tokens"]),
    )


def _signals(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return which signals tell of a request; its text may come with either."""
    by_logs = any(row[f"{kind}_rank"] is not None for kind in ("made", "failed", "refused"))
    by_spans = row["traced_rank"] is not None
    logs = by_logs or (row["response_rank"] is not None and not by_spans)
    return ("logs",) * logs + ("spans",) * by_spans


def _billed_writes(row: Mapping[str, Any]) -> tuple[int, int] | None:
    five_minutes, hour = row["billed_5m_tokens"], row["billed_1h_tokens"]
    return None if five_minutes is None else (five_minutes, hour)


def _cost(row: Mapping[str, Any]) -> Cost:
    reported, is_answered = row["reported_micros"], _status(row) is not RequestStatus.ERROR
    return Cost(
        reported_micros=reported,
        unreported_requests=int(is_answered and reported is None),
        estimated_micros=row["micros"] if reported is None else None,
        unpriced_requests=int(is_answered and row["micros"] is None),
        computed_micros=row["computed_micros"],
        by_class=CostByClass(
            input=row["input_micros"],
            cache_read=row["cache_read_micros"],
            cache_write=row["cache_write_micros"],
            cache_write_5m=row["cache_write_5m_micros"],
            cache_write_1h=row["cache_write_1h_micros"],
            output=row["output_micros"],
            web_search=row["web_search_micros"],
        ),
        split_provenance=Provenance(row["split_provenance"] or Provenance.UNKNOWN),
        difference=row["cost_difference"] and Difference(row["cost_difference"]),
        price_table=row["price_table"],
        price_date=row["price_date"],
    )


def _cache(row: Mapping[str, Any], tokens: TokenUsage) -> RequestCache:
    idle_ns = row["idle_ns"]
    return RequestCache(
        hit_ratio=tokens.cache_hit_ratio,
        rebuilt_tokens=row["rebuilt_tokens"],
        rebuilt_micros=row["rebuilt_micros"],
        cause=row["cache_cause"] and CacheCause(row["cache_cause"]),
        idle_ms=None if idle_ns is None else idle_ns // _NS_PER_MS,
    )


def _either(told: int | None, traced: int | None) -> int | None:
    return traced if told is None else told


def _status(row: Mapping[str, Any]) -> RequestStatus:
    if row["refused_rank"] is not None:
        return RequestStatus.REFUSED
    if row["made_rank"] is not None:
        return RequestStatus.OK
    if row["failed_rank"] is not None or row["traced_success"] == 0:
        return RequestStatus.ERROR
    if row["traced_success"] is None:
        return RequestStatus.UNKNOWN
    is_refused = row["stop_reason"] == "refusal"
    return RequestStatus.REFUSED if is_refused else RequestStatus.OK
