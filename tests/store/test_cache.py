"""Where the prompt cache was lost, and why: each cause, and what only looks like it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.cache import CacheUse, cache_uses
from store.chains import ChainedRequest, Mark, MarkKind
from store.domain import TokenUsage
from store.prices.rates import Rates
from store.vocabulary import CacheCause

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
START = 1_795_000_000 * SECOND
RATES = Rates(4 * 10**12, 2 * 10**11, 5 * 10**12, 8 * 10**12, 20 * 10**12)
"""Four micro-dollars a token of input, a fifth for a read, 5 and 8 for writes."""


def request(
    name: str,
    at: int,
    *,
    read: int | None = 0,
    write: int | None = 0,
    hour: int | None = 0,
    sent: int | None = 10,
) -> ChainedRequest:
    """A main request ``at`` nanoseconds after the start; ``hour`` of its writes live an hour."""
    five_minutes = None if write is None or hour is None else write - hour
    return ChainedRequest(
        request_id=name,
        at=START + at,
        tokens=TokenUsage(
            input=sent,
            cache_read=read,
            cache_write=write,
            cache_write_5m=five_minutes,
            cache_write_1h=hour,
            output=5,
        ),
        duration_ms=2_000,
        model="claude-opus-5-5",
        effort="medium",
        speed="normal",
        sequence=10 + at // SECOND,
        agent_version="2.1.330",
        rates=RATES,
    )


FIRST = request("first", 0, write=20_000)
LOST = request("lost", 30 * SECOND, write=20_300)
"""Reads nothing of what ``FIRST`` left, and writes it all again."""
FAILED = replace(FIRST, tokens=TokenUsage())


def moved(one: ChainedRequest, seconds: int) -> ChainedRequest:
    """Return a request sent so many seconds after the answer to ``FIRST`` was complete."""
    at = FIRST.ended_at + seconds * SECOND
    return replace(one, at=at, sequence=10 + (at - START) // SECOND)


def mark(kind: MarkKind, second: int = 10, agent_id: str | None = None) -> Mark:
    """Something that happened so many seconds after the start."""
    return Mark(START + second * SECOND, kind, agent_id)


def judged(*requests: ChainedRequest, marks: tuple[Mark, ...] = ()) -> dict[str, CacheUse]:
    """Return what is said of each request."""
    return {use.request_id: use for use in cache_uses(requests, marks)}


def cause(*requests: ChainedRequest, marks: tuple[Mark, ...] = ()) -> CacheCause | None:
    """Return the cause of the last request's rebuild."""
    return cache_uses(requests, marks)[-1].cause


def test_a_rebuild_has_its_tokens_and_its_price() -> None:
    """What the cache had held costs the difference of a write to a read: 4.80 for a token here."""
    use = judged(FIRST, LOST)["lost"]
    assert (use.rebuilt_tokens, use.rebuilt_micros) == (20_000, 96_000)
    assert use.hit_ratio == 0


@pytest.mark.parametrize(
    ("changes", "rebuilt_micros"),
    [
        ({"rates": None}, None),
        ({"rates": RATES._replace(cache_read=None)}, None),
        ({"tokens": replace(LOST.tokens, cache_write_5m=0, cache_write_1h=20_300)}, 156_000),
        ({"tokens": replace(LOST.tokens, cache_write_5m=10_150, cache_write_1h=10_150)}, 126_000),
        ({"tokens": replace(LOST.tokens, cache_write_5m=None, cache_write_1h=None)}, None),
    ],
)
def test_the_price_of_a_rebuild_follows_the_tiers(
    changes: dict[str, object], rebuilt_micros: int | None
) -> None:
    """An hour's writes cost more; a mix costs its average; without a price it is unknown."""
    use = judged(FIRST, replace(LOST, **changes))["lost"]  # type: ignore[arg-type]
    assert (use.rebuilt_tokens, use.rebuilt_micros) == (20_000, rebuilt_micros)


