"""What every dialect offers: whose a record is, where it belongs, and what it means."""

from typing import NamedTuple, Protocol

from store.changes import Facts
from store.domain import Agent
from store.facts import Placement
from store.signals import Record


class Place(NamedTuple):
    """Where a record belongs, as its agent sees it."""

    session_id: str | None
    """``None`` where the record does not say."""
    name: str | None
    subject: str | None
    """See ``store.facts.Placement``."""
    sequence: int | None = None
    time_unix_nano: int = 0
    """For a record without a time of its own, what its attributes say; 0 for nothing."""


class Dialect(Protocol):
    """How one agent speaks; all of it a pure function of the record."""

    @property
    def agent(self) -> Agent:
        """Return whose dialect it is."""
        ...

    def recognises(self, record: Record) -> bool:
        """Tell whether a record is of this agent, by scope, names and attributes."""
        ...

    def place(self, record: Record) -> Place:
        """Return where a record belongs."""
        ...

    def opens_session(self, name: str | None) -> bool:
        """Tell whether a record of this name shows a session that a person will know."""
        ...

    def interpret(self, record: Record, placement: Placement, facts: Facts) -> None:
        """Add what a record means to ``facts``, which has its session already."""
        ...
