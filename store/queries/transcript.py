"""The transcript of one session: its turns, and in each what happened, in order."""

from dataclasses import dataclass
from typing import TypeAlias

from store.connection import Database
from store.domain import Event, Request, ToolCall, Turn


@dataclass(frozen=True, slots=True)
class SubagentNode:
    """What one sub-agent did within a turn, placed at its first action."""

    agent_id: str
    name: str | None
    at: int
    children: tuple["Node", ...]


Node: TypeAlias = Request | ToolCall | Event | SubagentNode


def turns(db: Database, session_id: str, *, after: int = 0, limit: int = 500) -> list[Turn]:
    """Return turns number ``after`` + 1 and on, in order; a turn 0 first if anything lies outside."""
    raise NotImplementedError


def nodes(db: Database, session_id: str, turn_id: str | None) -> list[Node]:
    """Return what happened in a turn (or outside of all) in the order it happened."""
    raise NotImplementedError
