"""What dialects say that records mean, ready to be merged into the derived tables.

A fact is one row of news about one thing, identified by the agent's own key; several facts meet in
one row (a decision and a result in one tool call). The fields of each fact are its columns, in
order. ``rank`` orders two records that tell the same thing: see ``rank_of``.
"""

from struct import Struct
from typing import TypeAlias

from store.facts.requests import (
    RequestFact,
    RequestFailed,
    RequestMade,
    RequestRefused,
    RequestTraced,
    ResponseGiven,
)
from store.facts.sessions import (
    ANY_MODEL,
    STAND_IN,
    UNSUMMED,
    AgentCall,
    AgentParent,
    AgentSpan,
    AttributeSeen,
    CounterKey,
    EventSeen,
    Placement,
    PromptGiven,
    Relation,
    TraceTurn,
    TurnCost,
    TurnSpan,
    UnknownSeen,
)
from store.facts.tools import (
    DECISION_APART,
    RESULT_APART,
    ToolCallFact,
    ToolDecided,
    ToolExecuted,
    ToolFinished,
    ToolOutput,
    ToolRequested,
    ToolTraced,
    Wait,
)

__all__ = [
    "ANY_MODEL",
    "DECISION_APART",
    "RECORD_TIME_LIMIT",
    "RESULT_APART",
    "STAND_IN",
    "UNSUMMED",
    "AgentCall",
    "AgentParent",
    "AgentSpan",
    "AttributeSeen",
    "CounterKey",
    "EventSeen",
    "Key",
    "Placement",
    "PromptGiven",
    "Relation",
    "RequestFact",
    "RequestFailed",
    "RequestMade",
    "RequestRefused",
    "RequestTraced",
    "ResponseGiven",
    "ToolCallFact",
    "ToolDecided",
    "ToolExecuted",
    "ToolFinished",
    "ToolOutput",
    "ToolRequested",
    "ToolTraced",
    "TraceTurn",
    "TurnCost",
    "TurnSpan",
    "UnknownSeen",
    "Wait",
    "rank_of",
]

Key: TypeAlias = tuple[str, str]
"""Session id and the agent's own id of a thing in it."""

RECORD_TIME_LIMIT = 2**63 - 1
"""The latest time SQLite can hold; later ones (OTLP times are unsigned) are cut to it."""


_LARGEST_SEQUENCE = 0xFFFFFFFF
_TIME_AND_SEQUENCE = Struct(">QI")


def rank_of(time_unix_nano: int, sequence: int | None, digest: bytes) -> bytes:
    """Return what orders records that tell the same thing: time, then sequence, then content."""
    order = min(sequence, _LARGEST_SEQUENCE) if sequence else 0
    return _TIME_AND_SEQUENCE.pack(time_unix_nano, order) + digest[-4:]
