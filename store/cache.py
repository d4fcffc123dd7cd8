"""Where a prompt cache was lost: rebuilds, what they cost, and the first cause that facts prove.

A request should read from the cache what the last one of its chain with the same model, effort and
speed left there; the first one of its kind, what the request before it left. It is a *rebuild* when
it reads less than half of that and writes instead. The causes, and what keeps a cache, follow
Anthropic's documentation of prompt caching and of Claude Code.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from store.chains import ChainedRequest, Mark, MarkKind
from store.prices.amounts import amounts, product, tiers_told, written_tokens
from store.prices.apportion import rounded
from store.prices.rates import FAST, RATE_TOKENS
from store.vocabulary import CacheCause

NS_PER_MINUTE = 60_000_000_000
FIVE_MINUTES = 5 * NS_PER_MINUTE
ONE_HOUR = 60 * NS_PER_MINUTE
"""How long the two kinds of cache writes live after their last use."""

_CLAUDE = "claude"
"""In the names of the models, whoever runs them, whose caches live no longer than that."""


class CacheUse(NamedTuple):
    """How one request used the cache; ``None`` is unknown."""

    request_id: str
    hit_ratio: float | None
    """Cache reads as a share of all that was sent."""
    rebuilt_tokens: int | None = None
    """Tokens written that the cache had held; 0 for a hit and for a first request."""
    rebuilt_micros: int | None = None
    """What they cost more than reading them would have."""
    cause: CacheCause | None = None
    """``None`` for a hit, and where the cache cannot be judged."""
    idle_ns: int | None = None
    """How long the prefix had not been used."""


_Key: TypeAlias = tuple[str | None, str | None, bool]


@dataclass(slots=True)
class _Prefix:
    """What one model, effort and speed left in the cache, and how long that lives."""

    last: ChainedRequest
    written_5m: int = 0
    written_1h: int = 0
    is_life_known: bool = True

    def use(self, request: ChainedRequest) -> None:
        self.last = request
        tiers = tiers_told(request.tokens)
        if tiers is None:
            self.is_life_known = False
        else:
            self.written_5m += tiers[0]
            self.written_1h += tiers[1]

    def life(self, lost_tokens: int) -> int | None:
        """Return after how long all of the lost tokens are gone, or ``None`` if not known.

        Where it is not told how long cache writes live, it is the longest that they can.
        """
        if not self.is_life_known or not (self.written_5m or self.written_1h):
            return ONE_HOUR if _CLAUDE in (self.last.model or "") else None
        if not self.written_1h or (self.written_5m and lost_tokens <= self.written_5m):
            return FIVE_MINUTES
        return ONE_HOUR


@dataclass(slots=True)
class _Chain:
    last: ChainedRequest
    prefixes: dict[_Key, _Prefix] = field(default_factory=dict)

    def use(self, request: ChainedRequest, *, anew: bool) -> None:
        """Note a request; what was written before a rebuild no longer counts."""
        key = _key(request)
        if anew or key not in self.prefixes:
            self.prefixes[key] = _Prefix(request)
        self.prefixes[key].use(request)
        self.last = request

    def prefix(self, request: ChainedRequest) -> _Prefix:
        """Return the prefix that a request can hit: the last one used, or its own kind's.

        That is another one only where the kinds are known to differ.
        """
        last = self.prefixes[_key(self.last)]
        return self.prefixes.get(_key(request), last) if _is_apart(request, self.last) else last


class CacheJudge:
    """Judges the requests of one session, those of each chain in the order they were sent.

    A request without tokens is passed over: it neither used the cache nor breaks its chain.
    """

    def __init__(self, marks: Sequence[Mark] = ()) -> None:
        self._timeline = _Timeline(marks)
        self._chains: dict[tuple[str, str | None], _Chain] = {}

    def mark(self, marks: Sequence[Mark]) -> None:
        """Learn of more that happened."""
        self._timeline.add(marks)

    def follows(self, request: ChainedRequest) -> bool:
        """Tell whether a request was sent after all of its chain that were judged."""
        chain = self._chains.get(request.chain) if request.chain else None
        return chain is None or chain.last.place < request.place

    def is_past(self, at: int) -> bool:
        """Tell whether a moment lies after all requests that were judged."""
        return all(chain.last.at < at for chain in self._chains.values())

    def judge(self, request: ChainedRequest) -> CacheUse:
        """Say how a request, which ``follows``, used the cache."""
        ratio = request.tokens.cache_hit_ratio if request.context_tokens is not None else None
        if request.chain is None or request.cached_tokens is None:
            return CacheUse(request.request_id, ratio)
        chain = self._chains.get(request.chain)
        if chain is None:
            chain = self._chains[request.chain] = _Chain(request)
            use = CacheUse(request.request_id, ratio, 0, 0, CacheCause.FIRST_REQUEST)
        else:
            use = _judged(request, chain, self._timeline)
        chain.use(request, anew=bool(use.rebuilt_tokens))
        return use


def cache_uses(requests: Sequence[ChainedRequest], marks: Sequence[Mark] = ()) -> list[CacheUse]:
    """Judge the requests of one session, given in the order in which they were sent."""
    judge = CacheJudge(marks)
    return [judge.judge(request) for request in requests]


def _judged(request: ChainedRequest, chain: _Chain, timeline: "_Timeline") -> CacheUse:
    ratio = request.tokens.cache_hit_ratio if request.context_tokens is not None else None
    before = chain.prefix(request).last
    idle_ns = max(request.at - before.ended_at, 0)
    rebuilt = _rebuilt_tokens(request, before, is_cut=timeline.is_cut(before, request))
    if not rebuilt:
        return CacheUse(request.request_id, ratio, 0, 0, idle_ns=idle_ns)
    return CacheUse(
        request.request_id,
        ratio,
        rebuilt,
        _rebuilt_micros(request, rebuilt),
        _cause(request, chain, timeline),
        idle_ns,
    )


def _rebuilt_tokens(request: ChainedRequest, before: ChainedRequest, *, is_cut: bool) -> int:
    """Return how many tokens were written again, 0 unless reads collapse and writes spike.

    Writes spike when they exceed those of the request before, or make good most of what was lost:
    after a rebuild the next one need not be larger. A context that was cut short has less to write;
    there they spike when they are half of what is still read, or more.
    """
    cached = before.cached_tokens or 0
    read, write = request.tokens.cache_read or 0, written_tokens(request.tokens) or 0
    if 2 * read >= cached:
        return 0
    rebuilt = min(cached - read, write)
    spikes = (
        write > (written_tokens(before.tokens) or 0)
        or 2 * rebuilt >= cached - read
        or (is_cut and 2 * write >= read)
    )
    return rebuilt if spikes else 0


def _rebuilt_micros(request: ChainedRequest, rebuilt: int) -> int | None:
    """Return the difference to a hit, the tokens being written at the request's average price."""
    if request.rates is None:
        return None
    written = amounts(request.tokens, request.rates, tiers_told(request.tokens)).cache_write
    read = product(rebuilt, request.rates.cache_read)
    if written is None or read is None:
        return None
    writes = written_tokens(request.tokens) or 0
    return rounded(max(written * rebuilt - read * writes, 0), writes * RATE_TOKENS)


