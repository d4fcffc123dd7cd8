"""Summed figures of a row, with unknown kept apart from 0."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from store.domain import Cost, TokenUsage

VISIBLE_TURN = """not exists (select 1 from trace_turns m
        where m.session_id = t.session_id and m.trace_turn_id = t.turn_id)
    and (substr(t.turn_id, 1, 1) <> '~' or t.requests or t.tool_calls
        or t.prompt_rank is not null)
"""
"""Leaves out the turns that a trace stood for until an event named the turn it is of."""


def tokens_of(row: Mapping[str, Any]) -> TokenUsage:
    """Return the tokens of a ``sessions`` or ``turns`` row."""
    return TokenUsage(
        input=_known(row, "input_tokens"),
        cache_read=_known(row, "cache_read_tokens"),
        cache_write=_known(row, "cache_write_tokens"),
        cache_write_5m=_known(row, "cache_write_5m_tokens"),
        cache_write_1h=_known(row, "cache_write_1h_tokens"),
        output=_known(row, "output_tokens"),
        reasoning=_known(row, "reasoning_tokens"),
    )


def cost_of(row: Mapping[str, Any]) -> Cost:
    """Return the cost of a ``sessions`` or ``turns`` row."""
    answered = row["requests"] - row["errors"]
    return Cost(
        reported_micros=_known(row, "reported_micros"),
        unreported_requests=max(answered - row["reported_micros_known"], 0),
    )


def tokens_in(usages: Iterable[TokenUsage]) -> TokenUsage:
    """Return the sum of usages; a class that none of them knows is unknown."""
    listed = list(usages)
    sums = {}
    for column in fields(TokenUsage):
        known = [n for usage in listed if (n := getattr(usage, column.name)) is not None]
        sums[column.name] = sum(known) if known else None
    return TokenUsage(**sums)


def cost_in(costs: Iterable[Cost]) -> Cost:
    """Return the sum of costs; unknown where none is known."""
    listed = list(costs)
    known = [cost.reported_micros for cost in listed if cost.reported_micros is not None]
    return Cost(
        reported_micros=sum(known) if known else None,
        unreported_requests=sum(cost.unreported_requests for cost in listed),
    )


def _known(row: Mapping[str, Any], column: str) -> int | None:
    return row[column] if row[f"{column}_known"] else None
