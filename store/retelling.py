"""Facts of conversations that turn out to belong to another: taken out of the tables, told anew."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeVar, cast

from store.changes import Facts, SessionChange
from store.connection import Database
from store.domain import Agent
from store.facts import (
    STAND_IN,
    AgentCall,
    AgentParent,
    AgentSpan,
    AttributeSeen,
    CounterKey,
    EventSeen,
    PromptGiven,
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
    ToolOutput,
    ToolRequested,
    ToolTraced,
    TraceTurn,
    TurnCost,
    UnknownSeen,
    Wait,
)
from store.merge import SESSION_COLUMNS
from store.totals import UNNAMED_SPAN

_Fact = TypeVar("_Fact")

ALIAS = "~"
"""How an id begins that only stands for a conversation; its records are the conversation's own."""

SUBAGENT = "subagent"
"""The source of a member's requests, unless its role is known."""

_REQUESTS: tuple[type[RequestFact], ...] = (
    RequestMade,
    RequestFailed,
    RequestRefused,
    ResponseGiven,
    RequestTraced,
)
_TOOL_CALLS: tuple[type[ToolCallFact], ...] = (
    ToolRequested,
    ToolDecided,
    ToolFinished,
    ToolTraced,
    ToolExecuted,
)
_LISTS = {"events": EventSeen, "waits": Wait, "tool_outputs": ToolOutput}
_SETS = {
    "agent_calls": AgentCall,
    "agent_parents": AgentParent,
    "agent_spans": AgentSpan,
    "turn_costs": TurnCost,
}
_TABLES = (
    *_LISTS,
    *_SETS,
    "sessions",
    "session_attributes",
    "turns",
    "trace_turns",
    "requests",
    "tool_calls",
    "counters",
    "unknowns",
    "repeated_calls",
)
"""All that a member leaves behind."""


class Member(NamedTuple):
    """A conversation that is shown in another's session."""

    home: str
    role: str | None
    name: str | None

    @property
    def source(self) -> str:
        """Return what its requests are made for."""
        return self.role or SUBAGENT

    @property
    def agent_name(self) -> str | None:
        """Return what it is called."""
        return self.name or self.role


def take_out(db: Database, session_id: str, facts: Facts) -> None:
    """Move what the tables know of a conversation back into facts."""
    for row in _rows(db, "sessions", session_id):
        change = SessionChange(**{name: row[name] for name in SESSION_COLUMNS})
        change.agent = Agent(change.agent)
        if (news := facts.sessions.get(session_id)) is not None:
            change.absorb(news)
            change.go_on_with(news)
        facts.sessions[session_id] = change
    for request in _told_in(db, "requests", session_id, kinds=_REQUESTS):
        facts.of_request(request)
    for call in _told_in(db, "tool_calls", session_id, kinds=_TOOL_CALLS):
        facts.of_tool_call(call)
    for table, kind in _LISTS.items():
        getattr(facts, table).extend(_facts(db, table, session_id, kind=kind))
    for table, kind in _SETS.items():
        getattr(facts, table).update(_facts(db, table, session_id, kind=kind))
    facts.attributes.update(_facts(db, "session_attributes", session_id, kind=AttributeSeen))
    for row in _rows(db, "counters", session_id):
        facts.counted(_fact(CounterKey, row), row["millionths"])
    for row in _rows(db, "unknowns", session_id):
        facts.unknowns[_fact(UnknownSeen, row)] += row["records"]
    if session_id.startswith(STAND_IN):
        _take_out_turns(db, session_id, facts)
    _forget(db, session_id)


def _forget(db: Database, session_id: str) -> None:
    for table in _TABLES:
        db.execute(f"delete from {table} where session_id = ?", [session_id])


def _take_out_turns(db: Database, session_id: str, facts: Facts) -> None:
    for row in _rows(db, "turns", session_id):
        for moment in ("started_unix_nano", "last_event_unix_nano"):
            facts.turn(session_id, row["turn_id"], row[moment])
        if row["prompt_rank"] is not None:
            facts.prompts.append(_fact(PromptGiven, row))
    facts.trace_turns.update(_facts(db, "trace_turns", session_id, kind=TraceTurn))


