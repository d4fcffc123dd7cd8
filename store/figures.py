"""The agents' figures, single or summed; ``None`` is unknown and never stands for 0."""

from dataclasses import dataclass, field

from store.vocabulary import CacheCause, Difference, Provenance


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

    @property
    def total(self) -> int | None:
        """Return the sum of the known classes, or ``None`` when no class is known."""
        classes = (self.input, self.cache_read, self.cache_write, self.output, self.web_search)
        known = [n for n in classes if n is not None]
        return sum(known) if known else None


@dataclass(frozen=True, slots=True)
class Cost:
    """What something cost, in micro-dollars; ``None`` is unknown."""

    reported_micros: int | None = None
    """As the agent says."""
    unreported_requests: int = 0
    """Answered requests in this total that reported no cost."""
    estimated_micros: int | None = None
    """Computed, of the requests that reported none."""
    unpriced_requests: int = 0
    """Of the unreported ones those whose cost could not be computed; the total is then a lower
    bound."""
    computed_micros: int | None = None
    """By the price table, of all requests where that can be said, reported ones included."""
    by_class: CostByClass = field(default_factory=CostByClass)
    """The split of ``micros``, as far as ``split_provenance`` is known."""
    split_provenance: Provenance = Provenance.UNKNOWN
    """``computed`` from the tokens as told; ``inferred`` where some were solved from the cost."""
    difference: Difference | None = None
    """Of a single request: why it is not the list price, or why no cost could be computed."""
    price_table: str | None = None
    price_date: str | None = None

    @property
    def micros(self) -> int | None:
        """Return what is shown and summed: reported costs, else computed ones."""
        known = [n for n in (self.reported_micros, self.estimated_micros) if n is not None]
        return sum(known) if known else None

    @property
    def unsplit_micros(self) -> int | None:
        """Return what of ``micros`` no class accounts for."""
        return None if self.micros is None else self.micros - (self.by_class.total or 0)

    @property
    def difference_micros(self) -> int | None:
        """Return, of a single request, reported less computed; ``None`` unless both are known."""
        if self.reported_micros is None or self.computed_micros is None:
            return None
        return self.reported_micros - self.computed_micros

    @property
    def provenance(self) -> Provenance:
        """Return where ``micros`` comes from; the least certain of all that it sums."""
        if self.micros is None:
            return Provenance.UNKNOWN
        if self.estimated_micros is not None:
            return Provenance.COMPUTED
        inferred = self.split_provenance is Provenance.INFERRED
        return Provenance.INFERRED if inferred else Provenance.REPORTED


@dataclass(frozen=True, slots=True)
class CacheLoss:
    """What rebuilding lost caches came to."""

    rebuilds: int = 0
    tokens: int = 0
    """Written again although the cache had held them."""
    micros: int | None = None
    """What that cost more than reading them; a lower bound where some had no price. 0 only where
    the cache use of every answered request is known."""
    unpriced: int = 0
    """Rebuilds without a price."""


@dataclass(frozen=True, slots=True)
class RequestCache:
    """How one request used the cache; ``None`` is unknown."""

    hit_ratio: float | None = None
    """Cache reads as a share of all that was sent."""
    rebuilt_tokens: int | None = None
    """0 for a hit and for the first request of a chain."""
    rebuilt_micros: int | None = None
    cause: CacheCause | None = None
    """``None`` for a hit, and where the cache cannot be judged."""
    idle_ms: int | None = None
    """How long the cache had not been used."""


@dataclass(frozen=True, slots=True)
class DecisionCounts:
    """Tool calls by verdict; ``None`` where nothing tells of calls."""

    accepted: int | None = 0
    rejected: int | None = 0
    aborted: int | None = 0
    unknown: int | None = 0


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
