"""Sessions, newest activity first, with their totals and state."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from store.connection import Database
from store.domain import (
    Agent,
    Content,
    Cost,
    DecisionCounts,
    Metered,
    Question,
    Session,
    SessionState,
    Work,
)
from store.queries.filter import Filter
from store.queries.late_costs import late_costs
from store.queries.lineage import Lineage, lineage_of
from store.queries.metered import metered_of, together
from store.queries.priced import prices_used
from store.queries.state import PENDING_TOOL, STATE, asks_by_hook, reason
from store.queries.totals import VISIBLE_TURN, PricesUsed, cost_of, lost_of, tokens_of, with_unnamed
from store.queries.work import work_of

_TURNS = f"""
    (select count(*) from turns t where t.session_id = s.session_id
        and (t.command is null or t.requests > 0) and {VISIBLE_TURN})
"""

_BY_ACTIVITY = "s.last_event_unix_nano desc"
_BY_COST = "s.micros desc, s.micros_known desc, s.last_event_unix_nano desc"


def sessions(
    db: Database,
    *,
    where: Filter,
    now_ns: int,
    limit: int = 100,
    offset: int = 0,
    by_cost: bool = False,
) -> list[Session]:
    """Return a page of the sessions that ``where`` admits, newest activity first.

    A ``limit`` of 0 is none. What is asked of time is relative to ``now_ns``. ``by_cost`` puts the
    most expensive first instead.
    """
    order = _BY_COST if by_cost else _BY_ACTIVITY
    rows = list(
        db.query(
            f"select s.*, {_TURNS} as turns, {STATE} as state,"
            f" {PENDING_TOOL} as pending_tool from sessions s"
            f" where s.opened = 1 and ({where.sql})"
            f" order by {order}, s.session_id limit :limit offset :offset",
            {
                **where.parameters,
                "filter_now": now_ns,
                "limit": limit or -1,
                "offset": offset,
            },
        )
    )
    beside = _beside(db, [row["session_id"] for row in rows])
    return [_session(row, now_ns, beside[row["session_id"]]) for row in rows]


def count_sessions(db: Database, *, where: Filter) -> int:
    """Return how many sessions ``where`` admits."""
    row = db.execute(
        f"select count(*) from sessions s where s.opened = 1 and ({where.sql})",
        dict(where.parameters),
    ).fetchone()
    return int(row[0])


def session(db: Database, session_id: str, *, now_ns: int) -> Session | None:
    """Return one session, or ``None`` when the store does not know it."""
    only = Filter(text="", sql="s.session_id = :session_id", parameters={"session_id": session_id})
    found = sessions(db, where=only, now_ns=now_ns, limit=1)
    return found[0] if found else None


def session_ids(db: Database, prefix: str, *, limit: int = 10) -> list[str]:
    """Return the ids of sessions that begin with ``prefix``, in order."""
    found = db.execute(
        "select session_id from sessions where +opened = 1"
        " and session_id >= ? and substr(session_id, 1, ?) = ? order by session_id limit ?",
        [prefix, len(prefix), prefix, limit],
    )
    return [session_id for (session_id,) in found]


def _attributes(db: Database, ids: Sequence[str]) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    marks = ", ".join("?" * len(ids))
    found: defaultdict[str, defaultdict[str, tuple[str, ...]]] = defaultdict(
        lambda: defaultdict(tuple)
    )
    for session_id, name, value in db.execute(
        f"select session_id, name, value from session_attributes where session_id in ({marks})"
        " order by session_id, name, value",
        list(ids),
    ):
        found[session_id][name] += (value,)
    return found


def _models(db: Database, ids: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the models of each session, the one of most requests first."""
    marks = ", ".join("?" * len(ids))
    found: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for session_id, model in db.execute(
        f"select session_id, model from requests where session_id in ({marks})"
        " and model is not null group by session_id, model"
        " order by session_id, count(*) desc, model",
        list(ids),
    ):
        found[session_id] += (model,)
    return found


class _Beside(NamedTuple):
    """What other tables say of a session."""

    attributes: Mapping[str, tuple[str, ...]]
    models: tuple[str, ...]
    work: Work
    metered: Metered | None
    lineage: Lineage
    prices: PricesUsed | None
    late: Cost | None


def _beside(db: Database, ids: Sequence[str]) -> Mapping[str, _Beside]:
    attributes, models, work = _attributes(db, ids), _models(db, ids), work_of(db, ids)
    metered, lineage, prices = metered_of(db, ids), lineage_of(db, ids), prices_used(db, ids)
    late = late_costs(db, ids)
    return {
        session_id: _Beside(
            dict(attributes[session_id]),
            models[session_id],
            work[session_id],
            together(metered[session_id]),
            lineage[session_id],
            prices.get(session_id),
            late.get(session_id),
        )
        for session_id in ids
    }


def _session(row: Mapping[str, Any], now_ns: int, beside: _Beside) -> Session:
    metered, lineage = beside.metered, beside.lineage
    state = SessionState(row["state"])
    row = with_unnamed(row)
    used = metered if row["requests"] == 0 else None
    is_told = bool(row["log_records"] or row["spans"])
    return Session(
        **{name: row[name] for name in _AS_STORED},
        **_counts(row, is_told=is_told),
        agent=Agent(row["agent"]),
        title_content=Content(row["title_content"] or Content.UNKNOWN),
        models=beside.models,
        started_at=row["started_unix_nano"],
        last_event_at=row["last_event_unix_nano"],
        last_event_name=row["last_event_name"] or "",
        state=state,
        state_reason=reason(row, state, now_ns),
        tokens=used.tokens if used else tokens_of(row),
        cost=Cost(used.cost_micros) if used else beside.late or cost_of(row, beside.prices),
        lost=lost_of(row),
        is_metered=used is not None,
        records=row["log_records"] + row["spans"] + row["metric_points"],
        attributes=beside.attributes,
        work=beside.work,
        question=_question(row, state),
        parent_session_id=lineage.parent_session_id,
        parent_known_by=lineage.known_by,
        notes=lineage.notes,
    )


_AS_STORED = (
    "session_id",
    "title",
    "permission_mode",
    "context_tokens",
    "results_apart",
    "log_records",
    "spans",
    "metric_points",
)
"""The fields that are columns of the same name."""


_COUNTS = ("turns", "requests", "tool_calls", "failed_tool_calls", "errors")
_VERDICTS = ("accepted", "rejected", "aborted", "undecided")


def _counts(row: Mapping[str, Any], *, is_told: bool) -> Mapping[str, Any]:
    """Return what events and spans tell, but no metric does."""
    verdicts = (row[name] if is_told else None for name in _VERDICTS)
    counts = {name: row[name] if is_told else None for name in _COUNTS}
    return {**counts, "decisions": DecisionCounts(*verdicts)}


def _question(row: Mapping[str, Any], state: SessionState) -> Question | None:
    if state is not SessionState.WAITING:
        return None
    if asks_by_hook(row):
        return Question(row["asked_unix_nano"], row["asked_tool"])
    return Question(row["requested_unix_nano"], row["pending_tool"])
