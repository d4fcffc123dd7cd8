"""What a part of a saved file held."""

from typing import NamedTuple

from store.signals import Batch

LIMIT = 64 * 1024 * 1024
"""Most bytes of a line or a message, as of a request body."""


class Found(NamedTuple):
    """What one line of a file, one message or one member of an archive held."""

    number: int
    """Counted from 1: the line, or the message."""
    batches: tuple[Batch, ...]
    """One per signal; none where it is bad."""
    problem: str
    """Why it could not be read; empty where it could."""
    member: str = ""
    """Where it stands in an archive; empty outside of one. It comes from the file."""
    bytes_read: int = 0
    """How far into the file this is, in bytes on disk, packed or not."""
