"""The transcript of one session: its turns, and in each what happened, in order."""

import json
from collections.abc import Mapping
from typing import Any

from store.connection import Database
from store.domain import (
    Content,
    Cost,
    Event,
    Origin,
    Outcome,
    Request,
    RequestStatus,
    ToolCall,
    Turn,
)
from store.queries import permissions, requests
from store.queries.not_itemised import not_itemised
from store.queries.priced import prices_used_by_turn
from store.queries.subagents import Node, Placed, SubagentNode, grouped, known_subagents
from store.queries.totals import VISIBLE_TURN as VISIBLE
from store.queries.totals import (
    PricesUsed,
    cost_in,
    cost_of,
    lost_in,
    lost_of,
    tokens_in,
    tokens_of,
    told_or_solved,
)
from store.queries.windows import LOOSE, loose_totals, turn_costs, window
from store.totals import TERMS

__all__ = ["Node", "SubagentNode", "nodes", "turns"]


_REPORTED_WITHIN_NS = 10**9
"""How soon after a background agent's end its report comes as a prompt; seen: 12 to 130 ms."""

_TURNS = f"""
    select t.*, e.text as prompt,
        t.prompt_origin = 'unknown' and t.prompt_content = 'withheld' and exists (
            select 1 from events a where a.kind = 'subagent_end' and a.session_id = t.session_id
                and a.time_unix_nano between t.started_unix_nano - {_REPORTED_WITHIN_NS}
                    and t.started_unix_nano
                and json_extract(a.attributes, '$.is_async') in (1, 'true')
        ) as is_origin_probable,
        row_number() over (order by t.started_unix_nano, t.turn_id)
        as number
    from turns t left join events e on e.digest = t.prompt_digest
    where t.session_id = :session_id and {VISIBLE}
"""

_ADDED = """
    select m.turn_id as named, t.* from turns t join (
        select trace_turn_id, min(turn_id) as turn_id from trace_turns
            where session_id = :session_id group by trace_turn_id
    ) m on m.trace_turn_id = t.turn_id
    where t.session_id = :session_id and (t.requests or t.tool_calls)
"""
"""What only spans tell of a turn, by the turn that an event names for their trace."""

_IN_TURN = """{alias}.session_id = :session_id and (
    ({alias}.turn_id is :turn_id and ifnull(:turn_id, :ended) is :turn_id)
    or {traced} and {alias}.turn_id in (select trace_turn_id from trace_turns
        where session_id = :session_id and turn_id = :turn_id)
    or ({time} >= :began and {time} < :ended and {loose}))
"""


def turns(db: Database, session_id: str, *, after: int = 0, limit: int = 500) -> list[Turn]:
    """Return turns number ``after`` + 1 and on, in order.

    What lies outside of every turn (start-up, connections) has number 0 and comes first when
    ``after`` is 0.
    """
    rows = db.query(
        f"select * from ({_TURNS}) where number > :after order by number limit :limit",
        {"session_id": session_id, "after": after, "limit": limit},
    )
    added = {row["named"]: row for row in db.query(_ADDED, {"session_id": session_id})}
    loose = loose_totals(db, session_id)
    prices = prices_used_by_turn(db, session_id)
    costs = turn_costs(db, session_id)
    found = [
        _turn(
            _with(_with(row, added.get(row["turn_id"])), loose.get(row["turn_id"])),
            prices.get(row["turn_id"]),
            late_micros=costs.get(row["turn_id"]),
        )
        for row in rows
    ]
    outside = None if after else _outside(db, session_id)
    return found if outside is None else [outside, *found]


def nodes(db: Database, session_id: str, turn_id: str | None) -> list[Node]:
    """Return what happened in a turn (or outside of all) in the order it happened.

    What a sub-agent did is one node: see ``store.queries.subagents``. What only the metrics tell
    stands at the end of the last turn.
    """
    scope = {
        "session_id": session_id,
        "turn_id": turn_id,
        **window(db, session_id, turn_id)._asdict(),
    }
    found = [
        Placed(_place(row, 1), row["agent_id"], requests.request_of(row))
        for row in db.query(
            f"{_select(requests.TABLES, requests.COLUMNS, 'r')} and {requests.KNOWN}", scope
        )
    ]
    found += [
        Placed(_place(row, 2), row["agent_id"], permissions.tool_call_of(row))
        for row in db.query(_select(permissions.TABLES, permissions.COLUMNS, "c"), scope)
    ]
    found += [
        Placed(_place(row, 0), row["agent_id"], _event(row)) for row in db.query(_EVENTS, scope)
    ]
    found.sort(key=lambda item: item.place)
    happened = grouped(found, known_subagents(db, session_id))
    return [*happened, *not_itemised(db, session_id, turn_id)]


