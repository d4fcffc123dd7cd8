"""Summed figures of a row, with unknown kept apart from 0."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, NamedTuple

from store.domain import Agent, CacheLoss, Cost, CostByClass, Provenance, Request, TokenUsage
from store.totals import TRACED


class PricesUsed(NamedTuple):
    """What priced the requests of a total: the newest of the tables that did."""

    table: str
    date: str | None


TURNS_BY_TIME = f"('{Agent.CODEX}', '{Agent.OPENCODE}')"
"""Whose records do not name their turn: a turn of theirs is a prompt and what came after it."""

NEAR_NS = 10**8
"""How far apart a prompt's event and its span may be: both are told by one process."""

VISIBLE_TURN = f"""not exists (select 1 from trace_turns m
        where m.session_id = t.session_id and m.trace_turn_id = t.turn_id)
    and (substr(t.turn_id, 1, 1) <> '~' or t.requests or t.tool_calls
        or (t.prompt_rank is not null and not exists (select 1 from turns n
            where n.session_id = t.session_id and substr(n.turn_id, 1, 1) <> '~'
                and n.started_unix_nano <= t.last_event_unix_nano + {NEAR_NS}
                and n.last_event_unix_nano >= t.started_unix_nano - {NEAR_NS})))
    and (t.prompt_rank is not null or not exists (select 1 from sessions b
        where b.session_id = t.session_id and b.agent in {TURNS_BY_TIME}))
"""
"""Leaves out the turns that a trace stood for until an event named the turn it is of (or, where
events name no trace, until one named the turn of all that happened in it), and what is no prompt
where a prompt alone makes a turn."""


def with_unnamed(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Count in a ``sessions`` row what only unnamed spans tell, where no events tell it."""
    if row["log_records"]:
        return row
    names = ("requests", "errors", *TRACED, *(f"{name}_known" for name in TRACED))
    return {**row, **{name: row[name] + row[f"unnamed_{name}"] for name in names}}


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


def cost_of(row: Mapping[str, Any], prices: PricesUsed | None = None) -> Cost:
    """Return the cost of a ``sessions`` or ``turns`` row."""
    answered = row["requests"] - row["errors"]
    estimated = row["micros_known"] - row["reported_micros_known"]
    return Cost(
        reported_micros=_known(row, "reported_micros"),
        unreported_requests=max(answered - row["reported_micros_known"], 0),
        estimated_micros=row["micros"] - row["reported_micros"] if estimated > 0 else None,
        unpriced_requests=max(answered - row["micros_known"], 0),
        computed_micros=_known(row, "computed_micros"),
        by_class=classes_of(row) if row["splits"] else CostByClass(),
        split_provenance=_split_provenance(row["splits"], row["inferred_splits"]),
        price_table=prices.table if prices else None,
        price_date=prices.date if prices else None,
    )


def classes_of(row: Mapping[str, Any]) -> CostByClass:
    """Return the split of a row's cost."""
    return CostByClass(
        **{name: row[f"{name}_micros"] for name in ("input", "cache_read", "cache_write")},
        output=row["output_micros"],
        web_search=row["web_search_micros"],
    )


def lost_of(row: Mapping[str, Any]) -> CacheLoss:
    """Return what rebuilt caches came to of a ``sessions`` or ``turns`` row."""
    return CacheLoss(
        rebuilds=row["rebuilds"],
        tokens=row["rebuilt_tokens"],
        micros=row["rebuilt_micros"] if row["priced_rebuilds"] else None,
        unpriced=row["rebuilds"] - row["priced_rebuilds"],
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
    split = [cost for cost in listed if cost.split_provenance is not Provenance.UNKNOWN]
    inferred = sum(cost.split_provenance is Provenance.INFERRED for cost in split)
    newest = max(listed, key=lambda cost: cost.price_date or "", default=Cost())
    return Cost(
        reported_micros=_sum(cost.reported_micros for cost in listed),
        unreported_requests=sum(cost.unreported_requests for cost in listed),
        estimated_micros=_sum(cost.estimated_micros for cost in listed),
        unpriced_requests=sum(cost.unpriced_requests for cost in listed),
        computed_micros=_sum(cost.computed_micros for cost in listed),
        by_class=CostByClass(
            **{
                column.name: _sum(getattr(cost.by_class, column.name) for cost in split)
                for column in fields(CostByClass)
            }
        ),
        split_provenance=_split_provenance(len(split), inferred),
        price_table=newest.price_table,
        price_date=newest.price_date,
    )


def lost_in(requests: Iterable[Request]) -> CacheLoss:
    """Return what rebuilt caches came to of requests."""
    rebuilds = [request.cache for request in requests if request.cache.rebuilt_tokens]
    return CacheLoss(
        rebuilds=len(rebuilds),
        tokens=sum(cache.rebuilt_tokens or 0 for cache in rebuilds),
        micros=_sum(cache.rebuilt_micros for cache in rebuilds),
        unpriced=sum(cache.rebuilt_micros is None for cache in rebuilds),
    )


def _split_provenance(splits: int, inferred: int) -> Provenance:
    if not splits:
        return Provenance.UNKNOWN
    return Provenance.INFERRED if inferred else Provenance.COMPUTED


def _sum(figures: Iterable[int | None]) -> int | None:
    known = [figure for figure in figures if figure is not None]
    return sum(known) if known else None


def _known(row: Mapping[str, Any], column: str) -> int | None:
    return row[column] if row[f"{column}_known"] else None
