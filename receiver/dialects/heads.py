"""What dialects read of every record before its meaning, and the columns that facts share."""

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from receiver.dialects.values import event_attributes, json_text
from store.changes import Facts, SessionChange
from store.facts import EventSeen, Placement, TraceTurn, UnknownSeen, rank_of
from store.signals import Attributes, LogRecord, Span

MCP_TOOL = "mcp_tool"
"""What every tool of MCP is called, its own name standing beside it."""

NS_PER_MS = 1_000_000
TITLE_LENGTH = 200
_TRACE = "~trace:"


class Head(NamedTuple):
    """What is read of a log record or span before its meaning."""

    record: LogRecord | Span
    change: SessionChange
    session_id: str
    name: str
    subject_id: str
    """The id of the request or tool call it tells of, as its place has it."""
    turn_id: str | None
    agent_id: str | None
    time_unix_nano: int
    rank: bytes

    @property
    def attributes(self) -> Attributes:
        """Return the record's own attributes."""
        return self.record.attributes

    def started(self, duration_ms: int | None) -> int:
        """Return when something began that took ``duration_ms`` and ended at the record's time."""
        return max(self.time_unix_nano - (duration_ms or 0) * NS_PER_MS, 0)


class RequestColumns(NamedTuple):
    """The columns that all facts of a request share."""

    session_id: str
    request_id: str
    turn_id: str | None
    agent_id: str | None
    started_unix_nano: int
    sequence: int | None
    model: str | None
    source: str | None
    source_raw: str | None
    agent_name: str | None


class CallColumns(NamedTuple):
    """The columns that all facts of a tool call share."""

    session_id: str
    tool_call_id: str
    turn_id: str | None
    agent_id: str | None
    request_id: str | None
    started_unix_nano: int
    sequence: int | None
    tool: str | None
    mcp_server: str | None
    mcp_tool: str | None
    file_path: str | None
    skill: str | None = None
    subagent_type: str | None = None


def head_of(
    record: LogRecord | Span,
    placement: Placement,
    facts: Facts,
    *,
    turn_id: str | None,
    agent_id: str | None = None,
) -> Head:
    """Return the head of a record whose session ``facts`` has already, and note its turn.

    A record that names no turn stands under its trace.
    """
    session_id, time_unix_nano = placement.session_id or "", placement.time_unix_nano
    of_trace = trace_turn(record.trace_id)
    if turn_id is not None:
        facts.turn(session_id, turn_id, time_unix_nano)
        if of_trace is not None and of_trace != turn_id:
            facts.trace_turns.add(TraceTurn(session_id, of_trace, turn_id))
    elif of_trace is not None:
        facts.turn(session_id, of_trace, time_unix_nano)
    return Head(
        record,
        facts.sessions[session_id],
        session_id,
        placement.name or "",
        (placement.subject or "").partition(":")[2],
        turn_id or of_trace,
        agent_id,
        time_unix_nano,
        rank_of(time_unix_nano, placement.sequence, record.digest),
    )


def trace_turn(trace_id: bytes) -> str | None:
    """Name the turn of a trace; it sorts after every id of an agent's own, so that that wins."""
    return f"{_TRACE}{trace_id.hex()}" if trace_id else None


def own_key(record: LogRecord | Span) -> str:
    """Name a thing whose record carries no id: ``~`` and the tail of the record's digest."""
    return f"~{record.digest.hex()[-16:]}"


def key_of(*told: object) -> str:
    """Name a thing by what two records tell of it alike."""
    return f"~{hashlib.blake2b(json_text(told).encode(), digest_size=8).hexdigest()}"


def mcp_names(name: str | None, server: str | None) -> tuple[str | None, str | None, str | None]:
    """Return tool, MCP server and MCP tool; agents put the server's name before the tool's."""
    if name is None or server is None:
        return name, server, None
    for prefix in (f"mcp__{server}__", f"mcp_{server}_", f"{server}__", f"{server}-"):
        if name.startswith(prefix):
            return MCP_TOOL, server, name.removeprefix(prefix)
    return MCP_TOOL, server, name


def keep_event(
    head: Head,
    kind: str,
    facts: Facts,
    *,
    common: frozenset[str],
    text: str | None = None,
    renamed: Mapping[str, str] | None = None,
) -> None:
    """Keep a record as an event of a kind, with the attributes that are its own."""
    record = head.record
    names = renamed or {}
    told = {names.get(key, key): value for key, value in record.attributes.items()}
    facts.events.append(
        EventSeen(
            digest=record.digest,
            session_id=head.session_id,
            turn_id=head.turn_id,
            agent_id=head.agent_id,
            time_unix_nano=head.time_unix_nano,
            sequence=None,
            name=head.name or "unnamed",
            kind=kind,
            trouble=None,
            text=text,
            attributes=event_attributes(told, common=common, resource=record.resource.attributes),
        )
    )


def unknown_seen(facts: Facts, session_id: str, *, what: str, name: str | None) -> None:
    """Count a record of a name that this version of the program does not know."""
    named = name or "unnamed"
    facts.unknowns[UnknownSeen(session_id, what, named, named)] += 1
