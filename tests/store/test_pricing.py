"""What a request cost: exact, split so that the parts sum to the whole, unknown where it is."""

from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from store.domain import Provenance, TokenUsage
from store.figures import CostByClass
from store.prices.apportion import apportion
from store.prices.cost import BilledRequest, RequestCost
from store.prices.published import PublishedPrices
from store.prices.rates import PriceTable
from store.prices.user import read_prices
from store.pricing import price_request
from store.vocabulary import Difference

IN_NOVEMBER_2026 = 1_795_000_000_000_000_000
OPUS, HAIKU, GPT = "claude-opus-5-5", "claude-haiku-5-5", "gpt-5.5"
TOKENS = st.integers(0, 10**9)

PROMPT = {"input": 12, "cache_read": 100, "cache_write": 12_000, "output": 85}
REST = 48 + 20 + 1_700
"""What of ``PROMPT`` is no cache write costs in micro-dollars, by Opus."""


@pytest.fixture(scope="module")
def table() -> PriceTable:
    """The published prices."""
    return PublishedPrices()


def billed(
    table: PriceTable,
    tokens: Mapping[str, int | None],
    model: str | None = OPUS,
    *,
    reported: int | None = None,
    speed: str | None = None,
    source: str | None = None,
) -> RequestCost:
    """Price a request with these tokens."""
    request = BilledRequest(
        model,
        TokenUsage(**tokens),
        IN_NOVEMBER_2026,
        speed=speed,
        source=source,
        reported_micros=reported,
    )
    return price_request(request, table)


def whole(by_class: CostByClass) -> int | None:
    """Sum the classes, cache writes once."""
    parts = (
        by_class.input,
        by_class.cache_read,
        by_class.cache_write,
        by_class.output,
        by_class.web_search,
    )
    return None if None in parts else sum(part for part in parts if part is not None)


@given(
    micros=st.integers(0, 10**15), weights=st.lists(st.integers(0, 10**30), min_size=1, max_size=9)
)
def test_parts_sum_to_the_whole(micros: int, weights: list[int]) -> None:
    """Each part is its exact share rounded up or down, and nothing is lost or made."""
    assume(sum(weights) > 0)
    parts = apportion(micros, weights)
    assert sum(parts) == micros
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(micros * weight, sum(weights))) < 1


def test_nothing_can_be_split_by_nothing_only() -> None:
    """A cost without any weight to split it by is an error, not a loss."""
    assert apportion(0, [0, 0]) == [0, 0]
    with pytest.raises(ValueError, match="nothing"):
        apportion(1, [0, 0])


@given(
    model=st.sampled_from([OPUS, HAIKU, GPT]),
    tokens=st.tuples(TOKENS, TOKENS, TOKENS, TOKENS, TOKENS),
    speed=st.sampled_from([None, "normal", "fast"]),
    off_by=st.sampled_from([None, 0, 1, -1]),
)
def test_a_split_sums_to_the_cost_whatever_the_tokens(
    table: PriceTable,
    *,
    model: str,
    tokens: tuple[int, ...],
    speed: str | None,
    off_by: int | None,
) -> None:
    """Computed and reported costs are split to the last micro-dollar; writes by life as well."""
    fields = dict(
        zip(
            ("input", "cache_read", "cache_write_5m", "cache_write_1h", "output"),
            tokens,
            strict=True,
        )
    )
    fields["cache_write"] = tokens[2] + tokens[3]
    computed = billed(table, fields, model, speed=speed).computed_micros
    assume(computed is not None and (computed > 0 or not off_by))
    reported = None if off_by is None else (computed or 0) + off_by
    cost = billed(table, fields, model, speed=speed, reported=reported)
    assert whole(cost.by_class) == cost.micros
    lives = (cost.by_class.cache_write_5m or 0) + (cost.by_class.cache_write_1h or 0)
    assert lives == cost.by_class.cache_write


