"""The published price table, as installed."""

import tomllib
import warnings

import pytest
from genai_prices.data import providers

from store.prices.published import PUBLISHED, PublishedPrices
from store.prices.rates import ModelPrice, Rates, applicable
from tests.house.tree import ROOT

IN_NOVEMBER_2026 = 1_795_000_000_000_000_000
IN_JANUARY_2026 = 1_768_000_000_000_000_000
NS_PER_S = 1_000_000_000


@pytest.fixture(scope="module")
def table() -> PublishedPrices:
    """The installed table."""
    return PublishedPrices()


def usd(*rates: float) -> Rates:
    """Rates from USD per million tokens, which are exact here to a ten-thousandth."""
    return Rates(*(round(rate * 10_000) * 10**8 for rate in rates))


@pytest.mark.parametrize(
    ("model", "rates"),
    [
        ("claude-opus-5-5", usd(4, 0.2, 5, 8, 20)),
        ("claude-opus-5-5[1m]", usd(4, 0.2, 5, 8, 20)),
        ("claude-opus-4-8", usd(5, 0.5, 6.25, 10, 25)),
        ("claude-sonnet-5-5", usd(2, 0.1, 2.5, 4, 10)),
        ("claude-haiku-5-5", usd(0.1, 0.01, 0.125, 0.2, 0.5)),
    ],
)
def test_prices_of_models(table: PublishedPrices, model: str, rates: Rates) -> None:
    """The rates of a model are the published ones, whatever window the name asks for."""
    price = found(table, model)
    assert price.standard[0].rates == rates
    assert price.table.startswith("genai-prices ")


def test_a_class_without_its_own_price_is_billed_as_input(table: PublishedPrices) -> None:
    """Where a provider has no price for cache writes, they cost what input costs."""
    rates = found(table, "gpt-5.5").standard[0].rates
    assert rates.cache_write_5m == rates.cache_write_1h == rates.input


@pytest.mark.parametrize(("tokens", "micros_per_token"), [(100_000, 0.1), (100_001, 0.5)])
def test_a_long_prompt_costs_more(
    table: PublishedPrices, tokens: int, micros_per_token: float
) -> None:
    """All tokens of a prompt above the threshold are billed at the higher rate."""
    rates = applicable(found(table, "claude-haiku-5-5").standard, tokens)
    assert rates is not None
    assert rates.input == round(micros_per_token * 10**12)


def test_a_price_that_depends_on_an_unknown_length_is_unknown(table: PublishedPrices) -> None:
    """Without the length of the prompt a tiered price is not guessed."""
    assert applicable(found(table, "claude-haiku-5-5").standard, None) is None
    assert applicable(found(table, "claude-opus-5-5").standard, None) is not None


def test_the_price_is_of_the_time_of_the_request(table: PublishedPrices) -> None:
    """Opus 4.6 had a higher price for long prompts until March 2026."""
    assert len(found(table, "claude-opus-4-6", IN_JANUARY_2026).standard) == 2
    assert len(found(table, "claude-opus-4-6").standard) == 1


def test_fast_mode_and_batches_have_their_own_prices(table: PublishedPrices) -> None:
    """They are given where the table has them and the time is right."""
    price = found(table, "claude-opus-5-5")
    assert price.fast is not None
    assert price.fast[0].rates == usd(8, 0.4, 10, 16, 40)
    assert price.batch is not None
    assert price.batch[0].rates == usd(2, 0.1, 2.5, 4, 10)
    assert found(table, "claude-opus-5-5", IN_JANUARY_2026).batch is None
    assert found(table, "claude-haiku-5-5").fast is None


@pytest.mark.parametrize("model", ["", "claude-opus-9", "gpt-6-codex", "own-model", "x" * 10_000])
def test_an_unknown_model_has_no_price(table: PublishedPrices, model: str) -> None:
    """Nothing is taken for a price of something that resembles it."""
    assert table.price(model, IN_NOVEMBER_2026) is None


def test_a_provider_that_is_told_decides(table: PublishedPrices) -> None:
    """The same model by another cloud has that cloud's price, and none by an unknown one."""
    regional = table.price("us.anthropic.claude-opus-5-5", IN_NOVEMBER_2026, "aws")
    assert regional is not None
    assert regional.provider == "aws"
    assert table.price("claude-opus-5-5", IN_NOVEMBER_2026, "nobody") is None


def test_every_price_of_the_table_can_be_read(table: PublishedPrices) -> None:
    """No published price is too fine for an exact integer, at any time that OTLP can tell."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read = [
            table.price(model.id, at, provider.id)
            for provider in providers
            for model in provider.models
            for at in (0, IN_NOVEMBER_2026, 2**63 - 1)
        ]
    assert sum(price is not None for price in read) > 1000


def test_the_date_of_the_locked_table_is_known(table: PublishedPrices) -> None:
    """The date beside a computed cost is the day on which the locked version was published."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    package = next(one for one in lock["package"] if one["name"] == "genai-prices")
    published = package["sdist"]["upload-time"]
    assert PUBLISHED[package["version"]] == str(published)[:10]
    assert table.date in PUBLISHED.values()


def found(table: PublishedPrices, model: str, at: int = IN_NOVEMBER_2026) -> ModelPrice:
    """Return a price that must be there."""
    price = table.price(model, at)
    assert price is not None
    return price
