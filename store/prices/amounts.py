"""Tokens times rates, exactly: amounts in 10^-12 micro-dollars, and what a reported cost proves."""

from typing import NamedTuple

from store.figures import TokenUsage
from store.prices.apportion import rounded
from store.prices.rates import RATE_TOKENS, Rates


class Amounts(NamedTuple):
    """What each class costs; ``None`` where its tokens or its price are not known."""

    input: int | None
    cache_read: int | None
    cache_write: int | None
    output: int | None

    @property
    def total(self) -> int | None:
        """Return the sum, or ``None`` unless every class is known."""
        sent, read, written, output = self
        if sent is None or read is None or written is None or output is None:
            return None
        return sent + read + written + output


def tiers_told(tokens: TokenUsage) -> tuple[int, int] | None:
    """Return cache writes of five minutes and of one hour, or ``None`` where not told.

    One of them and the sum tell the other; what does not sum up tells nothing.
    """
    total, five_minutes, hour = tokens.cache_write, tokens.cache_write_5m, tokens.cache_write_1h
    if total == 0 and not five_minutes and not hour:
        return 0, 0
    if five_minutes is None and hour is not None and total is not None:
        five_minutes = total - hour
    if hour is None and five_minutes is not None and total is not None:
        hour = total - five_minutes
    if five_minutes is None or hour is None or five_minutes < 0 or hour < 0:
        return None
    return (five_minutes, hour) if total in {None, five_minutes + hour} else None


def written_tokens(tokens: TokenUsage) -> int | None:
    """Return all cache writes, from their lives where the sum is not told."""
    tiers = tiers_told(tokens)
    return tokens.cache_write if tiers is None else sum(tiers)


def prompt_tokens(tokens: TokenUsage) -> int | None:
    """Return what a request sent: input, cache read and cache write."""
    written = written_tokens(tokens)
    if tokens.input is None or tokens.cache_read is None or written is None:
        return None
    return tokens.input + tokens.cache_read + written


def amounts(tokens: TokenUsage, rates: Rates, tiers: tuple[int, int] | None) -> Amounts:
    """Multiply tokens and rates, cache writes by ``tiers`` or where both lives cost the same."""
    if tiers is not None:
        five_minutes = product(tiers[0], rates.cache_write_5m)
        hour = product(tiers[1], rates.cache_write_1h)
        write = None if five_minutes is None or hour is None else five_minutes + hour
    elif rates.cache_write_5m == rates.cache_write_1h:
        write = product(tokens.cache_write, rates.cache_write_5m)
    else:
        write = None
    return Amounts(
        input=product(tokens.input, rates.input),
        cache_read=product(tokens.cache_read, rates.cache_read),
        cache_write=write,
        output=product(tokens.output, rates.output),
    )


def without_writes(tokens: TokenUsage, rates: Rates) -> int | None:
    """Return what all but cache writes costs, or ``None`` unless every class is known."""
    sent = product(tokens.input, rates.input)
    read = product(tokens.cache_read, rates.cache_read)
    output = product(tokens.output, rates.output)
    return None if sent is None or read is None or output is None else sent + read + output


def explains(amount: int, micros: int) -> bool:
    """Tell whether an exact amount is what a rounded cost was rounded from."""
    return 2 * abs(amount - micros * RATE_TOKENS) <= RATE_TOKENS


def possible_hours(tokens: TokenUsage, rates: Rates, micros: int) -> range:
    """Return how many cache writes may live one hour, the others five minutes, by a reported cost.

    A range of one number proves it; an empty one, that these rates do not explain the cost.
    """
    writes, five_minutes, hour = tokens.cache_write, rates.cache_write_5m, rates.cache_write_1h
    if writes is None or five_minutes is None or hour is None or hour <= five_minutes:
        return range(0)
    rest = without_writes(tokens, rates)
    if rest is None:
        return range(0)
    step = hour - five_minutes
    least = micros * RATE_TOKENS - RATE_TOKENS // 2 - rest - writes * five_minutes
    first = max(-(-least // step), 0)
    last = min((least + RATE_TOKENS) // step, writes)
    return range(first, last + 1)


def micros_of(amount: int | None) -> int | None:
    """Round an amount to micro-dollars, half a one up."""
    return None if amount is None else rounded(amount, RATE_TOKENS)


def product(tokens: int | None, rate: int | None) -> int | None:
    """Return what tokens cost; no tokens cost nothing, whether or not they have a price."""
    if tokens == 0:
        return 0
    return None if tokens is None or rate is None else tokens * rate