@given(writes=st.integers(1, 10**7), share=st.fractions(0, 1), output=st.integers(0, 10**5))
def test_tiers_are_solved_from_the_reported_cost(
    table: PriceTable, *, writes: int, share: Fraction, output: int
) -> None:
    """Without the split, Opus' cost tells it to the token, or another price explains it as well."""
    hour = round(writes * share)
    told = {"input": 3, "cache_read": 5_000, "cache_write": writes, "output": output}
    cost = billed(table, told | {"cache_write_5m": writes - hour, "cache_write_1h": hour})
    solved = billed(table, told, reported=cost.computed_micros)
    assert solved.provenance is Provenance.INFERRED
    assert whole(solved.by_class) == cost.computed_micros
    if solved.difference is None:
        assert (solved.cache_write_5m_tokens, solved.cache_write_1h_tokens) == (writes - hour, hour)
        assert solved.by_class == cost.by_class


@pytest.mark.parametrize(
    ("written", "tiers", "difference"),
    [
        (60_000, (12_000, 0), None),
        (96_000, (0, 12_000), None),
        (69_000, (9_000, 3_000), None),
        (60_003, (11_999, 1), None),
    ],
)
def test_tiers_that_a_cost_proves(
    table: PriceTable, *, written: int, tiers: tuple[int, int], difference: Difference | None
) -> None:
    """One life for all writes, or the only mix of both that gives the cost."""
    cost = billed(table, PROMPT, reported=REST + written)
    assert (cost.cache_write_5m_tokens, cost.cache_write_1h_tokens) == tiers
    assert cost.by_class.cache_write == written
    assert (cost.provenance, cost.difference) == (Provenance.INFERRED, difference)


@pytest.mark.parametrize(
    ("factor", "difference"), [(1.1, Difference.US_INFERENCE), (2, Difference.FAST_MODE)]
)
def test_one_life_at_another_price_comes_before_a_mix(
    table: PriceTable, *, factor: float, difference: Difference
) -> None:
    """Some mix explains nearly any cost; all writes alike, at a price that exists, are likelier."""
    reported = round((REST + 60_000) * factor)
    cost = billed(table, PROMPT, reported=reported)
    assert (cost.cache_write_5m_tokens, cost.difference) == (12_000, difference)
    assert whole(cost.by_class) == reported


def test_one_life_comes_before_a_mix_that_rounds_to_the_same(table: PriceTable) -> None:
    """Where a token is worth less than rounding, a few of the other life cannot be seen."""
    told = {"input": 31, "cache_read": 0, "cache_write": 5_100, "output": 41}
    cost = billed(table, told, HAIKU, reported=661)
    assert (cost.cache_write_5m_tokens, cost.cache_write_1h_tokens) == (5_100, 0)


@pytest.mark.parametrize(("reported", "difference"), [(0, None), (1, Difference.OTHER)])
def test_a_cost_of_no_tokens(
    table: PriceTable, reported: int, difference: Difference | None
) -> None:
    """It is 0; a reported one cannot be split by classes without tokens."""
    told = {"input": 0, "cache_read": 0, "cache_write": 0, "output": 0}
    cost = billed(table, told, reported=reported)
    assert (cost.micros, cost.difference) == (reported, difference)
    assert whole(cost.by_class) == (0 if reported == 0 else None)


@pytest.mark.parametrize("reported", [1, REST - 1, REST + 60_001, REST + 96_002, 10**9])
def test_tiers_that_a_cost_does_not_prove(table: PriceTable, reported: int) -> None:
    """A cost that no whole number of tokens explains is kept; its split names no lives."""
    cost = billed(table, PROMPT, reported=reported)
    assert whole(cost.by_class) == cost.micros == reported
    assert (cost.by_class.cache_write_5m, cost.cache_write_5m_tokens) == (None, None)
    assert (cost.computed_micros, cost.difference) == (None, Difference.OTHER)
    assert cost.split_provenance is Provenance.INFERRED


@pytest.mark.parametrize(
    ("nearest", "factor", "written"), [(60_000, 1, 60_000), (96_000, 3, 288_000), (60_000, 0, 0)]
)
def test_an_unexplained_cost_is_split_by_the_nearest_life(
    table: PriceTable, *, nearest: int, factor: int, written: int
) -> None:
    """Of the list prices that untold cache writes can have, the one that comes nearest."""
    reported = (REST + nearest) * factor + (factor and 5)
    cost = billed(table, PROMPT, reported=reported)
    assert abs((cost.by_class.cache_write or 0) - written) <= 5
    assert cost.difference is Difference.OTHER


