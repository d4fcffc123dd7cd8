"""The nouns of a request's cost: what was billed, what it came to, and what came of checking."""

from dataclasses import dataclass
from enum import StrEnum

from store.figures import TokenUsage
from store.vocabulary import Provenance


@dataclass(frozen=True, slots=True)
class BilledRequest:
    """What a request's cost follows from."""

    model: str | None
    tokens: TokenUsage
    """Input excludes the cache, output includes reasoning."""
    at: int
    """When it was sent, Unix nanoseconds: prices change."""
    speed: str | None = None
    """``fast`` for the fast mode; anything else, or nothing, is the standard price."""
    reported_micros: int | None = None
    source: str | None = None
    """``web_search`` where the request searched the web for another."""
    provider: str | None = None
    """The price table's name of who billed it; ``None`` leaves that to the model's name."""


class Difference(StrEnum):
    """Why a reported cost is not what list prices give, or why no cost could be computed."""

    FAST_MODE = "fast_mode"
    STANDARD_SPEED = "standard_speed"
    US_INFERENCE = "us_inference"
    BATCH = "batch"
    LONG_CONTEXT = "long_context"
    WEB_SEARCH = "web_search"
    UNKNOWN_PRICE = "unknown_price"
    UNKNOWN_TOKENS = "unknown_tokens"
    UNKNOWN_TIERS = "unknown_tiers"
    OTHER = "other"

    @property
    def sentence(self) -> str:
        """Say it to a person."""
        return _SENTENCES[self]


_SENTENCES = {
    Difference.FAST_MODE: "exactly what the fast mode costs",
    Difference.STANDARD_SPEED: "sent in fast mode, reported at the standard price",
    Difference.US_INFERENCE: "exactly 1.1 times the list price, as for inference in the US only",
    Difference.BATCH: "exactly what a batch costs",
    Difference.LONG_CONTEXT: "reported without the higher price of a prompt this long",
    Difference.WEB_SEARCH: "the rest is a whole number of web searches",
    Difference.UNKNOWN_PRICE: "no price is known for this model",
    Difference.UNKNOWN_TOKENS: "the agent does not tell all the tokens that are billed",
    Difference.UNKNOWN_TIERS: "the agent does not tell how long its cache writes live",
    Difference.OTHER: "list prices do not explain it",
}


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
class RequestCost:
    """What a request cost, in micro-dollars, and how that is known."""

    reported_micros: int | None = None
    computed_micros: int | None = None
    """By the price table, from the tokens as they were told; never from the reported cost."""
    by_class: CostByClass = CostByClass()
    """The split of ``micros``."""
    split_provenance: Provenance = Provenance.UNKNOWN
    """``computed`` from the tokens as told, or ``inferred`` from the reported cost."""
    cache_write_5m_tokens: int | None = None
    """Cache writes by life, as told or as the reported cost proves."""
    cache_write_1h_tokens: int | None = None
    difference: Difference | None = None
    price_table: str | None = None
    """The source of the price; ``None`` where the model has none."""
    price_date: str | None = None

    @property
    def micros(self) -> int | None:
        """Return what is shown and summed: the reported cost, else the computed one."""
        return self.computed_micros if self.reported_micros is None else self.reported_micros

    @property
    def provenance(self) -> Provenance:
        """Return where ``micros`` comes from; ``inferred`` where its split had to be solved."""
        if self.micros is None:
            return Provenance.UNKNOWN
        if self.reported_micros is None:
            return Provenance.COMPUTED
        inferred = self.split_provenance is Provenance.INFERRED
        return Provenance.INFERRED if inferred else Provenance.REPORTED

    @property
    def difference_micros(self) -> int | None:
        """Return reported less computed, or ``None`` unless both are known."""
        if self.reported_micros is None or self.computed_micros is None:
            return None
        return self.reported_micros - self.computed_micros
