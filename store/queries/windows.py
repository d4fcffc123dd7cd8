"""Turns by time, for agents whose records do not name their turn.

There a turn begins with its prompt and lasts until the next. What names no turn, or one that no
prompt began, belongs to the turn in whose time it is.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from store.connection import Database
from store.facts import RECORD_TIME_LIMIT
from store.queries.requests import KNOWN
from store.queries.totals import TURNS_BY_TIME, VISIBLE_TURN, with_unnamed
from store.totals import TERMS

LOOSE = """({alias}.turn_id is null or {alias}.turn_id in (select u.turn_id from turns u
        where u.session_id = :session_id and u.prompt_rank is null))
"""
"""What of a session is to be placed by time: ``{alias}`` names the row."""

_WINDOWS = f"""
    select t.turn_id, t.started_unix_nano as began,
        lead(t.started_unix_nano, 1, {RECORD_TIME_LIMIT})
            over (order by t.started_unix_nano, t.turn_id) as ended
    from turns t join sessions s using (session_id)
    where t.session_id = :session_id and s.agent in {TURNS_BY_TIME} and {VISIBLE_TURN}
"""


class Window(NamedTuple):
    """From when until when a turn lasts, nanoseconds; ``None`` where records name their turn."""

    began: int | None
    ended: int | None


def window(db: Database, session_id: str, turn_id: str | None) -> Window:
    """Return the time of a turn; of what is outside of all turns the time before the first."""
    agent = db.execute(
        f"select 1 from sessions where session_id = ? and agent in {TURNS_BY_TIME}", [session_id]
    ).fetchone()
    if agent is None:
        return Window(None, None)
    scope = {"session_id": session_id, "turn_id": turn_id}
    if turn_id is None:
        (first,) = db.execute(f"select min(began) from ({_WINDOWS})", scope).fetchone()
        return Window(0, RECORD_TIME_LIMIT if first is None else first)
    found = db.execute(
        f"select began, ended from ({_WINDOWS}) where turn_id = :turn_id", scope
    ).fetchone()
    return Window(*found) if found else Window(0, 0)


def loose_totals(db: Database, session_id: str) -> Mapping[str, Mapping[str, Any]]:
    """Return the totals of what belongs to each turn by its time alone."""
    found: dict[str, dict[str, Any]] = {}
    for table, alias, known in (("requests", "r", KNOWN), ("tool_calls", "c", "1")):
        sums = ", ".join(
            f"sum({term.format(row=alias)}) as {name}" for name, term in TERMS[table].items()
        )
        rows = db.query(
            f"select w.turn_id, s.log_records, {sums} from ({_WINDOWS}) w"
            f" join {table} {alias} on {alias}.session_id = :session_id"
            f" and {alias}.started_unix_nano >= w.began and {alias}.started_unix_nano < w.ended"
            f" join sessions s on s.session_id = {alias}.session_id"
            f" where {LOOSE.format(alias=alias)} and {known} group by w.turn_id",
            {"session_id": session_id},
        )
        for row in rows:
            told = with_unnamed(row) if table == "requests" else row
            found.setdefault(row["turn_id"], dict.fromkeys(_NAMES, 0)).update(told)
    return found


_NAMES = tuple(name for terms in TERMS.values() for name in terms)


def turn_costs(db: Database, session_id: str) -> Mapping[str, int]:
    """Return what turns cost as their provider said later, in micro-dollars."""
    return dict(
        db.execute(
            "select t.turn_id, sum(c.reported_micros) from turn_costs c"
            " join trace_turns m on m.session_id = c.session_id and m.trace_turn_id = c.turn_id"
            " join turns t on t.session_id = c.session_id and t.turn_id = m.turn_id"
            " where c.session_id = ? and t.prompt_rank is not null group by t.turn_id",
            [session_id],
        ).fetchall()
    )
