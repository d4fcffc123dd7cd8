"""The user's own prices."""

from decimal import Decimal

import pytest

from store.prices.book import PriceBook
from store.prices.rates import Rates
from store.prices.user import TABLE, PricesInvalid, read_prices

NOW = 1_795_000_000_000_000_000
FILE = """
date = 2026-11-01

[models."claude-opus-5-5"]
input = 3.60
cache_read = 0.18
cache_write_5m = 4.50
cache_write_1h = 7.20
output = 18
context_window = 1_000_000

[models."claude-opus-5-5".fast]
input = 7.2
output = 36

[models."house-*"]
input = 0.000000000001
output = 0

[models."house-large*"]
input = 2
output = 3
"""


def test_prices_are_read_exactly() -> None:
    """USD per million tokens become integers without a detour over binary fractions."""
    price = read_prices(FILE).price("claude-opus-5-5", 0)
    assert price is not None
    assert price.standard[0].rates == Rates(
        *(int(Decimal(usd) * 10**12) for usd in ("3.60", "0.18", "4.50", "7.20", "18"))
    )
    assert price.fast is not None
    assert price.fast[0].rates == Rates(input=7_200_000_000_000, output=36_000_000_000_000)
    assert (price.table, price.date, price.context_window) == (TABLE, "2026-11-01", 1_000_000)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("house-small", 1),
        ("house-large-2", 2 * 10**12),
        ("claude-opus-5-5", 3_600_000_000_000),
        ("claude-opus-5-5-20261101", None),
        ("other", None),
    ],
)
def test_the_longest_name_that_fits_decides(model: str, expected: int | None) -> None:
    """A name is exact unless it ends in a star; of several the most particular one holds."""
    price = read_prices(FILE).price(model, 0)
    assert (price and price.standard[0].rates.input) == expected


def test_own_prices_come_before_others() -> None:
    """What the user names is priced by the user alone; the published table is asked after it."""
    own, published = '[models."claude-opus-5-5"]\ninput = 1\noutput = 1', PriceBook()
    book = PriceBook(own)
    first, second = book.price("claude-opus-5-5", NOW), book.price("claude-haiku-5-5", NOW)
    assert first is not None
    assert first.standard[0].rates == Rates(input=10**12, output=10**12)
    assert second == published.price("claude-haiku-5-5", NOW)
    assert book.price("nobody-knows", NOW) is None


def test_a_book_is_known_by_what_it_says() -> None:
    """The identity changes with the user's prices, so that a store can tell what priced it."""
    one, other = (PriceBook(f'[models."a"]\ninput = {n}\noutput = 1') for n in (1, 2))
    assert len({one.identity, other.identity, PriceBook().identity}) == 3
    assert PriceBook().identity.startswith("genai-prices ")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[models", "not TOML"),
        ("date = 'soon'", "date"),
        ("date = 2026-11-01T10:00:00Z", "date"),
        ("modles = 1", "modles"),
        ("models = 1", "models"),
        ('models."a" = 4', "models.a"),
        ('[models."a"]\ninput = 1', "output"),
        ('[models."a"]\ninput = "1"\noutput = 1', "models.a.input"),
        ('[models."a"]\ninput = true\noutput = 1', "models.a.input"),
        ('[models."a"]\ninput = -1\noutput = 1', "models.a.input"),
        ('[models."a"]\ninput = nan\noutput = 1', "models.a.input"),
        ('[models."a"]\ninput = inf\noutput = 1', "models.a.input"),
        ('[models."a"]\ninput = 1e-13\noutput = 1', "models.a.input"),
        ('[models."a"]\ninput = 1\noutput = 1\ncache = 1', "models.a.cache"),
        ('[models."a"]\ninput = 1\noutput = 1\nfast = 1', "models.a.fast"),
        ('[models."a"]\ninput = 1\noutput = 1\n[models.a.fast]\ninput = 1', "output"),
        ('[models."a"]\ninput = 1\noutput = 1\ncontext_window = 0', "models.a.context_window"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused(text: str, named: str) -> None:
    """The error names the key that is wrong; no price is taken from such a file."""
    with pytest.raises(PricesInvalid, match=named):
        read_prices(text)
