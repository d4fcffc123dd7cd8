"""What dialects say that records mean, ready to be merged into the derived tables.

A fact is one row of news about one thing, identified by the agent's own key; several facts meet in
one row (a decision and a result in one tool call). The fields of each fact are its columns, in
order. ``rank`` orders two records that tell the same thing: see ``rank_of``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from store.domain import Agent

RECORD_TIME_LIMIT = 2**63 - 1
"""The latest time SQLite can hold; later ones (OTLP times are unsigned) are cut to it."""


def rank_of(time_unix_nano: int, sequence: int | None, digest: bytes) -> bytes:
    """Return what orders records that tell the same thing: time, then sequence, then content."""
    order = min(sequence or 0, 0xFFFFFFFF)
    return time_unix_nano.to_bytes(8, "big") + order.to_bytes(4, "big") + digest[:4]


class RequestMade(NamedTuple):
    """A model request that was answered, with its usage and cost."""

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
    made_rank: bytes
    effort: str | None
    speed: str | None
    input_tokens: int | None
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    cache_write_5m_tokens: int | None
    cache_write_1h_tokens: int | None
    output_tokens: int | None
    reasoning_tokens: int | None
    reported_micros: int | None
    duration_ms: int | None
    ttft_ms: int | None


class RequestFailed(NamedTuple):
    """A model request that was given up."""

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
    failed_rank: bytes
    error: str | None
    http_status: int | None
    attempts: int | None
    failed_duration_ms: int | None


class RequestRefused(NamedTuple):
    """A model request whose answer was a refusal."""

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
    refused_rank: bytes
    refusal: str | None


class ResponseGiven(NamedTuple):
    """The text a model request was answered with."""

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
    response_rank: bytes
    response: str | None
    response_content: str
    response_length: int | None


class ToolDecided(NamedTuple):
    """A verdict on a tool call."""

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
    command: str | None
    file_path: str | None
    parameters: str | None
    decided_rank: bytes
    decided_unix_nano: int
    decided_verdict: str
    decider: str
    scope: str
    mode: str | None
    source_raw: str | None


class ToolFinished(NamedTuple):
    """The end of a tool call; ``reported_*`` is what it says of the decision, if it does."""

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
    command: str | None
    file_path: str | None
    parameters: str | None
    finished_rank: bytes
    finished_unix_nano: int
    success: bool | None
    duration_ms: int | None
    error_type: str | None
    error: str | None
    input: str | None
    input_bytes: int | None
    result_bytes: int | None
    reported_verdict: str | None
    reported_decider: str | None
    reported_scope: str | None
    reported_source_raw: str | None


class PromptGiven(NamedTuple):
    """A prompt; the earliest of a turn is the turn's. Its text is in the event of ``digest``."""

    session_id: str
    turn_id: str
    prompt_rank: bytes
    prompt_digest: bytes
    prompt_content: str
    prompt_length: int | None
    command: str | None


class EventSeen(NamedTuple):
    """Anything that happened, as the agent told it."""

    digest: bytes
    session_id: str | None
    turn_id: str | None
    agent_id: str | None
    time_unix_nano: int
    sequence: int | None
    name: str
    kind: str
    text: str | None
    attributes: str
    """JSON object."""


class AttributeSeen(NamedTuple):
    """One value of one identity or resource attribute of a session."""

    session_id: str
    name: str
    value: str


class Placement(NamedTuple):
    """Where a record belongs; kept with the raw record so that a fact finds its records."""

    agent: Agent
    session_id: str | None
    name: str | None
    subject: str | None
    """``request:<id>``, ``tool:<id>``, ``turn:<id>`` or ``event:<digest in hex>``."""
    time_unix_nano: int
    """The record's time, else when it was observed, else when it was received."""


