"""All prices there are: the user's own, then the published ones."""

from functools import cached_property
from hashlib import sha256
from importlib.metadata import version

from store.prices.published import PublishedPrices
from store.prices.rates import ModelPrice, PriceTable
from store.prices.user import read_prices

_DIGEST_LENGTH = 12


class PriceBook:
    """The user's prices go before the published ones, which load when first asked for a price."""

    def __init__(self, own: str = "") -> None:
        """Read the text of the user's file; raises ``PricesInvalid``."""
        self._own = read_prices(own)
        digest = f" + own prices {sha256(own.encode()).hexdigest()[:_DIGEST_LENGTH]}" if own else ""
        self.identity = f"genai-prices {version('genai-prices')}{digest}"
        """Two books of one identity say the same; kept with the costs that they gave."""

    def price(self, model: str, at: int, provider: str | None = None) -> ModelPrice | None:
        """Return what ``model`` cost at ``at`` (Unix nanoseconds), or ``None`` if not known."""
        own = self._own.price(model, at, provider)
        return own or self._published.price(model, at, provider)

    @cached_property
    def _published(self) -> PriceTable:
        return PublishedPrices()