@pytest.mark.parametrize(
    ("reported", "computed"),
    [
        (REST + 60_000, REST + 60_000),
        (REST + 96_000, REST + 96_000),
        (2 * (REST + 60_000), REST + 60_000),
        (REST + 69_000, None),
    ],
)
def test_the_list_price_of_a_solved_life(
    table: PriceTable, *, reported: int, computed: int | None
) -> None:
    """It is known where all writes live alike; a mix is made to fit, which checks nothing."""
    assert billed(table, PROMPT, reported=reported).computed_micros == computed


@given(
    tokens=st.tuples(TOKENS, TOKENS, TOKENS, TOKENS, TOKENS),
    is_told=st.booleans(),
    reported=st.integers(0, 10**12),
)
def test_any_reported_cost_is_split(
    table: PriceTable, *, tokens: tuple[int, ...], is_told: bool, reported: int
) -> None:
    """Whatever is reported, if anything was billed, the classes sum to it exactly."""
    assume(sum(tokens))
    sent, read, five_minutes, hour, output = tokens
    told: dict[str, int | None] = {
        "input": sent,
        "cache_read": read,
        "cache_write": five_minutes + hour,
        "output": output,
    }
    if is_told:
        told |= {"cache_write_5m": five_minutes, "cache_write_1h": hour}
    cost = billed(table, told, reported=reported)
    assert whole(cost.by_class) == cost.micros == reported
    for name in ("input", "cache_read", "cache_write", "output"):
        assert told[name] or getattr(cost.by_class, name) == 0


def test_writes_too_cheap_to_tell_their_life(table: PriceTable) -> None:
    """One token costs less than rounding: the class is known by what is left, its life is not."""
    told = {"input": 50, "cache_read": 0, "cache_write": 1, "output": 12}
    cost = billed(table, told, HAIKU, reported=11)
    assert whole(cost.by_class) == 11
    assert (cost.cache_write_5m_tokens, cost.by_class.cache_write_5m) == (None, None)
    assert cost.provenance is Provenance.INFERRED


LISTED = 48 + 20 + 45_000 + 24_000 + 1_700
TOLD = {**PROMPT, "cache_write_5m": 9_000, "cache_write_1h": 3_000}


