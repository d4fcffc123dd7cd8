"""Model requests, of one session or of all."""

from collections.abc import Mapping
from typing import Any

from store.connection import Database
from store.domain import Agent, Content, Cost, Request, RequestStatus, TokenUsage
from store.queries.filter import Filter

COLUMNS = "r.*, s.agent as agent, p.stop_reason, p.traced_attempts, p.traced_ttft_ms"

TABLES = """
    requests r join sessions s using (session_id)
        left join request_spans p on p.session_id = r.session_id and p.request_id = r.request_id
"""
"""What ``COLUMNS`` are of; a span tells what the events leave out, and never tokens or cost."""


def requests(
    db: Database,
    *,
    session_id: str | None = None,
    where: Filter | None = None,
    limit: int = 1000,
    offset: int = 0,
) -> list[Request]:
    """Return requests: of one session oldest first, of all sessions newest first.

    ``where`` is a filter parsed for ``Rows.REQUESTS``; a ``limit`` of 0 is none.
    """
    condition, order = ("r.session_id = :id", "asc")
    if session_id is None:
        # The plus keeps the planner on the index by time instead of sorting every session's rows.
        condition, order = ("+s.opened = 1", "desc")
    if where is not None:
        condition = f"{condition} and ({where.sql})"
    rows = db.query(
        f"select {COLUMNS} from {TABLES} where {condition}"
        f" order by r.started_unix_nano {order}, r.sequence {order}, r.request_id {order}"
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
    tokens = TokenUsage(
        input=row["input_tokens"],
        cache_read=row["cache_read_tokens"],
        cache_write=row["cache_write_tokens"],
        cache_write_5m=row["cache_write_5m_tokens"],
        cache_write_1h=row["cache_write_1h_tokens"],
        output=row["output_tokens"],
        reasoning=row["reasoning_tokens"],
    )
    return Request(
        session_id=row["session_id"],
        turn_id=row["turn_id"],
        request_id=row["request_id"],
        at=row["started_unix_nano"],
        agent=Agent(row["agent"]),
        model=row["model"],
        source=row["source"],
        source_raw=row["source_raw"],
        agent_id=row["agent_id"],
        agent_name=row["agent_name"],
        effort=row["effort"],
        speed=row["speed"],
        tokens=tokens,
        cost=Cost(row["reported_micros"], int(row["reported_micros"] is None)),
        duration_ms=_either(row["duration_ms"], row["failed_duration_ms"]),
        ttft_ms=_either(row["ttft_ms"], row["traced_ttft_ms"]),
        attempts=max(row["attempts"] or 0, row["traced_attempts"] or 0) or None,
        status=_status(row),
        error=row["error"],
        http_status=row["http_status"],
        response=row["response"],
        response_content=Content(row["response_content"] or Content.UNKNOWN),
        response_length=row["response_length"],
        stop_reason=row["stop_reason"],
    )


def _either(told: int | None, traced: int | None) -> int | None:
    return traced if told is None else told


def _status(row: Mapping[str, Any]) -> RequestStatus:
    if row["refused_rank"] is not None:
        return RequestStatus.REFUSED
    if row["made_rank"] is not None:
        return RequestStatus.OK
    if row["failed_rank"] is not None:
        return RequestStatus.ERROR
    return RequestStatus.UNKNOWN
