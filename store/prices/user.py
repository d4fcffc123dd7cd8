"""The user's own prices, from a TOML file; where it names a model it says all of that model.

::

    date = 2026-11-01                # optional: the date of these prices

    [models."claude-opus-5-5"]       # a name as the agent sends it; a closing * is any ending
    input = 3.60                     # USD per million tokens
    cache_read = 0.18
    cache_write_5m = 4.50
    cache_write_1h = 7.20
    output = 18
    context_window = 1_000_000       # optional, tokens

    [models."claude-opus-5-5".fast]  # optional: the same five, for the fast mode
"""

import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from store.prices.rates import ModelPrice, Rates, Step, rate

TABLE = "own prices"
"""What these prices are called where the source of a cost is shown."""

_CLASSES = Rates._fields
_REQUIRED = ("input", "output")


class PricesInvalid(ValueError):
    """The file of prices makes no sense; ``str()`` of it is a sentence that names the key."""


class UserPrices:
    """Prices by model, the same at any time."""

    def __init__(
        self, exact: Mapping[str, ModelPrice], beginnings: Mapping[str, ModelPrice]
    ) -> None:
        self._exact = exact
        self._beginnings = sorted(beginnings.items(), key=lambda item: -len(item[0]))

    def price(self, model: str, at: int, provider: str | None = None) -> ModelPrice | None:  # noqa: ARG002 - the same at any time, from anyone
        """Return the price under the exact name, else under the longest beginning of it."""
        if found := self._exact.get(model):
            return found
        found_by = (price for name, price in self._beginnings if model.startswith(name))
        return next(found_by, None)


def read_prices(text: str) -> UserPrices:
    """Read a file's text. Raises ``PricesInvalid`` naming the key that makes no sense."""
    try:
        content = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise PricesInvalid(f"not TOML: {error}") from error
    _only(content, ("date", "models"), within="")
    day = content.get("date")
    if day is not None and type(day) is not date:
        raise PricesInvalid(f"date: a day such as 2026-11-01, not {day!r}")
    prices = {
        name: _model(name, _table(entry, f"models.{name}"), day.isoformat() if day else None)
        for name, entry in _table(content.get("models", {}), "models").items()
    }
    return UserPrices(
        {name: price for name, price in prices.items() if not name.endswith("*")},
        {name[:-1]: price for name, price in prices.items() if name.endswith("*")},
    )


def _model(name: str, entry: Mapping[str, Any], day: str | None) -> ModelPrice:
    path = f"models.{name}"
    _only(entry, (*_CLASSES, "fast", "context_window"), within=f"{path}.")
    window = entry.get("context_window")
    if window is not None and (type(window) is not int or window <= 0):
        raise PricesInvalid(f"{path}.context_window: a number of tokens, not {window!r}")
    fast = entry.get("fast")
    if fast is not None:
        _only(_table(fast, f"{path}.fast"), _CLASSES, within=f"{path}.fast.")
    return ModelPrice(
        model=name,
        table=TABLE,
        date=day,
        standard=(Step(-1, _rates(entry, path)),),
        fast=None if fast is None else (Step(-1, _rates(fast, f"{path}.fast")),),
        context_window=window,
    )


def _rates(entry: Mapping[str, Any], path: str) -> Rates:
    missing = [name for name in _REQUIRED if name not in entry]
    if missing:
        raise PricesInvalid(f"{path}: {' and '.join(missing)} must be given")
    return Rates(
        **{name: _rate(entry[name], f"{path}.{name}") for name in _CLASSES if name in entry}
    )


def _rate(value: object, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise PricesInvalid(f"{path}: USD per million tokens, not {value!r}")
    try:
        return rate(Decimal(value))
    except ValueError as error:
        raise PricesInvalid(f"{path}: {error}") from error


def _table(value: object, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise PricesInvalid(f"{path}: a table, not {value!r}")
    return value


def _only(entry: Mapping[str, Any], known: tuple[str, ...], *, within: str) -> None:
    for key in entry:
        if key not in known:
            raise PricesInvalid(f"{within}{key}: not known; known are {', '.join(known)}")
