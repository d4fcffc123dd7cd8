"""What a table is made of, and the columns that several tables share."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, TypeAlias, TypeVar

from store.domain import TokenUsage

Columns: TypeAlias = Mapping[str, Callable[[Any], object]]
"""A table's columns in order: name → cell. A dot in a name nests the column in JSON."""

_Noun = TypeVar("_Noun")


def unknown(_noun: object) -> None:
    """Return what a column holds whose figure no agent's telemetry has given yet."""


def timestamp(time_ns: int | None) -> str | None:
    """Return a time as RFC 3339 UTC with all nanoseconds: ``2026-11-22T15:14:13.718000000Z``."""
    if time_ns is None:
        return None
    seconds, nanoseconds = divmod(time_ns, 10**9)
    return f"{datetime.fromtimestamp(seconds, tz=UTC):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"


def dollars(micros: int | None) -> Decimal | None:
    """Return micro-dollars as the shortest exact decimal number of dollars."""
    if micros is None:
        return None
    exact = Decimal(micros).scaleb(-6)
    return Decimal(int(exact)) if exact == int(exact) else exact.normalize()


def at(name: str) -> Callable[[Any], object]:
    """Return a column that holds a time."""
    return _chain(attrgetter(name), timestamp)


def nested(name: str, columns: Columns) -> Columns:
    """Return columns of the noun that ``name`` holds, nested under it."""
    inside = attrgetter(name)
    return {f"{name}.{column}": _chain(inside, cell) for column, cell in columns.items()}


def of(name: str, columns: Columns) -> Columns:
    """Return columns of the noun that ``name`` holds, under their own names."""
    inside = attrgetter(name)
    return {column: _chain(inside, cell) for column, cell in columns.items()}


def _chain(
    first: Callable[[Any], _Noun], second: Callable[[_Noun], object]
) -> Callable[[Any], object]:
    return lambda noun: second(first(noun))


def fields(*names: str) -> Columns:
    """Return columns that are fields of their noun by the same name."""
    return {name: attrgetter(name) for name in names}


TOKENS = nested("tokens", {name: attrgetter(name) for name in TokenUsage.__dataclass_fields__})


def usd(name: str) -> Callable[[Any], object]:
    """Return a column that holds money."""
    return _chain(attrgetter(name), dollars)


COST = nested(
    "cost",
    {
        "usd": usd("micros"),
        "reported_usd": usd("reported_micros"),
        "computed_usd": usd("computed_micros"),
        "by_class.input": usd("by_class.input"),
        "by_class.cache_read": usd("by_class.cache_read"),
        "by_class.cache_write": usd("by_class.cache_write"),
        "by_class.output": usd("by_class.output"),
        "by_class.web_search": usd("by_class.web_search"),
        "provenance": attrgetter("provenance"),
        "split_provenance": attrgetter("split_provenance"),
        "unpriced_requests": attrgetter("unpriced_requests"),
        "price_table": attrgetter("price_table"),
        "price_date": attrgetter("price_date"),
    },
)
LOST: Columns = {
    "lost_to_rebuilds.rebuilds": attrgetter("lost.rebuilds"),
    "lost_to_rebuilds.tokens": attrgetter("lost.tokens"),
    "lost_to_rebuilds.usd": usd("lost.micros"),
    "lost_to_rebuilds.unpriced": attrgetter("lost.unpriced"),
}


def cells(columns: Columns, noun: object) -> dict[str, object]:
    """Return one row by the columns' dotted names."""
    return {name: cell(noun) for name, cell in columns.items()}


def nest(row: Mapping[str, object]) -> dict[str, Any]:
    """Return a row with its dotted columns as objects within objects."""
    whole: dict[str, Any] = {}
    for name, value in row.items():
        *parents, last = name.split(".")
        inner = whole
        for parent in parents:
            inner = inner.setdefault(parent, {})
        inner[last] = value
    return whole
