"""What a recorder that was started by a viewer tells it, once, on standard output."""

import json
from dataclasses import asdict, dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the recorder records, or why not."""

    error: str | None = None
    is_locked: bool = False
    """Whether the reason is that another recorder owns the store, which one can attach to."""

    def to_line(self) -> str:
        """Return one line of JSON."""
        return f"{json.dumps(asdict(self))}\n"

    @classmethod
    def from_line(cls, line: str) -> Self:
        """Read a line; an empty one means that the recorder died before it could say anything."""
        if not line:
            return cls(error="The recorder ended before it was ready")
        return cls(**json.loads(line))
