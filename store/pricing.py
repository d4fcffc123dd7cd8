"""What a request cost: as reported, else as its tokens come to, and split by class either way.

The reported cost is never changed. It is split by class so that the parts sum to it: as list prices
give it, or in their proportion where they do not explain it, which is marked *inferred*. So is how
long cache writes live, where the agent does not tell and the reported cost shows it. What neither
gives stays unknown.
"""

from collections.abc import Iterator, Sequence

from store.figures import CostByClass, TokenUsage
from store.prices.amounts import (
    Amounts,
    amounts,
    explains,
    micros_of,
    possible_hours,
    product,
    prompt_tokens,
    tiers_told,
    without_writes,
    written_tokens,
)
from store.prices.apportion import apportion, rounded
from store.prices.cost import BilledRequest, RequestCost
from store.prices.rates import FAST, RATE_TOKENS, ModelPrice, PriceTable, Rates, applicable
from store.vocabulary import Difference, Provenance

_US_INFERENCE = (11, 10)
"""The factor on all of Anthropic's prices for inference in the US only (its pricing page)."""

_NEAR_MICROS = 1
"""How far a reported cost may be from the list price: agents compute in floating point."""

_WEB_SEARCH = "web_search"


def price_request(request: BilledRequest, table: PriceTable) -> RequestCost:
    """Return what a request cost, by class as far as that is known."""
    reported = request.reported_micros
    price = request.model and table.price(request.model, request.at, request.provider)
    if not price or (steps := price.steps(request.speed)) is None:
        return RequestCost(reported, difference=Difference.UNKNOWN_PRICE)
    known = RequestCost(reported, price_table=price.table, price_date=price.date)
    rates = applicable(steps, prompt_tokens(request.tokens))
    if rates is None:
        return known._replace(difference=Difference.UNKNOWN_TOKENS)
    if reported is None:
        return _computed(request, rates, known)
    if amounts(request.tokens, rates, tiers_told(request.tokens)).total is not None:
        return _checked(request, price, rates, known=known)
    return _solved(request, price, rates, known=known)


def _computed(request: BilledRequest, rates: Rates, known: RequestCost) -> RequestCost:
    """Price what was not reported; a class that is not known leaves the whole unknown."""
    tiers = tiers_told(request.tokens)
    exact = amounts(request.tokens, rates, tiers)
    if exact.total is None:
        by_class = CostByClass(
            input=micros_of(exact.input),
            cache_read=micros_of(exact.cache_read),
            cache_write=micros_of(exact.cache_write),
            output=micros_of(exact.output),
        )
        return known._replace(by_class=by_class, difference=_missing(request.tokens, rates))
    micros = micros_of(exact.total) or 0
    return _with_tiers(known, tiers)._replace(
        computed_micros=micros,
        by_class=_split(micros, exact, rates, tiers=tiers),
        split_provenance=Provenance.COMPUTED,
    )


def _checked(
    request: BilledRequest, price: ModelPrice, rates: Rates, *, known: RequestCost
) -> RequestCost:
    """Hold a reported cost against the list price of tokens that are all told."""
    reported, tiers = request.reported_micros or 0, tiers_told(request.tokens)
    exact = amounts(request.tokens, rates, tiers)
    computed = micros_of(exact.total) or 0
    known = _with_tiers(known, tiers)._replace(computed_micros=computed)
    if abs(reported - computed) <= _NEAR_MICROS and (exact.total or not reported):
        by_class = _split(reported, exact, rates, tiers=tiers)
        return known._replace(by_class=by_class, split_provenance=Provenance.COMPUTED)
    for difference, others in _alternatives(request, price, rates):
        other = amounts(request.tokens, others, tiers)
        if other.total and abs(reported - (micros_of(other.total) or 0)) <= _NEAR_MICROS:
            by_class = _split(reported, other, others, tiers=tiers)
            return _inferred(known, by_class, difference)
    searches = _searches(request, price, reported * RATE_TOKENS - (exact.total or 0))
    if searches:
        by_class = _split(reported, exact, rates, tiers=tiers, searches=searches)
        return _inferred(known, by_class, Difference.WEB_SEARCH)
    if not exact.total:
        return known._replace(difference=Difference.OTHER)
    return _inferred(known, _split(reported, exact, rates, tiers=tiers), Difference.OTHER)


def _solved(
    request: BilledRequest, price: ModelPrice, rates: Rates, *, known: RequestCost
) -> RequestCost:
    """Solve how long cache writes live from a reported cost.

    One life for all writes is taken before a mix of the two, at the list price and then at others:
    a mix of some proportion explains nearly any cost.
    """
    tokens, reported = request.tokens, request.reported_micros or 0
    missing = _missing(tokens, rates)
    if missing is not Difference.UNKNOWN_TIERS or tokens.cache_write is None:
        return known._replace(difference=missing)
    for difference, others in [(None, rates), *_alternatives(request, price, rates)]:
        hours = possible_hours(tokens, others, reported)
        pure = hours and [hour for hour in (0, tokens.cache_write) if hour in hours]
        if pure:
            computed = _listed(tokens, rates, pure)
            found = known._replace(difference=difference, computed_micros=computed)
            return _with_hours(request, others, pure, known=found)
    mixed = possible_hours(tokens, rates, reported)
    if mixed:
        return _with_hours(request, rates, mixed, known=known._replace(difference=None))
    return _unexplained(request, rates, known)