def _cause(request: ChainedRequest, chain: _Chain, timeline: "_Timeline") -> CacheCause:
    """Return the first cause that is proven.

    A new process connects its MCP servers anew, which is no change of them.
    """
    before = chain.last
    marks = timeline.between(before, request)
    between = {mark.kind for mark in marks}
    upgraded = _differ(request.agent_version, before.agent_version)
    restarted = (
        upgraded
        or MarkKind.PROCESS_STARTED in between
        or _numbers_anew(request, before)
        or any(_numbers_anew(mark, before) for mark in marks)
    )
    mcp = not between.isdisjoint({MarkKind.MCP_CONNECTED, MarkKind.MCP_DISCONNECTED})
    is_fast, was_fast = request.speed == FAST, before.speed == FAST
    proven = {
        CacheCause.IDLE: _was_idle(request, chain.prefix(request)),
        CacheCause.MODEL_CHANGED: _differ(request.model, before.model),
        CacheCause.EFFORT_CHANGED: _differ(request.effort, before.effort),
        CacheCause.FAST_MODE_CHANGED: is_fast != was_fast,
        CacheCause.MCP_CHANGED: mcp and not restarted,
        CacheCause.COMPACTION: MarkKind.COMPACTED in between,
        CacheCause.AGENT_UPGRADED: upgraded,
        CacheCause.AGENT_RESUMED: restarted,
    }
    return next((cause for cause in CacheCause if proven.get(cause)), CacheCause.UNEXPLAINED)


def _was_idle(request: ChainedRequest, prefix: _Prefix) -> bool:
    """Tell whether the prefix was unused for longer than it lives, and is lost.

    The time counts from the end of the last answer. The cache was used at the latest while that was
    given, so a longer pause proves that it had expired, whenever exactly its life began.
    """
    lost = (prefix.last.cached_tokens or 0) - (request.tokens.cache_read or 0)
    life = prefix.life(lost)
    is_lost = 2 * lost > (prefix.last.cached_tokens or 0)
    return is_lost and life is not None and request.at - prefix.last.ended_at > life


def _numbers_anew(event: ChainedRequest | Mark, before: ChainedRequest) -> bool:
    """Tell whether events are numbered from the start again, as each process does."""
    if event.sequence is None or before.sequence is None or event.at < before.ended_at:
        return False
    return event.sequence <= before.sequence


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other


def _key(request: ChainedRequest) -> _Key:
    return request.model, request.effort, request.speed == FAST


def _is_apart(one: ChainedRequest, other: ChainedRequest) -> bool:
    """Tell whether two requests are known not to share a cache."""
    is_other_speed = (one.speed == FAST) != (other.speed == FAST)
    return is_other_speed or _differ(one.model, other.model) or _differ(one.effort, other.effort)


class _Timeline:
    """Marks by time."""

    def __init__(self, marks: Sequence[Mark]) -> None:
        self._marks: list[Mark] = []
        self.add(marks)

    def add(self, marks: Sequence[Mark]) -> None:
        self._marks = sorted([*self._marks, *marks], key=lambda mark: mark.at)
        self._times = [mark.at for mark in self._marks]

    def between(self, before: ChainedRequest, request: ChainedRequest) -> list[Mark]:
        """Return what happened after a request was sent and before another was.

        A compaction is one of the context it names.
        """
        first, last = (bisect_right(self._times, moment.at) for moment in (before, request))
        return [
            mark
            for mark in self._marks[first:last]
            if mark.kind is not MarkKind.COMPACTED or mark.agent_id == request.agent_id
        ]

    def is_cut(self, before: ChainedRequest, request: ChainedRequest) -> bool:
        """Tell whether the context was compacted between two requests."""
        return any(mark.kind is MarkKind.COMPACTED for mark in self.between(before, request))
