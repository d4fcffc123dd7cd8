"""The columns of a request's row that hold what was worked out of it."""

from typing import NamedTuple, Self

from store.cache import CacheUse
from store.prices.cost import RequestCost
from store.vocabulary import Provenance


class CostColumns(NamedTuple):
    """The columns of a cost."""

    micros: int | None
    computed_micros: int | None
    input_micros: int | None
    cache_read_micros: int | None
    cache_write_micros: int | None
    cache_write_5m_micros: int | None
    cache_write_1h_micros: int | None
    output_micros: int | None
    web_search_micros: int | None
    split_provenance: str | None
    billed_5m_tokens: int | None
    billed_1h_tokens: int | None
    cost_difference: str | None
    price_table: str | None
    price_date: str | None
    window_tokens: int | None

    @classmethod
    def of(cls, cost: RequestCost, window_tokens: int | None) -> Self:
        """Return what is kept of a cost; a split that is not whole has no provenance."""
        split, provenance = cost.by_class, cost.split_provenance
        return cls(
            cost.micros,
            cost.computed_micros,
            split.input,
            split.cache_read,
            split.cache_write,
            split.cache_write_5m,
            split.cache_write_1h,
            split.output,
            split.web_search,
            None if provenance is Provenance.UNKNOWN else provenance,
            cost.cache_write_5m_tokens,
            cost.cache_write_1h_tokens,
            cost.difference,
            cost.price_table,
            cost.price_date,
            window_tokens,
        )


class UseColumns(NamedTuple):
    """The columns of a use of the cache."""

    rebuilt_tokens: int | None
    rebuilt_micros: int | None
    cache_cause: str | None
    idle_ns: int | None

    @classmethod
    def of(cls, use: CacheUse) -> Self:
        """Return what is kept of a use; its hit ratio follows from the tokens."""
        return cls(use.rebuilt_tokens, use.rebuilt_micros, use.cause, use.idle_ns)
