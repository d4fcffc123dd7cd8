"""The published price table: the ``genai-prices`` package as it was installed, never fetched.

Loading it costs a fifth of a second and 25 MB, so it happens when the first price is asked for.
"""

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from store.prices.rates import FAST, ModelPrice, Rates, Step, rate

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, Provider
    from genai_prices.types import ModelPrice as PublishedPrice

PUBLISHED = {"0.2.3": "2026-11-10"}
"""When each version of the package came out, which it does not say itself."""

_NS_PER_S = 1_000_000_000
_NS_PER_MINUTE = 60 * _NS_PER_S
_LATEST_MINUTE = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp()) // 60
_MODEL_NAME_LIMIT = 200
_SEARCHES = 1000
_MICROS_PER_USD = 1_000_000
_REMEMBERED = 1024
_DECIMALS = 12
"""Finer than any price is; some in the table are binary fractions (0.18000000000000002)."""
_FAST_CONTEXT = {"speed": FAST, "service_tier": FAST}
_BATCH_CONTEXT = {"processing": "batch"}
_LONG_CONTEXT_SUFFIX = "[1m]"
"""What Claude Code appends to a model's name to ask for its window of a million tokens."""


class PublishedPrices:
    """Prices by model and time. Prices change by the minute at most, and are remembered so."""

    def __init__(self) -> None:
        from genai_prices.data import providers

        self._providers = providers
        number = version("genai-prices")
        self.name = f"genai-prices {number}"
        self.date = PUBLISHED.get(number)
        self._at_minute = lru_cache(maxsize=_REMEMBERED)(self._look_up)

    def price(self, model: str, at: int, provider: str | None = None) -> ModelPrice | None:
        """Return what a model cost, ``provider`` being a name that the table knows."""
        minute = min(at // _NS_PER_MINUTE, _LATEST_MINUTE)
        name = model.removesuffix(_LONG_CONTEXT_SUFFIX)
        return self._at_minute(name[:_MODEL_NAME_LIMIT], minute, provider)

    def _look_up(self, name: str, minute: int, provider_id: str | None) -> ModelPrice | None:
        provider = self._provider(name, provider_id)
        model = provider and provider.find_model(name, all_providers=self._providers)
        if not provider or not model:
            return None
        at = datetime.fromtimestamp(minute * 60, UTC)
        standard = model.get_prices(at)
        searches = standard.web_searches_kcount
        return ModelPrice(
            model=model.id,
            table=self.name,
            date=self.date,
            standard=_steps(standard),
            fast=_variant(model, at, _FAST_CONTEXT),
            batch=_variant(model, at, _BATCH_CONTEXT),
            provider=provider.id,
            web_search_micros=int(searches * _MICROS_PER_USD / _SEARCHES)
            if isinstance(searches, Decimal)
            else None,
            context_window=model.context_window,
        )

    def _provider(self, name: str, provider_id: str | None) -> "Provider | None":
        """Find it without the package's own look-up, which keeps every name it misses."""
        for provider in self._providers:
            if provider_id is not None:
                if provider.id == provider_id.lower():
                    return provider
            elif provider.model_match and provider.model_match.is_match(name):
                return provider
        return None


def _variant(model: "ModelInfo", at: datetime, context: dict[str, str]) -> tuple[Step, ...] | None:
    """Return the prices in a context, or ``None`` where they are not offered at that time."""
    offered = any(
        variant.when.items() <= context.items()
        and (variant.constraint is None or variant.constraint.active(at))
        for variant in model.price_variants or ()
    )
    return _steps(model.get_prices(at, context)) if offered else None


def _steps(price: "PublishedPrice") -> tuple[Step, ...]:
    """Read a price for every length of prompt at which one of its classes changes."""
    tiers = [tier for field in vars(price).values() for tier in getattr(field, "tiers", ())]
    return tuple(
        Step(above_tokens, _rates(price, above_tokens))
        for above_tokens in sorted({-1, *(tier.start for tier in tiers)})
    )


def _rates(price: "PublishedPrice", above_tokens: int) -> Rates:
    """Read the rates; in this table a class without a price of its own is billed as input."""

    def of(*names: str) -> int | None:
        for name in names:
            value = getattr(price, name)
            if value is not None:
                steps = getattr(value, "tiers", ())
                base = value if isinstance(value, Decimal) else value.base
                reached = [step.price for step in steps if step.start <= above_tokens]
                return rate(round(reached[-1] if reached else base, _DECIMALS))
        return None

    return Rates(
        input=of("input_mtok"),
        cache_read=of("cache_read_mtok", "input_mtok"),
        cache_write_5m=of("cache_write_5m_mtok", "cache_write_mtok", "input_mtok"),
        cache_write_1h=of("cache_write_1h_mtok", "cache_write_mtok", "input_mtok"),
        output=of("output_mtok"),
    )
