"""The ledger summed up says the same as its rows, and its groups the same as its line of truth."""

from collections import Counter
from pathlib import Path

import pytest

from store.connection import Database
from store.domain import Decider, Outcome, ToolCall, Verdict
from store.queries.filter import Filter, parse
from store.queries.filter_keys import Rows
from store.queries.permission_groups import (
    PERMISSIVE_MODES,
    Grouping,
    LedgerTotals,
    ledger_groups,
    ledger_totals,
)
from store.queries.permissions import tool_calls
from tests.captures import batches, exports
from tests.store.stores import filled

CAPTURES = ("tui-permissions", "tour-full", "tour-redacted", "tui-modes")
FILTERS = ("", "tool:Bash", "decision:reject", "-by:config", '"nothing has this"')


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """Return a store with decisions of every kind."""
    path: Path = tmp_path_factory.mktemp("ledger") / "s.db"
    return filled(path, [batch for name in CAPTURES for batch in batches(exports(name))])


def _where(text: str) -> Filter:
    return parse(text, now_ns=0, rows=Rows.TOOL_CALLS)


def _totals(calls: list[ToolCall]) -> LedgerTotals:
    verdicts = Counter(call.verdict for call in calls)
    return LedgerTotals(
        calls=len(calls),
        asked=sum(call.decider is Decider.USER for call in calls),
        rejected=verdicts[Verdict.REJECTED],
        aborted=verdicts[Verdict.ABORTED],
        permissive=sum(call.mode in PERMISSIVE_MODES for call in calls),
        unknown=verdicts[Verdict.UNKNOWN],
    )


@pytest.mark.parametrize("text", FILTERS)
def test_the_line_of_truth_is_the_sum_of_the_rows(db: Database, text: str) -> None:
    """Counted in SQL as by hand, with and without a filter."""
    rows = tool_calls(db, where=_where(text), limit=0)
    assert ledger_totals(db, where=_where(text)) == _totals(rows)


@pytest.mark.parametrize("text", FILTERS)
@pytest.mark.parametrize("grouping", Grouping)
def test_groups_share_the_rows_out(db: Database, grouping: Grouping, text: str) -> None:
    """Each call is in one group, and every figure of the groups adds up to that of the rows."""
    rows = tool_calls(db, where=_where(text), limit=0)
    groups = ledger_groups(db, grouping, where=_where(text))
    assert len({group.key for group in groups}) == len(groups)
    assert [group.calls for group in groups] == sorted((g.calls for g in groups), reverse=True)
    totals = _totals(rows)
    assert sum(group.calls for group in groups) == totals.calls
    assert sum(group.asked for group in groups) == totals.asked
    assert sum(group.rejected for group in groups) == totals.rejected
    assert sum(group.aborted for group in groups) == totals.aborted
    assert sum(group.unknown for group in groups) == totals.unknown
    failed = sum(call.outcome is Outcome.FAILED for call in rows)
    assert sum(group.failed for group in groups) == failed


def test_a_tool_of_a_server_is_named_with_it(db: Database) -> None:
    """Tools of MCP servers are groups of their own, and tell their server."""
    groups = {group.key: group for group in ledger_groups(db, Grouping.TOOL, where=_where(""))}
    assert groups["ledger.balance"].mcp_server == "ledger"
    assert groups["Bash"].mcp_server is None


def test_the_largest_groups_come_first_and_no_more_than_asked_for(db: Database) -> None:
    """A limit keeps the largest."""
    every = ledger_groups(db, Grouping.TOOL, where=_where(""))
    assert ledger_groups(db, Grouping.TOOL, where=_where(""), limit=2) == every[:2]
