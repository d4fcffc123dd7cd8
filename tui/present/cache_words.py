"""How a request used the cache, in a cell and in sentences."""

from store.domain import CacheCause, CacheLoss, Request, RequestCache
from tui import format as formats
from tui.marks import Marks
from tui.present.lines import Line, Span, Tone

_MINUTE_MS = 60_000

_CAUSES = {
    CacheCause.MODEL_CHANGED: "model changed",
    CacheCause.EFFORT_CHANGED: "effort changed",
    CacheCause.FAST_MODE_CHANGED: "fast mode changed",
    CacheCause.MCP_CHANGED: "MCP changed",
    CacheCause.COMPACTION: "compaction",
    CacheCause.AGENT_UPGRADED: "agent upgraded",
    CacheCause.AGENT_RESUMED: "resumed",
    CacheCause.UNEXPLAINED: "unexplained",
}

_SENTENCES = {
    CacheCause.FIRST_REQUEST: "There was nothing to read yet: the first request of its chain.",
    CacheCause.MODEL_CHANGED: "The model changed; each model has a cache of its own.",
    CacheCause.EFFORT_CHANGED: "The effort changed, which is part of what is cached.",
    CacheCause.FAST_MODE_CHANGED: "Fast mode was switched, which is part of what is cached.",
    CacheCause.MCP_CHANGED: "An MCP server connected or left: the list of tools stands before all"
    " else in the cache.",
    CacheCause.COMPACTION: "The conversation was compacted: what was cached is no longer sent.",
    CacheCause.AGENT_UPGRADED: "The agent was upgraded, and its instructions with it.",
    CacheCause.AGENT_RESUMED: "The session was resumed by another process.",
    CacheCause.UNEXPLAINED: "Nothing that arrived explains it.",
}


def cache_cell(request: Request, marks: Marks) -> Line:
    """Return ``98 %``, ``↻ idle 7 min``, ``first request``, or ``–``."""
    cache = request.cache
    if cache.rebuilt_tokens and cache.cause is not None:
        return Line.of(Span(f"{marks.rebuilt} {cause(cache)}", Tone.WAITING))
    if cache.cause is CacheCause.FIRST_REQUEST:
        return Line.of(Span("first request", Tone.DIM))
    return Line.of(formats.percent(cache.hit_ratio))


def cause(cache: RequestCache) -> str:
    """Return why a cache was rebuilt in a word or two."""
    if cache.cause is None:
        return formats.UNKNOWN
    if cache.cause is CacheCause.IDLE:
        return f"idle {_minutes(cache.idle_ms)}"
    return _CAUSES.get(cache.cause, cache.cause.value)


def cause_sentence(cache: RequestCache) -> str | None:
    """Return why a cache was rebuilt, or not used, as a sentence; ``None`` where there is none."""
    if cache.cause is CacheCause.IDLE:
        idle = formats.duration(cache.idle_ms)
        return f"Nothing used the cache for {idle}, longer than it lives."
    return _SENTENCES.get(cache.cause) if cache.cause else None


def rebuild_sentence(cache: RequestCache) -> str | None:
    """Return what a rebuild came to; ``None`` where there was none."""
    if not cache.rebuilt_tokens:
        return None
    again = f"{formats.count(cache.rebuilt_tokens)} tokens written again"
    if cache.rebuilt_micros is None:
        return f"{again}; what that cost is not known"
    return f"{again}, {formats.exact_money(cache.rebuilt_micros)} more than reading them"


def lost(loss: CacheLoss, *, exact: bool = False) -> str:
    """Return what rebuilds came to: ``$0.52``, ``≥$0.52`` where some have no price, or ``–``."""
    shown = formats.exact_money if exact else formats.money
    return formats.lower_bound(loss.micros) if loss.unpriced else shown(loss.micros)


def _minutes(idle_ms: int | None) -> str:
    """Return a time of idleness in whole minutes where it has any: ``7 min``, ``2 h 05 m``."""
    if idle_ms is None or idle_ms < _MINUTE_MS or idle_ms >= 60 * _MINUTE_MS:
        return formats.duration(idle_ms)
    return f"{idle_ms // _MINUTE_MS} min"