def retold(facts: Facts, members: Mapping[str, Member]) -> Facts:
    """Return facts as of the sessions that their conversations are shown in."""
    told = Facts(identified=facts.identified, relations=facts.relations)
    told.sessions = _sessions(facts, members)
    for requests in facts.requests.values():
        for request in requests:
            told.of_request(_request(request, members))
    for calls in facts.tool_calls.values():
        for call in calls:
            told.of_tool_call(_of(call, members))
    for table in (*_LISTS, *_SETS, "attributes"):
        listed = getattr(facts, table)
        setattr(told, table, type(listed)(_of(fact, members) for fact in listed))
    for seen, count in facts.unknowns.items():
        told.unknowns[_of(seen, members)] += count
    for key, amount in facts.counters.items():
        told.counted(_of(key, members), amount)
    _retell_turns(facts, members, told)
    return told


def _retell_turns(facts: Facts, members: Mapping[str, Member], told: Facts) -> None:
    told.prompts = [
        _of(prompt, members) for prompt in facts.prompts if _keeps_turns(prompt.session_id, members)
    ]
    told.trace_turns = {
        _of(turn, members) for turn in facts.trace_turns if _keeps_turns(turn.session_id, members)
    }
    for (session_id, turn_id), moments in facts.turns.items():
        if _keeps_turns(session_id, members):
            for moment in moments:
                told.turn(_home(session_id, members), turn_id, moment)


def _keeps_turns(session_id: str, members: Mapping[str, Member]) -> bool:
    """Tell whether turns are shown: a session's own, and those of what only stands for it."""
    return session_id not in members or session_id.startswith(STAND_IN)


def _home(session_id: str, members: Mapping[str, Member]) -> str:
    return members[session_id].home if session_id in members else session_id


def _sessions(facts: Facts, members: Mapping[str, Member]) -> dict[str, SessionChange]:
    told = Facts()
    told.sessions = {
        session_id: change
        for session_id, change in facts.sessions.items()
        if session_id not in members
    }
    for session_id, change in facts.sessions.items():
        if session_id in members:
            home = members[session_id].home
            known = told.session(home, change.agent, change.started_unix_nano)
            known.absorb(change)
            if session_id.startswith(STAND_IN):
                known.go_on_with(change)
    return told.sessions


def _request(fact: RequestFact, members: Mapping[str, Member]) -> RequestFact:
    """Return a request of a member as of its session, with the member's role as its source.

    Nothing tells whose request an unnamed span is of.
    """
    member = members.get(fact.session_id)
    if member is None:
        return fact
    if fact.request_id.startswith(UNNAMED_SPAN):
        return fact._replace(session_id=member.home, turn_id=None)
    moved = _of(fact, members)
    if fact.agent_id is not None or fact.session_id.startswith(ALIAS):
        return moved
    return moved._replace(source=member.source, agent_name=member.agent_name)


def _of(fact: _Fact, members: Mapping[str, Member]) -> _Fact:
    """Return a fact of a member as of its session: by the member as agent, outside of its turns."""
    moved: Any = fact
    session_id = moved.session_id
    if session_id not in members:
        return fact
    changed: dict[str, str | None] = {"session_id": members[session_id].home}
    if session_id.startswith(STAND_IN):
        return cast("_Fact", moved._replace(**changed))
    if "turn_id" in moved._fields and not isinstance(fact, TurnCost):
        changed["turn_id"] = None
    if "agent_id" in moved._fields and not session_id.startswith(ALIAS):
        changed["agent_id"] = moved.agent_id or session_id
    return cast("_Fact", moved._replace(**changed))


def _told_in(
    db: Database, table: str, session_id: str, *, kinds: Iterable[type[_Fact]]
) -> Iterator[_Fact]:
    """Yield each kind of news that the rows of a table hold."""
    for row in _rows(db, table, session_id):
        for kind in kinds:
            fields: tuple[str, ...] = vars(kind)["_fields"]
            rank = next(name for name in fields if name.endswith("_rank"))
            if row[rank] is not None:
                yield _fact(kind, row)


def _facts(db: Database, table: str, session_id: str, *, kind: type[_Fact]) -> Iterator[_Fact]:
    for row in _rows(db, table, session_id):
        yield _fact(kind, row)


def _fact(kind: type[_Fact], row: Mapping[str, Any]) -> _Fact:
    return kind(**{name: row[name] for name in vars(kind)["_fields"]})


def _rows(db: Database, table: str, session_id: str) -> list[Mapping[str, Any]]:
    return list(db.query(f"select * from {table} where session_id = ?", [session_id]))
