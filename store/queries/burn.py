"""What is being spent: today, in the last hour, and beyond what budgets allow."""

from dataclasses import dataclass

from store.connection import Database
from store.totals import UNNAMED_SPAN

_NS_PER_HOUR = 3600 * 10**9

_SPENT = f"""
    select sum(micros) from requests indexed by requests_by_time
    where started_unix_nano between ? and ? and request_id not like '{UNNAMED_SPAN}%'
"""


@dataclass(frozen=True, slots=True)
class Burn:
    """Micro-dollars, reported ones where the agents report; ``None`` where nothing has a cost."""

    today_micros: int | None
    hour_micros: int | None
    """Of the last hour: what is spent in an hour at this rate."""


@dataclass(frozen=True, slots=True)
class Budgets:
    """Micro-dollars; ``None`` where there is no budget."""

    session_micros: int | None = None
    day_micros: int | None = None


@dataclass(frozen=True, slots=True)
class Crossing:
    """A budget that was crossed."""

    session_id: str | None
    """``None`` for the budget of the day."""
    title: str | None
    micros: int
    budget_micros: int


def burn(db: Database, *, day_start_ns: int, now_ns: int) -> Burn:
    """Return what requests sent since the start of the day, and in the last hour, cost."""
    today, hour = (
        db.execute(_SPENT, [start, now_ns]).fetchone()[0]
        for start in (day_start_ns, now_ns - _NS_PER_HOUR)
    )
    return Burn(today, hour)


def crossings(db: Database, budgets: Budgets, *, day_start_ns: int, now_ns: int) -> list[Crossing]:
    """Return the budgets that are crossed: of sessions heard of today, and of the day."""
    found = []
    if budgets.day_micros is not None:
        today = burn(db, day_start_ns=day_start_ns, now_ns=now_ns).today_micros or 0
        if today > budgets.day_micros:
            found.append(Crossing(None, None, today, budgets.day_micros))
    if budgets.session_micros is not None:
        rows = db.execute(
            "select session_id, title, micros from sessions where opened = 1 and micros > ?"
            " and last_event_unix_nano >= ? order by micros desc",
            [budgets.session_micros, day_start_ns],
        )
        found += [
            Crossing(session_id, title, micros, budgets.session_micros)
            for session_id, title, micros in rows
        ]
    return found
