"""What the metrics of sessions say of tokens and cost; the requests are canonical."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from store.connection import Database
from store.counters import SUMS
from store.domain import Metered, TokenUsage
from store.facts import ANY_MODEL

_MILLION = 1_000_000
_COST = "cost_usd"
_TOKENS = {
    "input_tokens": "input",
    "cache_read_tokens": "cache_read",
    "cache_write_tokens": "cache_write",
    "output_tokens": "output",
}


def metered_of(db: Database, ids: Sequence[str]) -> Mapping[str, tuple[Metered, ...]]:
    """Return what is metered of each session, by model, in order of the model's name.

    A figure of which a point could not be summed is unknown.
    """
    marks = ", ".join("?" * len(ids))
    sums: defaultdict[tuple[str, str], dict[str, int | None]] = defaultdict(dict)
    for session_id, model, figure, is_unsummed, millionths in db.execute(
        SUMS.format(marks=marks), list(ids)
    ):
        if figure in _TOKENS or figure == _COST:
            sums[session_id, model][figure] = None if is_unsummed else millionths
    found: defaultdict[str, tuple[Metered, ...]] = defaultdict(tuple)
    for (session_id, model), figures in sums.items():
        found[session_id] += (_metered(model, figures),)
    return found


def together(by_model: Sequence[Metered]) -> Metered | None:
    """Return all models together; ``None`` where nothing is metered."""
    if not by_model:
        return None
    tokens = {
        name: _sum([getattr(metered.tokens, name) for metered in by_model])
        for name in _TOKENS.values()
    }
    return Metered(None, TokenUsage(**tokens), _sum([metered.cost_micros for metered in by_model]))


def _metered(model: str, millionths: Mapping[str, int | None]) -> Metered:
    tokens = {
        name: None if (amount := millionths.get(figure)) is None else round(amount / _MILLION)
        for figure, name in _TOKENS.items()
    }
    return Metered(
        None if model == ANY_MODEL else model, TokenUsage(**tokens), millionths.get(_COST)
    )


def _sum(figures: Sequence[int | None]) -> int | None:
    known = [figure for figure in figures if figure is not None]
    return sum(known) if known else None
