"""What a batch of records changes, gathered before it is merged into the derived tables."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from store.counters import combined
from store.domain import Agent
from store.facts import (
    AgentCall,
    AgentParent,
    AgentSpan,
    AttributeSeen,
    CounterKey,
    EventSeen,
    Key,
    PromptGiven,
    Relation,
    RequestFact,
    ToolCallFact,
    ToolOutput,
    TraceTurn,
    TurnCost,
    UnknownSeen,
    Wait,
)

Identity: TypeAlias = tuple[str, bytes, object]
"""A session, the digest of a resource, and the values by which a record describes the session."""


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
    decided_unix_nano: int | None = None
    awaited_unix_nano: int | None = None
    """When the model was last given something to answer: a prompt, a tool's result."""
    turn_ended_unix_nano: int | None = None
    asked_unix_nano: int | None = None
    asked_tool: str | None = None
    asked_rank: bytes | None = None
    requested_unix_nano: int | None = None
    requested_tool: str | None = None
    requested_rank: bytes | None = None
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
        if time_unix_nano > self.last_event_unix_nano:
            self.last_event_unix_nano = time_unix_nano
        elif time_unix_nano < self.started_unix_nano:
            self.started_unix_nano = time_unix_nano

    def happened(self, name: str, rank: bytes) -> None:
        """Keep the name of the newest event."""
        if self.last_event_rank is None or rank > self.last_event_rank:
            self.last_event_name, self.last_event_rank = name, rank

    def titled(self, title: str | None, content: str, rank: bytes) -> None:
        """Keep the earliest prompt as title."""
        if self.title_rank is None or rank < self.title_rank:
            self.title, self.title_content, self.title_rank = title, content, rank

    def titled_by_span(self, title: str | None, content: str, rank: bytes) -> None:
        """Keep the earliest prompt a span tells of, as long as no event tells of one."""
        self.titled(title, content, b"\xff" + rank)

    def in_mode(self, mode: str, rank: bytes) -> None:
        """Keep the newest permission mode."""
        if self.permission_mode_rank is None or rank > self.permission_mode_rank:
            self.permission_mode, self.permission_mode_rank = mode, rank

    def holds(self, context_tokens: int, rank: bytes) -> None:
        """Keep the size of the newest context of the main conversation."""
        if self.context_rank is None or rank > self.context_rank:
            self.context_tokens, self.context_rank = context_tokens, rank

    def holds_by_span(self, context_tokens: int, rank: bytes) -> None:
        """Keep the newest context a span tells of, as long as no event tells of one."""
        self.holds(context_tokens, b"\x00" + rank)

    def asks(self, tool: str | None, time_unix_nano: int, rank: bytes) -> None:
        """Keep the newest question whether a tool may run."""
        if self.asked_rank is None or rank > self.asked_rank:
            self.asked_tool, self.asked_unix_nano, self.asked_rank = tool, time_unix_nano, rank

    def requests(self, tool: str | None, time_unix_nano: int, rank: bytes) -> None:
        """Keep the newest tool call that the body of a reply asks for."""
        if self.requested_rank is None or rank > self.requested_rank:
            self.requested_tool, self.requested_unix_nano = tool, time_unix_nano
            self.requested_rank = rank

    def absorb(self, member: "SessionChange") -> None:
        """Take over what a conversation within this session shows of the session.

        What a person typed and the state of the main conversation are never the member's.
        """
        self.saw(member.started_unix_nano)
        self.saw(member.last_event_unix_nano)
        self.opened = bool(self.opened or member.opened)
        if member.last_event_rank is not None:
            self.happened(member.last_event_name or "", member.last_event_rank)
        if member.decided_unix_nano is not None:
            self.latest("decided", member.decided_unix_nano)
        if member.asked_unix_nano is not None and member.asked_rank is not None:
            self.asks(member.asked_tool, member.asked_unix_nano, member.asked_rank)
        if member.requested_unix_nano is not None and member.requested_rank is not None:
            self.requests(member.requested_tool, member.requested_unix_nano, member.requested_rank)
        self.log_records += member.log_records
        self.spans += member.spans
        self.metric_points += member.metric_points

    def go_on_with(self, same: "SessionChange") -> None:
        """Take over what else is known of this very conversation under another name."""
        for moment in ("last_prompt", "exited", "failed", "answered", "awaited", "turn_ended"):
            told = getattr(same, f"{moment}_unix_nano")
            if told is not None:
                self.latest(moment, told)
        if same.title_rank is not None:
            self.titled(same.title, same.title_content or "", same.title_rank)
        if same.permission_mode_rank is not None:
            self.in_mode(same.permission_mode or "", same.permission_mode_rank)
        if same.context_rank is not None:
            self.holds(same.context_tokens or 0, same.context_rank)

    def latest(self, moment: str, time_unix_nano: int) -> None:
        """Move a ``*_unix_nano`` mark (``last_prompt``, ``exited``, …) forward, never back."""
        name = f"{moment}_unix_nano"
        known = getattr(self, name)
        if known is None or time_unix_nano > known:
            setattr(self, name, time_unix_nano)


@dataclass(slots=True)
class Facts:
    """Everything a batch of records means."""

    requests: dict[Key, list[RequestFact]] = field(default_factory=dict)
    tool_calls: dict[Key, list[ToolCallFact]] = field(default_factory=dict)
    prompts: list[PromptGiven] = field(default_factory=list)
    events: list[EventSeen] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    tool_outputs: list[ToolOutput] = field(default_factory=list)
    agent_calls: set[AgentCall] = field(default_factory=set)
    agent_parents: set[AgentParent] = field(default_factory=set)
    agent_spans: set[AgentSpan] = field(default_factory=set)
    trace_turns: set[TraceTurn] = field(default_factory=set)
    turn_costs: set[TurnCost] = field(default_factory=set)
    relations: set[Relation] = field(default_factory=set)
    unknowns: Counter[UnknownSeen] = field(default_factory=Counter)
    counters: dict[CounterKey, int] = field(default_factory=dict)
    sessions: dict[str, SessionChange] = field(default_factory=dict)
    turns: dict[Key, tuple[int, int]] = field(default_factory=dict)
    attributes: set[AttributeSeen] = field(default_factory=set)
    identified: set[Identity] = field(default_factory=set)
    """Of what the attributes are noted already, here or in an earlier batch."""

    def of_request(self, fact: RequestFact) -> None:
        """Note news of a model request."""
        self.requests.setdefault((fact.session_id, fact.request_id), []).append(fact)

    def of_tool_call(self, fact: ToolCallFact) -> None:
        """Note news of a tool call."""
        self.tool_calls.setdefault((fact.session_id, fact.tool_call_id), []).append(fact)

    def counted(self, key: CounterKey, amount: int) -> None:
        """Note what a metric point counted, in millionths."""
        known = self.counters.get(key)
        self.counters[key] = amount if known is None else combined(key, known, amount)

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
        if known is None:
            self.turns[key] = (time_unix_nano, time_unix_nano)
        elif time_unix_nano > known[1]:
            self.turns[key] = (known[0], time_unix_nano)
        elif time_unix_nano < known[0]:
            self.turns[key] = (time_unix_nano, known[1])

    def identify(self, session_id: str, attributes: Mapping[str, str]) -> None:
        """Note identity and resource attributes of a session."""
        self.attributes.update(
            AttributeSeen(session_id, name, value) for name, value in attributes.items()
        )
