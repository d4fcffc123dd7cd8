"""The permission ledger summed up: its line of truth, and its rows by what they have in common.

Who decided is told by the condition of the filter's ``by:``, so that a figure and the rows that the
filter then admits are always the same.
"""

from dataclasses import dataclass
from enum import StrEnum

from store.connection import Database
from store.domain import Decider
from store.queries.filter import Filter
from store.queries.filter_keys import KEYS, REPOSITORY_ATTRIBUTES, USER_ATTRIBUTES, Rows

PERMISSIVE_MODES = ("bypassPermissions", "yolo", "never")
"""Permission modes in which calls run that nobody is asked about, in the agents' own words; in
``dontAsk`` they are refused."""


class Grouping(StrEnum):
    """What rows of the ledger can have in common."""

    TOOL = "tool"
    COMMAND = "command"
    DECIDER = "decider"
    SESSION = "session"
    USER = "user"
    REPOSITORY = "repository"


@dataclass(frozen=True, slots=True)
class LedgerTotals:
    """How the tool calls were decided on."""

    calls: int
    asked: int
    """Decided by a person."""
    rejected: int
    aborted: int
    permissive: int
    """Decided in a mode in which nobody is asked."""
    unknown: int
    """No decision arrived."""


@dataclass(frozen=True, slots=True)
class LedgerGroup:
    """Tool calls that have something in common."""

    key: str | None
    """``None`` for the calls of which it is not known."""
    label: str | None
    mcp_server: str | None
    """The server of the group's tool, where there is one."""
    calls: int
    asked: int
    accepted: int
    rejected: int
    aborted: int
    unknown: int
    failed: int
    last_at: int


def _decided_by(decider: Decider) -> str:
    return f"({KEYS['by'].conditions[Rows.TOOL_CALLS].replace('{}', repr(decider.value))})"


def _attribute(*names: str) -> str:
    """Return the first of a session's attributes that is known, the smallest of its values."""
    each = (
        "(select min(a.value) from session_attributes a"
        f" where a.session_id = s.session_id and a.name = '{name}')"
        for name in names
    )
    return f"coalesce({', '.join(each)})"


_DECIDERS = " ".join(f"when {_decided_by(d)} then '{d.value}'" for d in Decider)
_KEYS = {
    Grouping.TOOL: "coalesce(c.mcp_server || '.' || c.mcp_tool, c.mcp_server, c.tool)",
    Grouping.COMMAND: "c.command",
    Grouping.DECIDER: f"case {_DECIDERS} end",
    Grouping.SESSION: "c.session_id",
    Grouping.USER: _attribute(*USER_ATTRIBUTES),
    Grouping.REPOSITORY: _attribute(*REPOSITORY_ATTRIBUTES),
}
_FROM = "from tool_calls c join sessions s using (session_id) where +s.opened = 1 and"
_ASKED = f"sum({_decided_by(Decider.USER)})"
_PERMISSIVE = ", ".join(repr(mode) for mode in PERMISSIVE_MODES)


def ledger_totals(db: Database, *, where: Filter) -> LedgerTotals:
    """Return the line of truth over the calls that ``where``, for ``Rows.TOOL_CALLS``, admits."""
    row = db.execute(
        f"""select count(*), {_ASKED}, sum(c.verdict = 'rejected'), sum(c.verdict = 'aborted'),
            sum(ifnull(c.mode in ({_PERMISSIVE}), 0)), sum(c.verdict = 'unknown')
        {_FROM} ({where.sql})""",
        dict(where.parameters),
    ).fetchone()
    return LedgerTotals(*(number or 0 for number in row))


def ledger_groups(
    db: Database, grouping: Grouping, *, where: Filter, limit: int = 1000
) -> list[LedgerGroup]:
    """Return the largest groups of the calls that ``where`` admits, the largest first."""
    key = _KEYS[grouping]
    server = "min(c.mcp_server)" if grouping is Grouping.TOOL else "null"
    label = "max(s.title)" if grouping is Grouping.SESSION else key
    rows = db.execute(
        f"""select {key} as key, {label}, {server}, count(*), {_ASKED},
            sum(c.verdict = 'accepted'), sum(c.verdict = 'rejected'), sum(c.verdict = 'aborted'),
            sum(c.verdict = 'unknown'), sum(ifnull(coalesce(c.success, c.executed_success), 1) = 0),
            max(c.started_unix_nano) as last_at
        {_FROM} ({where.sql}) group by 1 order by count(*) desc, last_at desc limit :limit""",
        {**where.parameters, "limit": limit},
    )
    return [LedgerGroup(*row) for row in rows]
