"""The agents' nouns, in the field's own words, as the read models hand them out.

All are frozen. ``None`` means *unknown* for every figure; it never stands for 0. Times are integer
nanoseconds since the Unix epoch, money is integer micro-dollars, durations are milliseconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from store.figures import (
    CacheLoss,
    Cost,
    CostByClass,
    DecisionCounts,
    Metered,
    RequestCache,
    TokenUsage,
    Work,
)
from store.tool_call import ToolCall
from store.vocabulary import (
    Agent,
    CacheCause,
    Content,
    Decider,
    DecisionScope,
    Difference,
    Origin,
    Outcome,
    Provenance,
    RequestStatus,
    SessionState,
    Verdict,
)

__all__ = [
    "Agent",
    "CacheCause",
    "CacheLoss",
    "Content",
    "Cost",
    "CostByClass",
    "Decider",
    "DecisionCounts",
    "DecisionScope",
    "Difference",
    "Event",
    "Metered",
    "Origin",
    "Outcome",
    "Provenance",
    "Question",
    "RawRecord",
    "Request",
    "RequestCache",
    "RequestStatus",
    "Session",
    "SessionState",
    "TokenUsage",
    "ToolCall",
    "Turn",
    "Verdict",
    "Work",
]


@dataclass(frozen=True, slots=True)
class Question:
    """An open question whether a tool may run."""

    at: int
    tool: str | None
    """The agent's own word, with the server where it is of MCP (``mcp__ledger__balance``)."""


@dataclass(frozen=True, slots=True)
class Session:
    """One conversation with an agent, with its totals."""

    session_id: str
    agent: Agent
    title: str | None
    """The first prompt a person typed, cut to 200 characters; ``None`` where withheld or absent."""
    title_content: Content
    models: tuple[str, ...]
    started_at: int
    last_event_at: int
    last_event_name: str
    state: SessionState
    state_reason: str
    """One sentence: from what the state is inferred."""
    permission_mode: str | None
    turns: int | None
    """``None``, as all counts up to ``errors``, for a session known by its metrics alone."""
    requests: int | None
    tool_calls: int | None
    decisions: DecisionCounts
    failed_tool_calls: int | None
    errors: int | None
    """Model requests that failed for good."""
    tokens: TokenUsage
    cost: Cost
    context_tokens: int | None
    """What the newest main request sent, cached or not, or what a compaction left since."""
    records: int
    log_records: int
    spans: int
    metric_points: int
    attributes: Mapping[str, tuple[str, ...]]
    """Identity and resource attributes, each with every value seen, sorted."""
    lost: CacheLoss = field(default_factory=CacheLoss)
    """What rebuilding its caches came to."""
    is_metered: bool = False
    """Whether tokens and cost are the metrics', as no request of the session is known."""
    work: Work = field(default_factory=Work)
    question: Question | None = None
    """What the session waits on, when it does."""
    parent_session_id: str | None = None
    """The session that this one goes on from."""
    parent_known_by: str | None = None
    """How the parent is known, in a sentence."""
    results_apart: int = 0
    """Results that are rows of their own and are counted with their decisions."""
    notes: tuple[str, ...] = ()
    """What else is to be said of how it began or went on, a sentence each."""

    def attribute(self, *names: str) -> str | None:
        """Return the values of the first of ``names`` that is known, joined by a comma."""
        name = self.known_as(*names)
        return None if name is None else ", ".join(self.attributes[name])

    def known_as(self, *names: str) -> str | None:
        """Return the first of ``names`` that is known: by which attribute a thing is."""
        return next((name for name in names if self.attributes.get(name)), None)


@dataclass(frozen=True, slots=True)
class Turn:
    """One prompt and all it caused (``prompt.id``)."""

    session_id: str
    turn_id: str | None
    """``None`` for what happened outside of any turn (start-up, connections)."""
    number: int
    """1 for the first turn of the session; 0 for what is outside of any turn."""
    started_at: int
    last_event_at: int
    prompt: str | None
    prompt_content: Content
    prompt_length: int | None
    prompt_origin: Origin
    command: str | None
    """The slash command, without the slash, if the prompt was one."""
    requests: int
    tool_calls: int
    rejected: int
    failed_tool_calls: int
    errors: int
    tokens: TokenUsage
    cost: Cost
    lost: CacheLoss = field(default_factory=CacheLoss)
    is_origin_probable: bool = False
    """Whether who gave the prompt is inferred: its text is withheld."""


@dataclass(frozen=True, slots=True)
class Request:
    """One model call (``request_id``)."""

    session_id: str
    turn_id: str | None
    request_id: str
    """The agent's id; begins with ``~`` where the agent gave none and one was made."""
    at: int
    """When it was sent (its event's time less its duration)."""
    agent: Agent
    model: str | None
    source: str | None
    """``main``, ``subagent``, ``compaction``, ``title``, … or ``other``."""
    source_raw: str | None
    agent_id: str | None
    agent_name: str | None
    effort: str | None
    speed: str | None
    tokens: TokenUsage
    cost: Cost
    duration_ms: int | None
    ttft_ms: int | None
    attempts: int | None
    status: RequestStatus
    error: str | None
    http_status: int | None
    response: str | None
    response_content: Content
    response_length: int | None
    stop_reason: str | None = None
    """Why the answer ended, in the API's own word; only spans tell."""
    refusal: str | None = None
    """The category of a refusal, where the sender names it."""
    cache: RequestCache = field(default_factory=RequestCache)
    window_tokens: int | None = None
    """How many tokens the model takes, where that is known."""
    billed_writes: tuple[int, int] | None = None
    """Cache writes that live five minutes and an hour, as told or as the cost proves."""
    signals: tuple[str, ...] = ()
    """Which of ``logs`` and ``spans`` tell of it."""


@dataclass(frozen=True, slots=True)
class Event:
    """Anything else that happened, as the agent told it."""

    session_id: str | None
    turn_id: str | None
    agent_id: str | None
    at: int
    sequence: int | None
    name: str
    kind: str
    """``prompt``, ``mode_change``, ``mcp_connection``, ``compaction`` … or ``unknown``."""
    text: str | None
    attributes: Mapping[str, object]
    """The event's own attributes, without those that every event of the agent carries."""
    subject: str
    """What its raw records are found by."""


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A stored record as it came, with the resource and scope it came in."""

    record_id: int
    signal: str
    name: str | None
    time_unix_nano: int
    received_unix_nano: int
    resource_wire: bytes
    scope_wire: bytes
    wire: bytes
    resource_schema_url: str = ""
    scope_schema_url: str = ""