@pytest.mark.parametrize(
    ("second", "rebuilt"),
    [
        (request("hit", 9 * SECOND, read=20_000, write=300), 0),
        (request("grown", 9 * SECOND, read=20_000, write=19_000), 0),
        (request("last block only", 9 * SECOND, read=19_700, write=600), 0),
        (request("just half", 9 * SECOND, read=10_000, write=10_300), 0),
        (request("less than half", 9 * SECOND, read=9_999, write=10_300), 10_001),
        (request("cut short", 9 * SECOND, read=3_000, write=100), 0),
        (request("not cached", 9 * SECOND, write=0, sent=20_310), 0),
        (request("shorter", 9 * SECOND, write=12_000), 12_000),
    ],
    ids=lambda value: value.request_id if isinstance(value, ChainedRequest) else None,
)
def test_what_is_a_rebuild(second: ChainedRequest, rebuilt: int) -> None:
    """Reads must collapse and writes must make it good; growth, however large, is none."""
    use = judged(FIRST, second)[second.request_id]
    assert use.rebuilt_tokens == rebuilt
    assert use.cause is (CacheCause.UNEXPLAINED if rebuilt else None)


def test_small_writes_after_a_rebuild_are_hits_again() -> None:
    """The request after a rebuild reads what that wrote."""
    after = request("after", 40 * SECOND, read=20_300, write=200)
    assert judged(FIRST, LOST, after)["after"].rebuilt_tokens == 0


def test_the_first_request_of_a_chain_is_named_and_is_no_rebuild() -> None:
    """Main thread, sub-agents and what runs beside them each begin with nothing to read."""
    helper = replace(LOST, request_id="helper", source="subagent", agent_id="a1")
    title = replace(LOST, request_id="title", source="title")
    for use in judged(FIRST, helper, title).values():
        assert (use.cause, use.rebuilt_tokens) == (CacheCause.FIRST_REQUEST, 0)


@pytest.mark.parametrize(
    ("seconds", "hour", "expected"),
    [
        (4 * 60 + 59, 0, CacheCause.UNEXPLAINED),
        (5 * 60, 0, CacheCause.UNEXPLAINED),
        (5 * 60 + 1, 0, CacheCause.IDLE),
        (5 * 60 + 1, 20_000, CacheCause.UNEXPLAINED),
        (59 * 60 + 59, 20_000, CacheCause.UNEXPLAINED),
        (60 * 60 + 1, 20_000, CacheCause.IDLE),
        (5 * 60 + 1, 15_000, CacheCause.UNEXPLAINED),
        (60 * 60 + 1, 15_000, CacheCause.IDLE),
        (30 * 60, None, CacheCause.UNEXPLAINED),
        (60 * 60, None, CacheCause.UNEXPLAINED),
        (60 * 60 + 1, None, CacheCause.IDLE),
    ],
)
def test_idle_is_longer_than_the_writes_live(
    seconds: int, hour: int | None, expected: CacheCause
) -> None:
    """Five minutes or an hour, as the cache was written; untold, no longer than an hour."""
    first = request("first", 0, write=20_000, hour=hour)
    lost = moved(LOST, seconds)
    assert cause(first, lost) is expected
    assert cache_uses([first, lost])[-1].idle_ns == seconds * SECOND


def test_of_another_providers_cache_no_life_is_claimed() -> None:
    """Some keep a prompt for a day."""
    first = replace(request("first", 0, write=20_000, hour=None), model="gpt-5.5")
    assert cause(first, replace(moved(LOST, 3_601), model="gpt-5.5")) is CacheCause.UNEXPLAINED


def test_the_part_that_lives_five_minutes_is_lost_first() -> None:
    """Where both lives were written, a loss of no more than the shorter one's is idleness."""
    first = request("first", 0, write=20_000, hour=5_000)
    partly = moved(request("partly", 0, read=5_000, write=15_300), 5 * 60 + 1)
    assert cause(first, partly) is CacheCause.IDLE


def test_after_a_rebuild_the_new_writes_count() -> None:
    """What was written for five minutes is gone once it was written anew for an hour."""
    anew = moved(request("anew", 0, write=20_300, hour=20_300), 1)
    partly = moved(request("partly", 0, read=5_000, write=15_300), 3 + 301)
    assert cause(FIRST, anew, partly) is CacheCause.UNEXPLAINED


