"""What dialects say of sessions, turns and whatever else happened in them."""

from typing import NamedTuple

from store.domain import Agent


class PromptGiven(NamedTuple):
    """A prompt; the earliest of a turn is the turn's. Its text is in the event of ``digest``."""

    session_id: str
    turn_id: str
    prompt_rank: bytes
    prompt_digest: bytes
    prompt_content: str
    prompt_length: int | None
    prompt_origin: str
    """Who gave it: an ``Origin``."""
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
    trouble: str | None
    """Which kind of trouble it is, if any: see ``store.queries.trouble``."""
    text: str | None
    attributes: str
    """JSON object."""


class AttributeSeen(NamedTuple):
    """One value of one identity or resource attribute of a session."""

    session_id: str
    name: str
    value: str


class AgentSpan(NamedTuple):
    """Below which span a sub-agent works: the execution of the tool call that started it."""

    session_id: str
    agent_id: str
    parent_span_id: bytes


class AgentCall(NamedTuple):
    """Which tool call started a sub-agent, where the agent itself says so."""

    session_id: str
    agent_id: str
    tool_call_id: str


class AgentParent(NamedTuple):
    """Which sub-agent started another."""

    session_id: str
    agent_id: str
    parent_agent_id: str


class TraceTurn(NamedTuple):
    """That a trace is of a turn, as a record that names both says."""

    session_id: str
    trace_turn_id: str
    """The turn under which spans of this trace stand as long as nothing names another."""
    turn_id: str


STAND_IN = "~trace-of:"
"""How the id begins of a conversation that its record does not name, but by its trace.

It is the very conversation of that trace that another record names: its turns are that one's.
"""


class Relation(NamedTuple):
    """What a conversation has in common with others, or what it is to them."""

    session_id: str
    """The conversation's own id, whatever session it is shown in."""
    kind: str
    """``key``: who shares a value belongs to one session. ``serves``: belongs to the session that
    is ``served`` under this value, the first if there are several. ``role``, ``name``: a member's.
    """
    value: str


class TurnCost(NamedTuple):
    """What a turn cost, as the agent's provider says some time after it."""

    session_id: str
    turn_id: str
    reported_micros: int


class UnknownSeen(NamedTuple):
    """Something in a record that this version of the program does not know."""

    session_id: str
    what: str
    """``event``, ``span``, ``metric``, ``attribute``, or ``value`` for a figure that can not be
    read."""
    name: str
    carrier: str
    """The name of the record it was seen in."""


UNSUMMED = 0
"""In place of a temporality: a point that cannot be summed, so that the figure is unknown."""


ANY_MODEL = "*"
"""In place of a model, for a figure that is not of one."""


class CounterKey(NamedTuple):
    """What metric points that make one number have in common; see ``store.counters``."""

    session_id: str
    figure: str
    """The name of a figure of ``store.domain.Work`` or ``Metered``."""
    model: str
    """Whose tokens or cost it is; ``ANY_MODEL`` for other figures."""
    series: bytes
    """Tells cumulative streams apart; empty for delta points, of which all are added."""
    temporality: int
    """``DELTA``, ``CUMULATIVE`` or ``UNSUMMED``."""
    started_unix_nano: int
    """When a cumulative stream began; 0 for delta points."""
    time_unix_nano: int = 0
    """When a cumulative stream stood at the amount; 0 for delta points."""


class Placement(NamedTuple):
    """Where a record belongs; kept with the raw record so that a fact finds its records."""

    agent: Agent
    session_id: str | None
    name: str | None
    subject: str | None
    """``request:<id>``, ``tool:<id>``, ``turn:<id>`` or ``event:<digest in hex>``."""
    time_unix_nano: int
    """The record's time, else when it was observed, else when it was received."""
    sequence: int | None = None
    """The sender's own count of its events, one a process."""


class TurnSpan(NamedTuple):
    """When a turn began and was last heard of, as far as one batch knows."""

    session_id: str
    turn_id: str
    started_unix_nano: int
    last_event_unix_nano: int
