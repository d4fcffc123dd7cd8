"""What only the metrics tell, as lines of a transcript: interrupted replies have no event."""

from decimal import Decimal

from store.connection import Database
from store.domain import Event, Metered
from store.queries.itemised import itemised
from store.queries.metered import metered_of
from store.queries.totals import VISIBLE_TURN

KIND = "not_itemised"

_WHY = "The metrics tell it and no request does: replies that were interrupted, and the like."
_WHERE = " In which turn they were is not known."
_CLASSES = ("input", "cache_read", "cache_write", "output")

_LAST = f"""
    select s.last_event_unix_nano, t.turn_id, count(t.turn_id) over ()
    from sessions s left join turns t on t.session_id = s.session_id and {VISIBLE_TURN}
    where s.session_id = ? order by t.started_unix_nano desc, t.turn_id desc limit 1
"""


def not_itemised(db: Database, session_id: str, turn_id: str | None) -> list[Event]:
    """Return by model what no request of the session tells, if ``turn_id`` is its last turn.

    Metrics name no turn, so where there are several it is only known to be of the session.
    """
    session = db.execute(_LAST, [session_id]).fetchone()
    at, last, turns = session or (0, turn_id, 0)
    if last != turn_id:
        return []
    known, metered = itemised(db, [session_id]), metered_of(db, [session_id])
    why = _WHY + (_WHERE if turns > 1 else "")
    return [
        _event(session_id, turn_id, more, at=at, why=why)
        for more in known[session_id].left_out(metered[session_id])
    ]


def _event(session_id: str, turn_id: str | None, metered: Metered, *, at: int, why: str) -> Event:
    cost = metered.cost_micros
    told = {
        "model": metered.model,
        "tokens": metered.tokens.total,
        **{f"{name}_tokens": getattr(metered.tokens, name) for name in _CLASSES},
        "cost_usd": None if cost is None else str(Decimal(cost).scaleb(-6)),
    }
    return Event(
        session_id=session_id,
        turn_id=turn_id,
        agent_id=None,
        at=at,
        sequence=None,
        name="not itemised",
        kind=KIND,
        text=why,
        attributes={name: value for name, value in told.items() if value is not None},
        subject=f"{KIND}:{metered.model or ''}",
    )
