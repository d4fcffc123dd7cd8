"""What screens ask the application for: another screen, and a place on it."""

from dataclasses import dataclass

from textual.message import Message

from store.queries.permission_groups import Grouping


@dataclass(frozen=True, slots=True)
class Goal:
    """One row of a transcript."""

    turn_id: str | None
    """``None`` for what lies outside of every turn."""
    subject: str
    """What its raw records are found by: ``tool:…``, ``request:…``, ``event:…``."""


class SessionAsked(Message):
    """A person wants to see a session, perhaps at one of its rows."""

    def __init__(self, session_id: str, goal: Goal | None = None) -> None:
        super().__init__()
        self.session_id = session_id
        self.goal = goal


class GroupsAsked(Message):
    """A person wants to see the permission ledger in groups."""

    def __init__(self, grouping: Grouping, where: str) -> None:
        super().__init__()
        self.grouping = grouping
        self.where = where


class LedgerAsked(Message):
    """A person wants to see what of the permission ledger a filter admits."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where
