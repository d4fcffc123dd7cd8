"""The *Cost* part of a detail: what each class came to, how that is known, what the cache lost."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from store.domain import CacheLoss, Cost, Provenance, Request, RequestStatus, TokenUsage
from store.queries.contexts import ContextSize
from tui import format as formats
from tui.marks import Marks
from tui.present.cache_words import cause_sentence, lost, rebuild_sentence
from tui.present.cost_table import TABLE_WIDTH, class_rows
from tui.present.fields import fields
from tui.present.lines import Line, Span, Tone, spread, wrap
from tui.present.money import INFERRED, dollars


@dataclass(frozen=True, slots=True)
class ContextAdded:
    """By how many tokens a turn made the main context larger; ``None`` is unknown."""

    tokens: int | None


def request_cost(
    request: Request, width: int, marks: Marks, *, context: ContextSize | None
) -> list[Line]:
    """Return what a request cost and why, and how it used the cache and filled the context."""
    cost, cache = request.cost, request.cache
    if request.status is RequestStatus.ERROR and cost.micros is None:
        return [*_heading(cost, width), Line.of(Span("Not answered: nothing is billed.", Tone.DIM))]
    return [
        *_heading(cost, width),
        *class_rows(cost, request.tokens, width, marks=marks, billed=request.billed_writes),
        *_known_by(cost, width, is_single=True),
        *fields(
            width,
            ("cache", _hit(cache.hit_ratio)),
            ("", None if cache.rebuilt_tokens else cause_sentence(cache)),
            *_context(context, request.window_tokens),
        ),
    ]


def rebuild(request: Request, width: int, marks: Marks) -> list[Line]:
    """Return that a request lost the cache, what that cost and why; nothing where it did not."""
    cache = request.cache
    came_to = rebuild_sentence(cache)
    if came_to is None:
        return []
    said = f"{marks.rebuilt} cache rebuilt: {came_to}. {cause_sentence(cache) or ''}"
    return wrap(said, width, Tone.WAITING)


def total_cost(
    cost: Cost,
    tokens: TokenUsage,
    width: int,
    *,
    loss: CacheLoss,
    marks: Marks,
    added: ContextAdded | None = None,
) -> list[Line]:
    """Return what several requests cost together: those of a turn, a sub-agent, a group."""
    rebuilds = None
    if loss.rebuilds:
        times = "once" if loss.rebuilds == 1 else f"{formats.count(loss.rebuilds)} times"
        again = f"{formats.count(loss.tokens)} tokens written again"
        rebuilds = f"{times}: {again}, lost {lost(loss, exact=True)}"
    return [
        *_heading(cost, width),
        *class_rows(cost, tokens, width, marks=marks),
        *_known_by(cost, width, is_single=False),
        *fields(
            width,
            ("cache", _hit(tokens.cache_hit_ratio)),
            ("rebuilt", _warned(rebuilds)),
            ("context", None if added is None else _grown(added.tokens)),
        ),
    ]


def _hit(ratio: float | None) -> str:
    return "not known" if ratio is None else f"{formats.percent(ratio)} of what was sent"


def _warned(text: str | None) -> Span | None:
    return None if text is None else Span(text, Tone.WAITING)


def _heading(cost: Cost, width: int) -> list[Line]:
    amount = Line.of(dollars(cost, formats.money_to_the_last))
    return [Line(), spread(Line.of(Span("Cost", Tone.STRONG)), amount, min(width, TABLE_WIDTH))]


def _known_by(cost: Cost, width: int, *, is_single: bool) -> Iterable[Line]:
    reported = computed = difference = None
    if cost.reported_micros is not None:
        reported = f"{formats.money_to_the_last(cost.reported_micros)} by the agent"
    if cost.computed_micros is not None:
        computed = f"{formats.money_to_the_last(cost.computed_micros)} by the price table"
    if is_single:
        apart = cost.difference_micros
        reason = f": {cost.difference.sentence}" if cost.difference else ""
        if apart:
            difference = f"{_signed(apart)}{reason}"
        elif cost.difference:
            difference = cost.difference.sentence
    return fields(
        width,
        ("reported", reported or "not by the agent"),
        ("computed", computed or "not known"),
        ("difference" if cost.computed_micros is not None else "because", difference),
        ("split", _split_words(cost)),
        ("prices", _table(cost)),
        ("not known", _unpriced(cost)),
    )


_SPLITS = {
    Provenance.COMPUTED: "from the tokens as told, at list prices",
    Provenance.INFERRED: f"{INFERRED} inferred: the lives of cache writes are solved from the cost",
    Provenance.UNKNOWN: "not known",
}


def _split_words(cost: Cost) -> str | None:
    return None if cost.micros is None else _SPLITS.get(cost.split_provenance)


def _table(cost: Cost) -> str | None:
    if cost.price_table is None:
        return None
    return f"{cost.price_table}{f' of {cost.price_date}' if cost.price_date else ''}"


def _unpriced(cost: Cost) -> str | None:
    if not cost.unpriced_requests:
        return None
    one = cost.unpriced_requests == 1
    count = "1 request has" if one else f"{formats.count(cost.unpriced_requests)} requests have"
    return f"{count} no known cost; the total is a lower bound" if cost.micros else f"{count} none"


def _context(
    context: ContextSize | None, window_tokens: int | None
) -> Iterator[tuple[str, str | None]]:
    if context is None or context.tokens is None:
        return
    window = context.window_tokens or window_tokens
    of = f" of {formats.tokens(window)}" if window else ", the model's window is not known"
    yield "context", f"{formats.tokens(context.tokens)} tokens{of}"
    if context.added_tokens is not None:
        compacted = ", compacted before it" if context.is_compacted else ""
        yield "added", f"{_signed_tokens(context.added_tokens)}{compacted}"


def _grown(tokens: int | None) -> str | None:
    return None if tokens is None else f"{_signed_tokens(tokens)} by this turn"


def _signed_tokens(tokens: int) -> str:
    return f"{'−' if tokens < 0 else '+'}{formats.count(abs(tokens))} tokens"


def _signed(micros: int) -> str:
    return f"{'−' if micros < 0 else '+'}{formats.money_to_the_last(abs(micros))}"
