"""Rows in which several kinds of facts about one request or tool call meet.

Columns that several facts of a thing share take the smallest known value, a fact's own columns are
those of the record with the highest rank, and spans of time only widen. News of one thing in one
batch is folded by the same rules first: a decision and its result mostly come together, and a row
is cheaper to write once than twice.
"""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

from store.assessment.columns import CostColumns, UseColumns
from store.binding import insert_into, run_many
from store.connection import Database
from store.facts import (
    Key,
    RequestFact,
    RequestFailed,
    RequestMade,
    RequestRefused,
    RequestTraced,
    ResponseGiven,
    ToolCallFact,
    ToolDecided,
    ToolExecuted,
    ToolFinished,
    ToolRequested,
    ToolTraced,
)


def smallest(column: str) -> str:
    """Return how a column takes the smallest known value."""
    return (
        f"{column} = min(ifnull({column}, excluded.{column}), ifnull(excluded.{column}, {column}))"
    )


def largest(column: str) -> str:
    """Return how a column takes the largest known value."""
    return (
        f"{column} = max(ifnull({column}, excluded.{column}), ifnull(excluded.{column}, {column}))"
    )


def ranked(columns: Sequence[str], rank: str, *, comparison: str = ">") -> list[str]:
    """Return how columns take the values that come with the highest rank, and the rank too."""
    wins = f"ifnull(excluded.{rank} {comparison} {rank}, {rank} is null)"
    return [f"{column} = iif({wins}, excluded.{column}, {column})" for column in (*columns, rank)]


_Kind: TypeAlias = type[RequestFact | ToolCallFact]
_Kinds: TypeAlias = tuple[_Kind, ...]
_News: TypeAlias = Sequence[RequestFact | ToolCallFact]


class Row(NamedTuple):
    """All news of one thing: shared columns, then those of each kind."""

    kinds: _Kinds
    values: Sequence[Any]
    worked_out: Sequence[Any] = ()
    """What follows from it, of a row that the store does not have yet."""


Rows: TypeAlias = Mapping[Key, Row]


class FactTable:
    """A table in whose rows several kinds of facts about one thing meet."""

    def __init__(self, name: str, *kinds: _Kind, worked_out: Sequence[str] = ()) -> None:
        """``worked_out`` are columns that follow from the others, and can be inserted with them."""
        self._name = name
        self._kinds = kinds
        self._worked_out = worked_out
        self._statements: dict[tuple[_Kinds, bool], str] = {}
        columns = kinds[0]._fields
        self._shared = next(index for index, name in enumerate(columns) if name.endswith("_rank"))

    def folded(self, news: Mapping[Key, _News]) -> dict[Key, Row]:
        """Fold all news of each thing into one row."""
        return {
            key: Row((type(facts[0]),), facts[0]) if len(facts) == 1 else self._folded(facts)
            for key, facts in news.items()
        }

    def write(self, db: Database, rows: Rows) -> None:
        """Merge rows, by one statement for each combination of kinds."""
        alike: dict[tuple[_Kinds, bool], list[Sequence[Any]]] = {}
        for kinds, values, worked_out in rows.values():
            row = [*values, *worked_out] if worked_out else values
            alike.setdefault((kinds, bool(worked_out)), []).append(row)
        for columns, rows_alike in alike.items():
            run_many(db, self._statement(columns), rows_alike)

    def _folded(self, news: _News) -> Row:
        told = {type(fact) for fact in news}
        kinds = tuple(kind for kind in self._kinds if kind in told)
        shared = self._shared
        row: list[Any] = [*news[0][:shared]]
        for fact in news[1:]:
            for index in range(2, shared):
                value = fact[index]
                if value is not None and (row[index] is None or value < row[index]):
                    row[index] = value
        for kind in kinds:
            newest = max((fact for fact in news if type(fact) is kind), key=itemgetter(shared))
            row += newest[shared:]
        return Row(kinds, row)

    def _statement(self, of: tuple[_Kinds, bool]) -> str:
        if of not in self._statements:
            kinds, is_worked_out = of
            shared = kinds[0]._fields[: self._shared]
            columns, merged = list(shared), [smallest(column) for column in shared[2:]]
            for kind in kinds:
                rank, *own = kind._fields[self._shared :]
                columns += [rank, *own]
                merged += ranked(own, rank)
            columns += self._worked_out if is_worked_out else ()
            self._statements[of] = (
                f"{insert_into(self._name, columns)} on conflict ({', '.join(shared[:2])})"
                f" do update set {', '.join(merged)}"
            )
        return self._statements[of]


REQUESTS = FactTable(
    "requests",
    RequestMade,
    RequestFailed,
    RequestRefused,
    ResponseGiven,
    RequestTraced,
    worked_out=(*CostColumns._fields, *UseColumns._fields),
)
TOOL_CALLS = FactTable(
    "tool_calls", ToolRequested, ToolDecided, ToolFinished, ToolTraced, ToolExecuted
)