def test_a_use_in_time_keeps_the_cache() -> None:
    """Life counts from the last use, and a request that failed in between is none."""
    used = moved(request("used", 0, read=20_000, write=100), 4 * 60)
    lost = moved(LOST, 8 * 60)
    assert cause(FIRST, used, lost) is CacheCause.UNEXPLAINED
    assert (
        cause(FIRST, moved(replace(FAILED, request_id="failed"), 4 * 60), lost) is CacheCause.IDLE
    )


def test_a_failed_request_breaks_no_chain() -> None:
    """Nothing is known of its cache, and the request after it is held against the one before."""
    failed = moved(replace(FAILED, request_id="failed", model="claude-opus-4-8"), 5)
    hit = moved(request("hit", 0, read=20_000, write=300), 9)
    uses = judged(FIRST, failed, hit)
    assert uses["failed"] == CacheUse("failed", None)
    assert (uses["hit"].cause, uses["hit"].rebuilt_tokens) == (None, 0)


CHANGES = [
    ({"model": "claude-opus-4-8"}, CacheCause.MODEL_CHANGED),
    ({"effort": "high"}, CacheCause.EFFORT_CHANGED),
    ({"speed": "fast"}, CacheCause.FAST_MODE_CHANGED),
    ({"agent_version": "2.1.331"}, CacheCause.AGENT_UPGRADED),
    ({"sequence": 3}, CacheCause.AGENT_RESUMED),
    ({"sequence": 10}, CacheCause.AGENT_RESUMED),
    ({"model": None}, CacheCause.UNEXPLAINED),
    ({"effort": None}, CacheCause.UNEXPLAINED),
    ({"speed": None}, CacheCause.UNEXPLAINED),
    ({"agent_version": None}, CacheCause.UNEXPLAINED),
    ({"sequence": None}, CacheCause.UNEXPLAINED),
    ({}, CacheCause.UNEXPLAINED),
]


@pytest.mark.parametrize(("changes", "expected"), CHANGES)
def test_what_changed_in_the_request(changes: dict[str, object], expected: CacheCause) -> None:
    """A change is proven by two known values; what is not told proves nothing."""
    assert cause(FIRST, replace(LOST, **changes)) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (MarkKind.MCP_CONNECTED, CacheCause.MCP_CHANGED),
        (MarkKind.MCP_DISCONNECTED, CacheCause.MCP_CHANGED),
        (MarkKind.COMPACTED, CacheCause.COMPACTION),
        (MarkKind.PROCESS_STARTED, CacheCause.AGENT_RESUMED),
    ],
)
def test_what_happened_between(kind: MarkKind, expected: CacheCause) -> None:
    """Only what happened after the request before was sent, and not after this one."""
    assert cause(FIRST, LOST, marks=(mark(kind),)) is expected
    before, after = mark(kind, -1), mark(kind, 31)
    assert cause(FIRST, LOST, marks=(before, after)) is CacheCause.UNEXPLAINED


def test_a_new_process_connects_its_servers_anew() -> None:
    """That is no change of them: the cause is that the session was resumed, or upgraded."""
    marks = (mark(MarkKind.MCP_DISCONNECTED), mark(MarkKind.MCP_CONNECTED, 11))
    assert cause(FIRST, replace(LOST, sequence=3), marks=marks) is CacheCause.AGENT_RESUMED
    upgraded = replace(LOST, sequence=3, agent_version="2.1.331")
    assert cause(FIRST, upgraded, marks=marks) is CacheCause.AGENT_UPGRADED


def test_events_of_requests_that_overlap_prove_no_new_process() -> None:
    """The request that was sent first may end last, and its event has the higher number."""
    overlapping = replace(LOST, at=FIRST.ended_at - SECOND, sequence=9)
    assert cause(FIRST, overlapping) is CacheCause.UNEXPLAINED