def _listed(tokens: TokenUsage, rates: Rates, hours: Sequence[int]) -> int | None:
    """Return the list price, where all that the writes may be come to the same.

    That of a mix is not asked for: it was chosen so that it comes to what is reported.
    """
    tiers = ((written_tokens(tokens) or 0) - hours[0], hours[0])
    found = micros_of(amounts(tokens, rates, tiers).total)
    return found if len(hours) == 1 or _listed(tokens, rates, hours[1:]) == found else None


def _unexplained(request: BilledRequest, rates: Rates, known: RequestCost) -> RequestCost:
    """Split by the list price nearest to the cost: that of writes that all live equally long."""
    tokens, reported = request.tokens, request.reported_micros or 0
    writes = tokens.cache_write or 0
    exact = min(
        (amounts(tokens, rates, tiers) for tiers in ((writes, 0), (0, writes))),
        key=lambda one: abs((one.total or 0) - reported * RATE_TOKENS),
    )
    if not exact.total:
        return known._replace(difference=Difference.OTHER)
    return _inferred(known, _split(reported, exact, rates, tiers=None), Difference.OTHER)


def _with_hours(
    request: BilledRequest, rates: Rates, hours: Sequence[int], *, known: RequestCost
) -> RequestCost:
    """Split by the tiers that are proven, else by what the cost leaves for all cache writes."""
    tokens, reported = request.tokens, request.reported_micros or 0
    if len(hours) == 1:
        tiers = ((tokens.cache_write or 0) - hours[0], hours[0])
        exact = amounts(tokens, rates, tiers)
        by_class = _split(reported, exact, rates, tiers=tiers)
        return _inferred(_with_tiers(known, tiers), by_class, known.difference)
    exact = amounts(tokens, rates, None)
    rest = max(reported * RATE_TOKENS - (without_writes(tokens, rates) or 0), 0)
    by_class = _split(reported, exact._replace(cache_write=rest), rates, tiers=None)
    return _inferred(known, by_class, known.difference)


def _split(
    micros: int,
    exact: Amounts,
    rates: Rates,
    *,
    tiers: tuple[int, int] | None,
    searches: int = 0,
) -> CostByClass:
    """Split micro-dollars in proportion to exact amounts, all of them known."""
    writes: tuple[int | None, int | None] = (exact.cache_write, 0)
    if tiers is not None:
        writes = (
            product(tiers[0], rates.cache_write_5m),
            product(tiers[1], rates.cache_write_1h),
        )
    weights = (exact.input, exact.cache_read, *writes, exact.output, searches * RATE_TOKENS)
    parts = apportion(micros, [weight or 0 for weight in weights])
    sent, read, first_write, second_write, output, web_search = parts
    return CostByClass(
        input=sent,
        cache_read=read,
        cache_write=first_write + second_write,
        cache_write_5m=None if tiers is None else first_write,
        cache_write_1h=None if tiers is None else second_write,
        output=output,
        web_search=web_search,
    )


def _alternatives(
    request: BilledRequest, price: ModelPrice, rates: Rates
) -> Iterator[tuple[Difference, Rates]]:
    """Yield what else may have been billed, likeliest first."""
    length = prompt_tokens(request.tokens)
    is_fast = request.speed == FAST
    other_speed = price.standard if is_fast else price.fast
    if other_speed and (others := applicable(other_speed, length)):
        yield Difference.STANDARD_SPEED if is_fast else Difference.FAST_MODE, others
    if price.provider == "anthropic":
        yield Difference.US_INFERENCE, rates.scaled(*_US_INFERENCE)
    if price.batch and (others := applicable(price.batch, length)):
        yield Difference.BATCH, others
    if (base := price.standard[0].rates) != rates and not is_fast:
        yield Difference.LONG_CONTEXT, base


def _searches(request: BilledRequest, price: ModelPrice, amount: int) -> int:
    """Return the micro-dollars of a whole number of web searches, 0 where it is not one."""
    each = price.web_search_micros
    if request.source != _WEB_SEARCH or not each or amount <= 0:
        return 0
    micros = rounded(amount, each * RATE_TOKENS) * each
    return micros if explains(amount, micros) else 0


def _missing(tokens: TokenUsage, rates: Rates) -> Difference:
    """Return what keeps a request from being priced by its tokens alone."""
    tiers = tiers_told(tokens)
    if None in {tokens.input, tokens.cache_read, tokens.output, written_tokens(tokens)}:
        return Difference.UNKNOWN_TOKENS
    has_lives = rates.cache_write_5m is not None and rates.cache_write_1h is not None
    if tiers is None and has_lives and without_writes(tokens, rates) is not None:
        return Difference.UNKNOWN_TIERS
    return Difference.UNKNOWN_PRICE


def _with_tiers(known: RequestCost, tiers: tuple[int, int] | None) -> RequestCost:
    five_minutes, hour = tiers or (None, None)
    return known._replace(cache_write_5m_tokens=five_minutes, cache_write_1h_tokens=hour)


def _inferred(
    known: RequestCost, by_class: CostByClass, difference: Difference | None
) -> RequestCost:
    return known._replace(
        by_class=by_class,
        split_provenance=Provenance.INFERRED,
        difference=difference,
    )
