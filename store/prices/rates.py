"""The prices of a model by token class, as integers: micro-dollars per 10^12 tokens.

USD per million tokens, the unit of every price list, is that times 10^12, so that a price with up
to twelve decimals is exact; tokens times rate is a cost in 10^-12 micro-dollars.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, Protocol

RATE_TOKENS = 10**12
"""How many tokens a rate is for, and how many parts of a cost make a micro-dollar."""

FAST = "fast"
"""The ``speed`` of a request that is billed at the fast mode's prices."""


class Rates(NamedTuple):
    """What each class of tokens costs; ``None`` where no price is known."""

    input: int | None = None
    cache_read: int | None = None
    cache_write_5m: int | None = None
    cache_write_1h: int | None = None
    output: int | None = None

    def scaled(self, numerator: int, denominator: int) -> "Rates":
        """Return every rate times a factor."""
        return Rates(*(rate and rate * numerator // denominator for rate in self))


class Step(NamedTuple):
    """Rates for prompts of more than so many tokens (input, cache read and cache write)."""

    above_tokens: int
    rates: Rates


@dataclass(frozen=True, slots=True)
class ModelPrice:
    """What one model costs at one moment; steps ascend, and the first is for any prompt."""

    model: str
    """As the table calls it."""
    table: str
    """Where the price comes from, with its version."""
    date: str | None
    """The table's date (``YYYY-MM-DD``), where it has one."""
    standard: tuple[Step, ...]
    fast: tuple[Step, ...] | None = None
    batch: tuple[Step, ...] | None = None
    provider: str | None = None
    web_search_micros: int | None = None
    """What one search that the provider runs adds to the request."""
    context_window: int | None = None
    """How many tokens a prompt may have."""

    def steps(self, speed: str | None) -> tuple[Step, ...] | None:
        """Return the prices at a speed, or ``None`` where the table has none for it."""
        return self.fast if speed == FAST else self.standard


class PriceTable(Protocol):
    """Where prices come from."""

    def price(self, model: str, at: int, provider: str | None = None) -> ModelPrice | None:
        """Return what ``model`` cost at ``at`` (Unix nanoseconds), or ``None`` if not known."""


def rate(usd_per_million: Decimal) -> int:
    """Turn USD per million tokens into a rate.

    Raises ``ValueError`` when it is negative, not finite or finer than twelve decimals.
    """
    if not usd_per_million.is_finite() or usd_per_million < 0:
        raise ValueError(f"a price is a number of 0 or more, not {usd_per_million}")
    exact = usd_per_million * RATE_TOKENS
    if exact != int(exact):
        raise ValueError(f"a price has at most twelve decimals, not {usd_per_million}")
    return int(exact)


def applicable(steps: Sequence[Step], prompt_tokens: int | None) -> Rates | None:
    """Return the rates for a prompt of a size, which all its tokens are billed at.

    ``None`` where the price depends on the size and the size is not known.
    """
    if len(steps) == 1:
        return steps[0].rates
    if prompt_tokens is None:
        return None
    return next(step.rates for step in reversed(steps) if prompt_tokens > step.above_tokens)
