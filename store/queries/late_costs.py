"""What sessions cost by turns, as a provider said after them; it stands for what requests lack."""

from collections.abc import Mapping, Sequence

from store.connection import Database
from store.domain import Cost
from store.queries.windows import loose_totals, turn_costs


def late_costs(db: Database, ids: Sequence[str]) -> Mapping[str, Cost]:
    """Return the cost of the sessions of which any turn's was told.

    Requests of the turns whose cost was not told are the unreported ones.
    """
    marks = ", ".join("?" * len(ids))
    found = db.execute(
        "select s.session_id, sum(c.reported_micros), s.requests - s.errors from turn_costs c"
        f" join sessions s using (session_id) where s.session_id in ({marks}) group by 1",
        list(ids),
    ).fetchall()
    return {
        session_id: Cost(micros, max(answered - _priced(db, session_id), 0))
        for session_id, micros, answered in found
    }


def _priced(db: Database, session_id: str) -> int:
    """Return how many answered requests are of turns with a cost."""
    told = turn_costs(db, session_id)
    marks = ", ".join("?" * len(told))
    (named,) = db.execute(
        "select ifnull(sum(requests - errors), 0) from turns"
        f" where session_id = ? and turn_id in ({marks})",
        [session_id, *told],
    ).fetchone()
    loose = loose_totals(db, session_id)
    by_time = [loose[turn_id] for turn_id in told if turn_id in loose]
    return int(named) + sum(int(row["requests"] - row["errors"]) for row in by_time)