@dataclass(slots=True)
class SessionChange:
    """What a batch adds to one session; merged into its row once a batch."""

    session_id: str
    agent: Agent
    started_unix_nano: int
    last_event_unix_nano: int
    opened: bool = False
    """Whether anything but start-up notices came (a resume sends those under a throw-away id)."""
    last_event_name: str | None = None
    last_event_rank: bytes | None = None
    last_prompt_unix_nano: int | None = None
    exited_unix_nano: int | None = None
    failed_unix_nano: int | None = None
    answered_unix_nano: int | None = None
    title: str | None = None
    title_content: str | None = None
    title_rank: bytes | None = None
    permission_mode: str | None = None
    permission_mode_rank: bytes | None = None
    context_tokens: int | None = None
    context_rank: bytes | None = None
    log_records: int = 0
    spans: int = 0
    metric_points: int = 0

    def saw(self, time_unix_nano: int) -> None:
        """Widen the span of time the session covers."""
        self.started_unix_nano = min(self.started_unix_nano, time_unix_nano)
        self.last_event_unix_nano = max(self.last_event_unix_nano, time_unix_nano)

    def happened(self, name: str, rank: bytes) -> None:
        """Keep the name of the newest event."""
        if self.last_event_rank is None or rank > self.last_event_rank:
            self.last_event_name, self.last_event_rank = name, rank

    def titled(self, title: str | None, content: str, rank: bytes) -> None:
        """Keep the earliest prompt as title."""
        if self.title_rank is None or rank < self.title_rank:
            self.title, self.title_content, self.title_rank = title, content, rank

    def in_mode(self, mode: str, rank: bytes) -> None:
        """Keep the newest permission mode."""
        if self.permission_mode_rank is None or rank > self.permission_mode_rank:
            self.permission_mode, self.permission_mode_rank = mode, rank

    def holds(self, context_tokens: int, rank: bytes) -> None:
        """Keep the size of the newest context of the main conversation."""
        if self.context_rank is None or rank > self.context_rank:
            self.context_tokens, self.context_rank = context_tokens, rank

    def latest(self, moment: str, time_unix_nano: int) -> None:
        """Move a ``*_unix_nano`` mark (``last_prompt``, ``exited``, …) forward, never back."""
        name = f"{moment}_unix_nano"
        known = getattr(self, name)
        if known is None or time_unix_nano > known:
            setattr(self, name, time_unix_nano)


class TurnSpan(NamedTuple):
    """When a turn began and was last heard of, as far as one batch knows."""

    session_id: str
    turn_id: str
    started_unix_nano: int
    last_event_unix_nano: int


RequestFact: TypeAlias = RequestMade | RequestFailed | RequestRefused | ResponseGiven
ToolCallFact: TypeAlias = ToolDecided | ToolFinished
Key: TypeAlias = tuple[str, str]
"""Session id and the agent's own id of a thing in it."""


@dataclass(slots=True)
class Facts:
    """Everything a batch of records means."""

    requests: dict[Key, list[RequestFact]] = field(default_factory=dict)
    tool_calls: dict[Key, list[ToolCallFact]] = field(default_factory=dict)
    prompts: list[PromptGiven] = field(default_factory=list)
    events: list[EventSeen] = field(default_factory=list)
    sessions: dict[str, SessionChange] = field(default_factory=dict)
    turns: dict[Key, tuple[int, int]] = field(default_factory=dict)
    attributes: set[AttributeSeen] = field(default_factory=set)
    identified: set[tuple[str, bytes, object]] = field(default_factory=set)
    """Session, resource and identity of which the attributes are noted already."""

    def of_request(self, fact: RequestFact) -> None:
        """Note news of a model request."""
        self.requests.setdefault((fact.session_id, fact.request_id), []).append(fact)

    def of_tool_call(self, fact: ToolCallFact) -> None:
        """Note news of a tool call."""
        self.tool_calls.setdefault((fact.session_id, fact.tool_call_id), []).append(fact)

    def session(self, session_id: str, agent: Agent, time_unix_nano: int) -> SessionChange:
        """Return what is to change in a session, having widened it to ``time_unix_nano``."""
        change = self.sessions.get(session_id)
        if change is None:
            change = SessionChange(session_id, agent, time_unix_nano, time_unix_nano)
            self.sessions[session_id] = change
        else:
            change.saw(time_unix_nano)
        return change

    def turn(self, session_id: str, turn_id: str, time_unix_nano: int) -> None:
        """Note that something happened in a turn."""
        key = (session_id, turn_id)
        known = self.turns.get(key)
        self.turns[key] = (
            (time_unix_nano, time_unix_nano)
            if known is None
            else (min(known[0], time_unix_nano), max(known[1], time_unix_nano))
        )

    def identify(self, session_id: str, attributes: Mapping[str, str]) -> None:
        """Note identity and resource attributes of a session."""
        self.attributes.update(
            AttributeSeen(session_id, name, value) for name, value in attributes.items()
        )
