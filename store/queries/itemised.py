"""What a session's requests come to by model, to hold against its metrics."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from store.connection import Database
from store.domain import Metered, TokenUsage
from store.queries.metered import together
from store.queries.requests import KNOWN

_CLASSES = ("input", "cache_read", "cache_write", "output")

_SELECT = f"""
    select r.session_id, r.model, count(*), sum(r.reported_micros),
        {", ".join(f"sum(coalesce(r.{name}_tokens, r.traced_{name}_tokens))" for name in _CLASSES)}
    from requests r join sessions s using (session_id)
    where r.session_id in ({{marks}}) and {KNOWN}
        and (r.made_rank is not null or r.traced_success = 1)
    group by 1, 2 order by 1, 2
"""


class Itemised:
    """What the answered requests of one session come to."""

    def __init__(self) -> None:
        self._by_model: dict[str | None, Metered] = {}
        self.requests = 0

    def add(self, metered: Metered, requests: int) -> None:
        """Add what the requests of a model come to."""
        self._by_model[metered.model] = metered
        self.requests += requests

    @property
    def cost_micros(self) -> int | None:
        """Return the cost of all requests; ``None`` where none is known."""
        total = together(tuple(self._by_model.values()))
        return None if total is None else total.cost_micros

    def left_out(self, metered: Sequence[Metered]) -> tuple[Metered, ...]:
        """Return by model what the metrics tell more, in those classes in which they do."""
        found = (self._more(told) for told in metered)
        return tuple(more for more in found if more is not None)

    def _more(self, told: Metered) -> Metered | None:
        nothing = Metered(told.model, TokenUsage(), None)
        known = self._by_model.get(told.model, nothing)
        tokens = {
            name: _above(getattr(told.tokens, name), getattr(known.tokens, name))
            for name in _CLASSES
        }
        cost = _above(told.cost_micros, known.cost_micros)
        is_more = any(tokens.values()) or (cost or 0) > self.requests
        return Metered(told.model, TokenUsage(**tokens), cost) if is_more else None


def itemised(db: Database, ids: Sequence[str]) -> Mapping[str, Itemised]:
    """Return what the answered requests of each session come to.

    A request's cost is rounded to a micro-dollar, that of the metrics is not.
    """
    found: defaultdict[str, Itemised] = defaultdict(Itemised)
    marks = ", ".join("?" * len(ids))
    for session_id, model, requests, cost, *tokens in db.execute(
        _SELECT.format(marks=marks), list(ids)
    ):
        usage = TokenUsage(**dict(zip(_CLASSES, tokens, strict=True)))
        found[session_id].add(Metered(model, usage, cost), requests)
    return found


def _above(told: int | None, known: int | None) -> int | None:
    return None if told is None else max(told - (known or 0), 0)
