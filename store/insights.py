"""What is found out about sessions beyond what their agents say of themselves.

Frozen; ``None`` is unknown and never stands for 0. Times are nanoseconds since the Unix epoch,
money is micro-dollars, durations are milliseconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from store.figures import Metered
from store.vocabulary import Content


@dataclass(frozen=True, slots=True)
class McpTool:
    """One tool of a server; ``None`` as name where the sender withholds it."""

    name: str | None
    calls: int
    failures: int


@dataclass(frozen=True, slots=True)
class McpServer:
    """One MCP server over all sessions asked about."""

    key: str
    """What tells it apart: its name, else what of a withheld one is known."""
    name: str | None
    """``None`` where every sender withholds it."""
    scope: str | None
    """The agent's own word: ``project``, ``user``, ``dynamic`` …"""
    transport: str | None
    plugin: str | None
    sessions: int
    users: int
    first_seen: int
    last_seen: int
    connected: int
    failed: int
    disconnected: int
    last_error: str | None
    last_error_at: int | None
    calls: int
    accepted: int
    rejected: int
    failures: int
    p50_ms: int | None
    p95_ms: int | None
    bytes_in: int | None
    """Size of what the calls were given."""
    bytes_out: int | None
    """Size of what they gave back; failed calls tell none."""
    tools: tuple[McpTool, ...]


@dataclass(frozen=True, slots=True)
class McpConnection:
    """One thing that happened to the connection with a server."""

    at: int
    session_id: str
    server: str
    """The ``key`` of its ``McpServer``."""
    name: str | None
    status: str | None
    """The agent's own word: ``connected``, ``failed``, ``disconnected``."""
    scope: str | None
    transport: str | None
    duration_ms: int | None
    """How long connecting took, or how long the connection had lasted."""
    error: str | None
    key: str
    """What its raw record is found by."""


class TroubleKind(StrEnum):
    """What can go wrong."""

    API_ERROR = "api_error"
    RETRIES_EXHAUSTED = "retries_exhausted"
    REFUSAL = "refusal"
    TOOL_FAILED = "tool_failed"
    MCP_FAILED = "mcp_failed"
    HOOK_BLOCKED = "hook_blocked"
    LOOP = "loop"
    GAP = "gap"
    INTERNAL_ERROR = "internal_error"
    COMPACTION_FAILED = "compaction_failed"
    AUTH_FAILED = "auth_failed"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that went wrong."""

    at: int
    session_id: str
    session_title: str | None
    turn_id: str | None
    kind: TroubleKind
    subject: str | None
    """What it happened to: a model, a tool and its command, a server, a hook."""
    message: str | None
    status: str | None
    """An HTTP status or an error's own class."""
    key: str
    """What its raw records are found by: ``request:…``, ``tool:…`` or ``event:…``; of a gap, the
    first record after it."""
    record_id: int | None
    """Of the raw record that tells it."""


@dataclass(frozen=True, slots=True)
class SessionEvent:
    """One raw record of a session, and what it is about."""

    record_id: int
    at: int
    sequence: int | None
    signal: str
    """``logs``, ``metrics`` or ``traces``."""
    name: str | None
    kind: str
    """``request``, ``tool``, ``metric``, ``span`` or the kind of the event."""
    turn_id: str | None
    agent_id: str | None
    key: str | None
    """What all raw records of the same fact are found by; ``None`` where it is of none."""
    summary: str | None


@dataclass(frozen=True, slots=True)
class Gap:
    """Events of one process that were counted by the sender and did not arrive."""

    after: int
    """When the last one before the gap happened."""
    missing: int


@dataclass(frozen=True, slots=True)
class UnknownName:
    """Something this version of the program does not know."""

    what: str
    """``event``, ``span``, ``metric``, ``attribute``, or ``value`` for a figure that can not be
    read."""
    name: str
    carrier: str
    records: int


class CapabilityState(StrEnum):
    """Whether an agent's version can say something."""

    EMITTED = "emitted"
    NOT_EMITTED = "not_emitted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Capability:
    """Something that an agent can say since a version of it."""

    name: str
    since: str | None
    """``None`` where every version does."""
    state: CapabilityState


@dataclass(frozen=True, slots=True)
class Blank:
    """Why columns have no value in some or all rows of a session."""

    columns: tuple[str, ...]
    """Each with its table: ``permissions.waited_ms``."""
    reason: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What arrived of a session, what did not, and why."""

    log_records: int
    metric_points: int
    spans: int
    sequence_gaps: int | None
    """Events that are missing between others of one process; ``None`` where nothing counts them."""
    gaps: tuple[Gap, ...]
    duplicates: int
    content: Mapping[str, Content]
    """``prompts``, ``responses``, ``tool_details``, ``tool_content``, ``raw_bodies``."""
    itemised_micros: int | None
    """The cost of all requests."""
    metered: Metered | None
    """Tokens and cost by the metrics, all models together; ``None`` without such metrics."""
    cost_difference_micros: int | None
    """Metered less itemised; ``None`` where one of them is unknown."""
    not_itemised: tuple[Metered, ...]
    """By model, what the metrics tell more than the requests: interrupted replies and the like."""
    unknowns: tuple[UnknownName, ...]
    versions: tuple[str, ...]
    capabilities: tuple[Capability, ...]
    blanks: tuple[Blank, ...]
    notes: tuple[str, ...]
    """One sentence for each thing that is missing, and why as far as that is known; the reasons of
    the blanks are among them."""


class SignKind(StrEnum):
    """What hints at how well a session went."""

    EDITS_REFUSED = "edits_refused"
    TOOLS_FAILED = "tools_failed"
    RETRIES = "retries"
    LOOP = "loop"
    INTERRUPTIONS = "interruptions"
    TURNS_WITHOUT_CHANGE = "turns_without_change"
    CONTEXT_NEAR_END = "context_near_end"


@dataclass(frozen=True, slots=True)
class QualitySign:
    """One hint at how well a session went, computed from facts."""

    kind: SignKind
    count: int
    of: int | None
    """Out of how many; ``None`` where there is no whole."""
    explanation: str
    """One sentence: what was counted."""
    keys: tuple[str, ...]
    """The facts behind it, at most 20: ``tool:…``, ``request:…``, ``turn:…``."""
