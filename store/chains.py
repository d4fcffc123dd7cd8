"""Which requests build on each other: the main thread and each sub-agent are chains of their own.

A request extends the prompt of the one before it in its chain, so that cache and context are
compared there and nowhere else. Requests beside the conversation (compaction, titles, searches)
are a chain for each kind of them.
"""

from dataclasses import dataclass
from enum import StrEnum

from store.figures import TokenUsage
from store.prices.amounts import prompt_tokens, written_tokens
from store.prices.rates import Rates

MAIN = "main"
SUBAGENT = "subagent"

_NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class ChainedRequest:
    """What forensics need of a request; ``None`` is unknown and proves nothing."""

    request_id: str
    at: int
    """When it was sent, Unix nanoseconds."""
    tokens: TokenUsage
    """Without tokens (failed, interrupted) a request says nothing of the cache."""
    source: str | None = MAIN
    source_raw: str | None = None
    """The agent's own word, which tells requests beside the conversation apart."""
    agent_id: str | None = None
    turn_id: str | None = None
    duration_ms: int | None = None
    model: str | None = None
    effort: str | None = None
    speed: str | None = None
    sequence: int | None = None
    """Its event's number in the agent's process; a lower one than before means a new process."""
    agent_version: str | None = None
    rates: Rates | None = None
    """What its tokens cost."""

    @property
    def place(self) -> tuple[int, int, str]:
        """Return what requests are ordered by: when they were sent, then their events' numbers."""
        return self.at, -1 if self.sequence is None else self.sequence, self.request_id

    @property
    def ended_at(self) -> int:
        """Return when its answer was complete, or when it was sent if that is not known."""
        return self.at + (self.duration_ms or 0) * _NS_PER_MS

    @property
    def cached_tokens(self) -> int | None:
        """Return how much of its prompt was in the cache once it was answered."""
        read, written = self.tokens.cache_read, written_tokens(self.tokens)
        return None if read is None or written is None else read + written

    @property
    def context_tokens(self) -> int | None:
        """Return the size of its prompt: input, cache read and cache write."""
        return prompt_tokens(self.tokens)

    @property
    def chain(self) -> tuple[str, str | None] | None:
        """Return what chain it belongs to, or ``None`` where that is not told.

        Sub-agents without ids of their own may run side by side and cannot be told apart.
        """
        if self.source is not None and self.source not in {MAIN, SUBAGENT}:
            return self.source_raw or self.source, self.agent_id
        if self.agent_id is not None:
            return SUBAGENT, self.agent_id
        return (MAIN, None) if self.source == MAIN else None


class MarkKind(StrEnum):
    """What can happen between two requests that matters to cache and context."""

    MCP_CONNECTED = "mcp_connected"
    MCP_DISCONNECTED = "mcp_disconnected"
    COMPACTED = "compacted"
    PROMPTED = "prompted"
    PROCESS_STARTED = "process_started"


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened in a session at a moment, in a sub-agent where it names one."""

    at: int
    kind: MarkKind
    agent_id: str | None = None
    sequence: int | None = None
    """Its event's number in the agent's process."""