def test_after_a_compaction_only_what_is_written_is_a_rebuild() -> None:
    """The context that was cut is not written again; the summary in its place is."""
    long = request("long", 9 * SECOND, read=90_000, write=600)
    short = request("short", 30 * SECOND, read=5_000, write=4_000)
    use = judged(long, short, marks=(mark(MarkKind.COMPACTED, 20),))["short"]
    assert (use.cause, use.rebuilt_tokens) == (CacheCause.COMPACTION, 4_000)


@pytest.mark.parametrize(
    ("read", "write", "rebuilt"),
    [(0, 5_000, 5_000), (6_000, 3_000, 3_000), (3_000, 100, 0), (10_000, 5_000, 0)],
)
def test_a_compaction_right_after_the_first_request(read: int, write: int, rebuilt: int) -> None:
    """The first one wrote its whole prompt, which what is left of it cannot exceed."""
    short = request("short", 30 * SECOND, read=read, write=write)
    use = judged(FIRST, short, marks=(mark(MarkKind.COMPACTED, 20),))["short"]
    assert use.rebuilt_tokens == rebuilt
    assert use.cause is (CacheCause.COMPACTION if rebuilt else None)


def test_a_compaction_is_of_its_own_context() -> None:
    """A sub-agent's compaction cuts no other context."""
    marks = (mark(MarkKind.COMPACTED, agent_id="a1"),)
    assert cause(FIRST, LOST, marks=marks) is CacheCause.UNEXPLAINED


def test_the_first_cause_in_order_is_given() -> None:
    """Idle before model, model before effort, MCP before compaction."""
    changed = replace(LOST, model="claude-opus-4-8", effort="high")
    marks = (mark(MarkKind.COMPACTED), mark(MarkKind.MCP_CONNECTED))
    assert cause(FIRST, moved(changed, 301), marks=marks) is CacheCause.IDLE
    assert cause(FIRST, changed, marks=marks) is CacheCause.MODEL_CHANGED
    assert cause(FIRST, replace(LOST, effort="high"), marks=marks) is CacheCause.EFFORT_CHANGED
    assert cause(FIRST, LOST, marks=marks) is CacheCause.MCP_CHANGED


def test_interleaved_subagents_do_not_disturb_each_other() -> None:
    """Each is held against its own last request, and the main thread against its own."""
    steps = [("a1", 0, 5_200), ("a2", 0, 9_300), ("a1", 5_200, 92), ("a2", 9_300, 93)]
    requests = [
        replace(
            request(f"{agent} {number}", (3 + number) * SECOND, read=read, write=write),
            source="subagent",
            agent_id=agent,
            model="claude-haiku-5-5" if agent == "a2" else "claude-opus-5-5",
        )
        for number, (agent, read, write) in enumerate(steps)
    ]
    main = request("main", 20 * SECOND, read=20_000, write=300)
    uses = judged(FIRST, *requests, main)
    assert {name: use.cause for name, use in uses.items() if use.cause} == {
        "first": CacheCause.FIRST_REQUEST,
        "a1 0": CacheCause.FIRST_REQUEST,
        "a2 1": CacheCause.FIRST_REQUEST,
    }


@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["", "a1", "a2"]),
            st.integers(0, 4_000),
            st.integers(0, 30_000),
            st.integers(0, 30_000),
            st.sampled_from(["claude-opus-5-5", "claude-opus-4-8"]),
        ),
        max_size=25,
    )
)
def test_chains_are_judged_as_if_alone(steps: list[tuple[str, int, int, int, str]]) -> None:
    """Whatever runs beside it, a chain is told the same, and no more is rebuilt than written."""
    requests, at = [], 0
    for number, (agent, pause, read, write, model) in enumerate(steps):
        at += pause * SECOND
        one = request(str(number), at, read=read, write=write)
        source = "subagent" if agent else "main"
        requests.append(replace(one, agent_id=agent or None, source=source, model=model))
    together = judged(*requests)
    for agent_id in (None, "a1", "a2"):
        alone = judged(*(one for one in requests if one.agent_id == agent_id))
        assert alone.items() <= together.items()
    for one in requests:
        use = together[one.request_id]
        assert 0 <= (use.rebuilt_tokens or 0) <= (one.tokens.cache_write or 0)
        assert bool(use.rebuilt_tokens) == (use.cause not in {None, CacheCause.FIRST_REQUEST})