@pytest.mark.parametrize(
    ("reported", "speed", "source", "difference"),
    [
        (LISTED, None, None, None),
        (LISTED + 1, "normal", None, None),
        (LISTED - 1, None, "web_search", None),
        (LISTED * 2, None, None, Difference.FAST_MODE),
        (LISTED * 2, "fast", None, None),
        (LISTED, "fast", None, Difference.STANDARD_SPEED),
        (round(LISTED * 1.1), None, None, Difference.US_INFERENCE),
        (round(LISTED * 2.2) - 1, "fast", None, Difference.US_INFERENCE),
        (LISTED // 2, None, None, Difference.BATCH),
        (LISTED + 20_000, None, "web_search", Difference.WEB_SEARCH),
        (LISTED + 20_000, None, "main", Difference.OTHER),
        (LISTED + 20_005, None, "web_search", Difference.OTHER),
        (LISTED * 2 + 7, None, None, Difference.OTHER),
        (0, None, None, Difference.OTHER),
    ],
)
def test_why_a_reported_cost_is_not_the_list_price(
    table: PriceTable,
    *,
    reported: int,
    speed: str | None,
    source: str | None,
    difference: Difference | None,
) -> None:
    """A reason is given when it explains the cost to the micro-dollar; it is split either way."""
    cost = billed(table, TOLD, reported=reported, speed=speed, source=source)
    assert (cost.micros, cost.difference) == (reported, difference)
    assert cost.difference_micros == reported - LISTED * (1 + (speed == "fast"))
    assert whole(cost.by_class) == reported
    is_listed = abs(cost.difference_micros) <= 1
    assert (cost.split_provenance is Provenance.COMPUTED) == is_listed
    assert difference is None or difference.sentence


@pytest.mark.parametrize(("prompt", "micros"), [(100_000, 1_000), (100_001, 5_000)])
def test_a_long_prompt_is_priced_as_one(table: PriceTable, prompt: int, micros: int) -> None:
    """All classes together decide the price; a client that does not know is told so."""
    told = {"input": 0, "cache_read": prompt, "cache_write": 0, "output": 0}
    assert billed(table, told, HAIKU).computed_micros == micros
    cost = billed(table, told, HAIKU, reported=1_000)
    assert cost.difference is (None if micros == 1_000 else Difference.LONG_CONTEXT)


@pytest.mark.parametrize("model", ["claude-opus-9", None, ""])
def test_a_model_without_a_price_is_unknown(table: PriceTable, model: str | None) -> None:
    """It costs what it reports, else nobody knows what; never 0."""
    unknown = billed(table, TOLD, model)
    assert (unknown.micros, unknown.provenance) == (None, Provenance.UNKNOWN)
    reported = billed(table, TOLD, model, reported=5)
    assert (reported.micros, reported.provenance) == (5, Provenance.REPORTED)
    for cost in (unknown, reported):
        assert cost.by_class == CostByClass()
        assert (cost.difference, cost.price_table) == (Difference.UNKNOWN_PRICE, None)


@pytest.mark.parametrize("missing", ["input", "cache_read", "cache_write", "output"])
def test_tokens_that_are_not_told_are_not_0(table: PriceTable, missing: str) -> None:
    """The whole is unknown, the classes that are known are told."""
    told = {**PROMPT, "cache_write": 0, missing: None}
    cost = billed(table, told)
    assert (cost.micros, cost.difference) == (None, Difference.UNKNOWN_TOKENS)
    assert getattr(cost.by_class, missing) is None
    assert (cost.by_class.input, cost.by_class.output) == (
        None if missing == "input" else 48,
        None if missing == "output" else 1_700,
    )


def test_unknown_lives_without_a_reported_cost(table: PriceTable) -> None:
    """Where the two lives cost the same the cost is known; else it is not, and why is said."""
    assert billed(table, PROMPT).micros is None
    assert billed(table, PROMPT).difference is Difference.UNKNOWN_TIERS
    assert billed(table, PROMPT, GPT).provenance is Provenance.COMPUTED


@pytest.mark.parametrize(
    "told",
    [
        {"cache_write": None, "cache_write_5m": 9_000, "cache_write_1h": 3_000},
        {"cache_write": 12_000, "cache_write_5m": 9_000},
        {"cache_write": 12_000, "cache_write_1h": 3_000},
    ],
)
def test_two_of_three_write_figures_tell_the_third(
    table: PriceTable, told: dict[str, int | None]
) -> None:
    """The sum and one life tell the other life, and both lives the sum."""
    assert billed(table, PROMPT | told).micros == LISTED


def test_write_figures_that_do_not_sum_up_tell_nothing(table: PriceTable) -> None:
    """A sum that contradicts its parts is solved like one without parts."""
    cost = billed(
        table, PROMPT | {"cache_write_5m": 1, "cache_write_1h": 1}, reported=REST + 60_000
    )
    assert cost.cache_write_5m_tokens == 12_000
    assert cost.provenance is Provenance.INFERRED


def test_own_prices_without_a_class_leave_it_unknown() -> None:
    """A class that the user set no price for is unknown, unless it has no tokens."""
    table = read_prices('[models."claude-opus-5-5"]\ninput = 4\noutput = 20')
    assert billed(table, TOLD).difference is Difference.UNKNOWN_PRICE
    assert billed(table, TOLD, speed="fast").difference is Difference.UNKNOWN_PRICE
    fields = {"input": 12, "cache_read": 0, "cache_write": 0, "output": 85}
    cost = billed(table, fields)
    assert (cost.micros, cost.price_table, cost.price_date) == (1_748, "own prices", None)
