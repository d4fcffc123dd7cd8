"""Dollars and where they come from: reported, ``~`` computed, ``≥`` at least, ``–`` unknown."""

from collections.abc import Callable

from store.domain import Cost, Difference, Provenance
from tui import format as formats
from tui.present.lines import Span, Tone

INFERRED = "≈"
"""Before a split into classes that was solved from the cost."""

_WHY_UNKNOWN = {
    Difference.UNKNOWN_PRICE: "no price is known",
    Difference.UNKNOWN_TOKENS: "tokens not told",
    Difference.UNKNOWN_TIERS: "cache lives not told",
}


def dollars(cost: Cost, shown: Callable[[int | None], str] = formats.money) -> Span:
    """Return what something cost; ``shown`` writes micro-dollars out."""
    if cost.micros is None:
        return Span(formats.UNKNOWN, Tone.DIM)
    computed = "~" if cost.provenance is Provenance.COMPUTED else ""
    if cost.unpriced_requests:
        return Span(formats.lower_bound(cost.micros, computed), Tone.COST)
    return Span(f"{computed}{shown(cost.micros)}", Tone.COST)


def exact_dollars(cost: Cost) -> Span:
    """Return what something cost to a hundredth of a cent."""
    return dollars(cost, formats.exact_money)


def why_unknown(cost: Cost) -> str:
    """Return in a few words why a request's cost, or how it splits, is not known."""
    if cost.difference in _WHY_UNKNOWN:
        return _WHY_UNKNOWN[cost.difference]
    return "not told" if cost.micros is None else "split not known"