def _select(tables: str, columns: str, alias: str) -> str:
    return f"select {columns} from {tables} where {_within(alias, 'started_unix_nano')}"


def _within(alias: str, time: str, *, traced: str = "1") -> str:
    loose = LOOSE.format(alias=alias)
    return _IN_TURN.format(alias=alias, time=f"{alias}.{time}", loose=loose, traced=traced)


_TOLD_ONCE = """(e.kind = 'unknown' or exists (
        select 1 from records g where g.digest = e.digest and g.signal = 'logs'))
"""
_EVENTS = f"""
    select e.*, e.time_unix_nano as started_unix_nano from events e
    where {_within("e", "time_unix_nano", traced=_TOLD_ONCE)}
        and not exists (
            select 1 from turns t where t.session_id = e.session_id and t.turn_id = e.turn_id
                and t.prompt_digest = e.digest)
"""
"""Of what spans tell only what is not known to be told by events too."""


def _place(row: Mapping[str, Any], rank: int) -> tuple[int, int, int]:
    return (row["started_unix_nano"], rank, row["sequence"] or 0)


def _with(row: Mapping[str, Any], added: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Add to a turn's totals what only spans tell of it."""
    if added is None:
        return row
    return {**row, **{name: row[name] + added[name] for terms in TERMS.values() for name in terms}}


def _turn(row: Mapping[str, Any], prices: PricesUsed | None, *, late_micros: int | None) -> Turn:
    return Turn(
        session_id=row["session_id"],
        turn_id=row["turn_id"],
        number=row["number"],
        started_at=row["started_unix_nano"],
        last_event_at=row["last_event_unix_nano"],
        prompt=row["prompt"],
        prompt_content=Content(row["prompt_content"] or Content.NOT_EMITTED),
        prompt_length=row["prompt_length"],
        prompt_origin=Origin.AGENT
        if row["is_origin_probable"]
        else Origin(row["prompt_origin"] or Origin.UNKNOWN),
        is_origin_probable=bool(row["is_origin_probable"]),
        command=row["command"],
        requests=row["requests"],
        tool_calls=row["tool_calls"],
        rejected=row["rejected"] + row["aborted"],
        failed_tool_calls=row["failed_tool_calls"],
        errors=row["errors"],
        tokens=tokens_of(row),
        cost=cost_of(row, prices) if late_micros is None else Cost(late_micros),
        lost=lost_of(row),
    )


def _outside(db: Database, session_id: str) -> Turn | None:
    """Return what lies outside of every turn as a turn of number 0."""
    found = [
        child
        for node in nodes(db, session_id, None)
        for child in (node.children if isinstance(node, SubagentNode) else (node,))
    ]
    if not found:
        return None
    made = [node for node in found if isinstance(node, Request)]
    calls = [node for node in found if isinstance(node, ToolCall)]
    return Turn(
        session_id=session_id,
        turn_id=None,
        number=0,
        started_at=min(node.at for node in found),
        last_event_at=max(node.at for node in found),
        prompt=None,
        prompt_content=Content.NOT_EMITTED,
        prompt_length=None,
        prompt_origin=Origin.UNKNOWN,
        command=None,
        requests=len(made),
        tool_calls=len(calls),
        rejected=sum(call.outcome is Outcome.NOT_RUN for call in calls),
        failed_tool_calls=sum(call.outcome is Outcome.FAILED for call in calls),
        errors=sum(request.status is RequestStatus.ERROR for request in made),
        tokens=tokens_in(told_or_solved(request) for request in made),
        cost=cost_in(request.cost for request in made),
        lost=lost_in(made),
    )


def _event(row: Mapping[str, Any]) -> Event:
    digest = row["digest"].hex()
    is_prompt = row["kind"] == "prompt" and row["turn_id"] is not None
    return Event(
        session_id=row["session_id"],
        turn_id=row["turn_id"],
        agent_id=row["agent_id"],
        at=row["time_unix_nano"],
        sequence=row["sequence"],
        name=row["name"],
        kind=row["kind"],
        text=row["text"],
        attributes=json.loads(row["attributes"]),
        subject=f"turn:{row['turn_id']}" if is_prompt else f"event:{digest}",
    )
