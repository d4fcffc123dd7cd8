"""The nouns of a request's cost: what was billed, what it came to, and what came of checking."""

from typing import NamedTuple

from store.figures import CostByClass, TokenUsage
from store.vocabulary import Difference, Provenance


class BilledRequest(NamedTuple):
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


class RequestCost(NamedTuple):
    """What a request cost, in micro-dollars, and how that is known."""

    reported_micros: int | None = None
    computed_micros: int | None = None
    """By the price table, from the tokens as they were told. Of untold lives of cache writes only
    where the reported cost shows, to the micro-dollar, that all of them live equally long."""
    by_class: CostByClass = CostByClass()
    """The split of ``micros``."""
    split_provenance: Provenance = Provenance.UNKNOWN
    """``computed`` from the tokens as told; ``inferred`` where the reported cost shows how long
    cache writes live, or is only split in proportion to list prices."""
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