def test_subagents_that_cannot_be_told_apart_are_not_judged() -> None:
    """Without ids they may be interleaved, so that a rebuild would be a guess."""
    one = replace(FIRST, source="subagent")
    other = replace(LOST, source="subagent")
    assert judged(one, other)["lost"] == CacheUse("lost", 0.0)


def test_a_model_switch_that_keeps_its_own_cache() -> None:
    """Away to another model is a rebuild, back within the first one's life is none."""
    away = replace(LOST, request_id="away", model="claude-opus-4-8")
    back = moved(request("back", 0, read=20_000, write=700), 60)
    uses = judged(FIRST, away, back)
    assert uses["away"].cause is CacheCause.MODEL_CHANGED
    assert (uses["back"].cause, uses["back"].rebuilt_tokens) == (None, 0)


def test_a_model_switch_back_after_its_cache_died() -> None:
    """The life of a model's cache counts from that model's last use, not from the other's."""
    away = moved(replace(LOST, request_id="away", model="claude-opus-4-8"), 280)
    back = moved(request("back", 0, write=21_000), 320)
    assert cause(FIRST, away, back) is CacheCause.IDLE
    soon = moved(request("back", 0, write=21_000), 290)
    assert cause(FIRST, away, soon) is CacheCause.MODEL_CHANGED


@pytest.mark.parametrize(
    ("read", "seconds", "rebuilt", "expected"),
    [
        (20_000, 60, 0, None),
        (20_000, 400, 0, None),
        (0, 60, 20_000, CacheCause.MODEL_CHANGED),
        (0, 301, 20_000, CacheCause.IDLE),
        (9_000, 60, 11_000, CacheCause.MODEL_CHANGED),
    ],
)
def test_a_model_switch_back_to_a_shorter_cache(
    read: int, seconds: int, *, rebuilt: int, expected: CacheCause | None
) -> None:
    """What the other model's cache held, the first one's never did: writing it loses nothing."""
    away = replace(request("away", 9 * SECOND, write=60_000), model="claude-opus-4-8")
    back = moved(request("back", 0, read=read, write=61_000 - read), seconds)
    use = judged(FIRST, away, back)["back"]
    assert (use.cause, use.rebuilt_tokens) == (expected, rebuilt)


def test_a_model_switch_away_again_is_held_against_its_own_cache() -> None:
    """Each model's cache grows with its own requests alone."""
    away = replace(request("away", 9 * SECOND, write=60_000), model="claude-opus-4-8")
    back = moved(request("back", 0, read=20_000, write=41_000), 60)
    again = moved(replace(away, request_id="again"), 90)
    lost = judged(FIRST, away, back, again)["again"]
    assert (lost.cause, lost.rebuilt_tokens) == (CacheCause.MODEL_CHANGED, 60_000)
    hit = replace(again, tokens=replace(FIRST.tokens, cache_read=60_000))
    assert judged(FIRST, away, back, hit)["again"].rebuilt_tokens == 0


def test_a_request_of_untold_effort_is_of_the_same_cache() -> None:
    """What is not told is not taken for a change, there and back."""
    untold = replace(request("untold", 9 * SECOND, read=20_000, write=40_000), effort=None)
    back = moved(request("back", 0, write=61_000), 60)
    use = judged(FIRST, untold, back)["back"]
    assert (use.cause, use.rebuilt_tokens) == (CacheCause.UNEXPLAINED, 60_000)


@pytest.mark.parametrize("missing", [{"read": None}, {"write": None}])
def test_tokens_that_are_not_told_prove_nothing(missing: dict[str, None]) -> None:
    """Such a request is passed over."""
    unknown = request("unknown", 9 * SECOND, **missing)
    uses = judged(FIRST, unknown, LOST)
    assert uses["unknown"] == CacheUse("unknown", None)
    assert uses["lost"].rebuilt_tokens == 20_000
