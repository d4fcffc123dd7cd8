"""The agents' figures, single or summed; ``None`` is unknown and never stands for 0."""

from dataclasses import dataclass

from store.vocabulary import Provenance


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Tokens by class; ``None`` where not known."""

    input: int | None = None
    """Uncached input."""
    cache_read: int | None = None
    cache_write: int | None = None
    """All cache writes: five minutes, one hour, and those whose life is not told."""
    cache_write_5m: int | None = None
    cache_write_1h: int | None = None
    output: int | None = None
    """Output with reasoning included."""
    reasoning: int | None = None

    @property
    def total(self) -> int | None:
        """Return all tokens of all classes, or ``None`` when no class is known."""
        known = [
            n for n in (self.input, self.cache_read, self.cache_write, self.output) if n is not None
        ]
        return sum(known) if known else None

    @property
    def cache_hit_ratio(self) -> float | None:
        """Return cache reads as a share of all that was sent, or ``None`` when nothing is known."""
        if self.cache_read is None:
            return None
        sent = (self.input or 0) + self.cache_read + (self.cache_write or 0)
        return self.cache_read / sent if sent else None


@dataclass(frozen=True, slots=True)
class CostByClass:
    """Micro-dollars by class; ``None`` where not known.

    When all are known, ``input + cache_read + cache_write + output + web_search`` is the whole. The
    two lives of cache writes sum to ``cache_write`` when they are known.
    """

    input: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    cache_write_5m: int | None = None
    cache_write_1h: int | None = None
    output: int | None = None
    web_search: int | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What something cost, in micro-dollars."""

    reported_micros: int | None = None
    """As the agent says."""
    unreported_requests: int = 0
    """Requests in this total that reported no cost; the total is then a lower bound."""

    @property
    def provenance(self) -> Provenance:
        """Return where the figure comes from."""
        return Provenance.UNKNOWN if self.reported_micros is None else Provenance.REPORTED


@dataclass(frozen=True, slots=True)
class DecisionCounts:
    """Tool calls by verdict."""

    accepted: int = 0
    rejected: int = 0
    aborted: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Work:
    """What a session did beside its requests, as its metrics say; ``None`` without metrics."""

    lines_added: int | None = None
    lines_removed: int | None = None
    commits: int | None = None
    pull_requests: int | None = None
    active_user_ms: int | None = None
    """Time in which a person typed."""
    active_agent_ms: int | None = None
    edits_accepted: int | None = None
    edits_rejected: int | None = None


@dataclass(frozen=True, slots=True)
class Metered:
    """What a session's metrics say of its tokens and cost, to check the requests by."""

    model: str | None
    """``None`` for all models together."""
    tokens: TokenUsage
    cost_micros: int | None
