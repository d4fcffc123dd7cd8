"""What requests cost and why caches were lost, as the writer keeps it in the store."""

import random
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receiver.dialects import Dialects
from receiver.stored import StoredDecoder
from sessionscope.tables import requests as request_table
from sessionscope.tables import sessions as session_table
from sessionscope.tables.columns import cells
from store.connection import Database, open_reader, open_writer
from store.domain import CacheCause, Cost, CostByClass, Difference, Provenance, Request
from store.prices.book import PriceBook
from store.queries.contexts import added_in_turns, contexts
from store.queries.filter import parse
from store.queries.filter_keys import Rows
from store.queries.requests import requests
from store.queries.sessions import sessions
from store.queries.subagents import SubagentNode
from store.queries.totals import lost_in
from store.queries.transcript import nodes, turns
from store.reindex import reindex
from store.reprice import note_book, reprice
from tests.captures import CAPTURES, batches, exports
from tests.store.spending import OLD_OPUS, OPUS, TOOK_S, Session, subagent
from tests.store.stores import derived, fill, filled

EVERYTHING = parse("", now_ns=0)
OWN = """
[models."claude-opus-5-5"]
input = 40
cache_read = 2
cache_write_5m = 50
cache_write_1h = 80
output = 200
"""


def written(path: Path, session: Session) -> dict[str, Request]:
    """Return a session's requests, each of its events written in a transaction of its own."""
    fill(path, session.batches, one_by_one=True)
    return {request.request_id: request for request in requests(open_reader(path), session_id="s")}


def causes(found: dict[str, Request]) -> dict[str, CacheCause | None]:
    """Return what is said of each request's cache."""
    return {name: request.cache.cause for name, request in found.items()}


def parts(by_class: CostByClass) -> int:
    """Return what the classes come to."""
    return by_class.total or 0


def _nothing(_session: Session) -> None:
    """Leave the session alone between two requests."""


def _fails(session: Session) -> None:
    session.happens("compaction", 10, trigger="auto", success="false", error="too_few_groups")


def _prompts(session: Session) -> None:
    session.restart()
    session.happens("user_prompt", 10, prompt="again", prompt_length=5)
    session.sequence = 50


MADE_CAUSES: list[tuple[float, dict[str, Any], Callable[[Session], None], CacheCause]] = [
    (299, {}, _nothing, CacheCause.UNEXPLAINED),
    (301, {}, _nothing, CacheCause.IDLE),
    (301, {"model": OLD_OPUS, "effort": "high"}, _nothing, CacheCause.IDLE),
    (20, {"model": OLD_OPUS, "effort": "high"}, _nothing, CacheCause.MODEL_CHANGED),
    (20, {"effort": "high"}, _nothing, CacheCause.EFFORT_CHANGED),
    (20, {"speed": "fast"}, _nothing, CacheCause.FAST_MODE_CHANGED),
    (
        20,
        {},
        lambda session: session.happens("mcp_server_connection", 10, status="connected"),
        CacheCause.MCP_CHANGED,
    ),
    (
        20,
        {},
        lambda session: session.happens("mcp_server_connection", 10, status="disconnected"),
        CacheCause.MCP_CHANGED,
    ),
    (
        20,
        {},
        lambda session: session.happens("mcp_server_connection", 10, status="failed"),
        CacheCause.UNEXPLAINED,
    ),
    (
        20,
        {},
        lambda session: session.happens("compaction", 10, trigger="manual", success="true"),
        CacheCause.COMPACTION,
    ),
    (20, {}, _fails, CacheCause.UNEXPLAINED),
    (20, {}, lambda session: session.restart("2.1.331"), CacheCause.AGENT_UPGRADED),
    (20, {}, lambda session: session.restart(), CacheCause.AGENT_RESUMED),
    (20, {}, _prompts, CacheCause.AGENT_RESUMED),
    (20, {}, _nothing, CacheCause.UNEXPLAINED),
]


@pytest.mark.parametrize(("idle_s", "changes", "between", "expected"), MADE_CAUSES)
def test_a_rebuild_has_the_first_cause_that_is_proven(
    tmp_path: Path,
    idle_s: float,
    changes: dict[str, Any],
    *,
    between: Callable[[Session], None],
    expected: CacheCause,
) -> None:
    """As the records of an agent tell it, one transaction each; what proves nothing names none."""
    session = Session()
    session.sequence = 4
    session.asks("first", 0, write=20_000)
    between(session)
    session.asks("lost", TOOK_S + idle_s, write=20_300, **changes)
    found = written(tmp_path / "s.db", session)
    assert causes(found) == {"first": CacheCause.FIRST_REQUEST, "lost": expected}
    lost = found["lost"].cache
    assert (lost.rebuilt_tokens, lost.hit_ratio) == (20_000, 0.0)
    assert lost.idle_ms == idle_s * 1_000
    if not changes:
        assert lost.rebuilt_micros == 96_000


@pytest.mark.parametrize("idle_s", [20, 299, 301, 4_000])
def test_whatever_happens_a_hit_is_no_rebuild(tmp_path: Path, idle_s: int) -> None:
    """Only what was written again was lost."""
    session = Session()
    session.asks("first", 0, write=20_000)
    session.happens("mcp_server_connection", 10, status="connected")
    session.asks("hit", TOOK_S + idle_s, read=20_000, write=300, effort="high")
    hit = written(tmp_path / "s.db", session)["hit"].cache
    assert (hit.rebuilt_tokens, hit.rebuilt_micros, hit.cause) == (0, 0, None)


def test_interleaved_subagents_and_a_model_that_keeps_its_cache(tmp_path: Path) -> None:
    """Each sub-agent is a chain of its own; back at the first model its own cache is hit."""
    session = Session()
    session.asks("main", 0, write=20_000)
    for number, (agent, read, write) in enumerate(
        [("a1", 0, 5_200), ("a2", 0, 9_300), ("a1", 5_200, 92), ("a2", 9_300, 93)]
    ):
        session.asks(f"{agent} {read}", 3 + number, read=read, write=write, **subagent(agent))
    session.asks("away", 20, write=20_300, model=OLD_OPUS)
    session.asks("back", 40, read=20_000, write=700)
    found = written(tmp_path / "s.db", session)
    assert {name: cause for name, cause in causes(found).items() if cause} == {
        "main": CacheCause.FIRST_REQUEST,
        "a1 0": CacheCause.FIRST_REQUEST,
        "a2 0": CacheCause.FIRST_REQUEST,
        "away": CacheCause.MODEL_CHANGED,
    }


def _long_session() -> Session:
    """Every cause, parallel sub-agents, a failed request, a model without a price."""
    session, at_s = Session(), 0.0
    session.asks("first", at_s, write=20_000)
    session.happens("api_error", 4, request_id="failed", model=OLD_OPUS, error="overloaded")
    for number, (idle_s, changes, between, _) in enumerate(MADE_CAUSES):
        between(session)
        at_s += TOOK_S + idle_s
        for agent in ("a1", "a2"):
            session.asks(f"{agent} {number}", at_s - 9, read=900, write=4_000, **subagent(agent))
        session.asks(f"lost {number}", at_s, write=20_300 + number, **changes)
    session.asks("unpriced", at_s + 9, write=20_000, model="nobody-knows")
    session.asks("computed", at_s + 19, read=9_000, write=9_000, cost_usd_micros=None)
    return session


@cache
def _in_order() -> dict[str, list[tuple[Any, ...]]]:
    with tempfile.TemporaryDirectory() as folder:
        return derived(filled(Path(folder) / "s.db", _long_session().batches))


@settings(max_examples=25)
@given(chance=st.randoms(use_true_random=False), groups=st.booleans())
def test_any_order_and_repetition_gives_the_same_costs_and_causes(
    chance: random.Random, *, groups: bool
) -> None:
    """Neither order nor repetition nor what shares a transaction changes a figure."""
    told = _long_session().batches
    told += chance.sample(told, chance.randrange(len(told)))
    for _ in range(chance.randrange(40)):
        first, second = chance.randrange(len(told)), chance.randrange(len(told))
        told[first], told[second] = told[second], told[first]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "s.db"
        fill(path, told, one_by_one=not groups)
        assert derived(open_reader(path)) == _in_order()


def _shown(db: Database) -> tuple[list[Request], Cost, list[Cost]]:
    (session,) = sessions(db, where=EVERYTHING, now_ns=0)
    return requests(db, session_id="s"), session.cost, [t.cost for t in turns(db, "s")]


def test_totals_are_the_sum_of_what_is_shown(tmp_path: Path) -> None:
    """Of a session, its turns and its sub-agents: money, classes, rebuilds, what has no price."""
    db = filled(tmp_path / "s.db", _long_session().batches)
    (session,) = sessions(db, where=EVERYTHING, now_ns=0)
    shown, total, by_turn = _shown(db)
    assert total.micros == sum(request.cost.micros or 0 for request in shown)
    assert total.micros == sum(cost.micros or 0 for cost in by_turn)
    assert total.unpriced_requests == 1
    assert (total.unreported_requests, total.provenance) == (2, Provenance.COMPUTED)
    assert total.micros == parts(total.by_class) + (total.unsplit_micros or 0)
    lost = [request.cache for request in shown if request.cache.rebuilt_tokens]
    assert session.lost.rebuilds == len(lost)
    assert session.lost.micros == sum(cache.rebuilt_micros or 0 for cache in lost)
    assert session.lost.unpriced == sum(cache.rebuilt_micros is None for cache in lost)
    subagents = [node for node in nodes(db, "s", "p") if isinstance(node, SubagentNode)]
    assert {node.agent_id: node.cost.micros for node in subagents} == {
        agent: sum(r.cost.micros or 0 for r in shown if r.agent_id == agent)
        for agent in ("a1", "a2")
    }


def test_a_model_without_a_price_is_unknown_everywhere(tmp_path: Path) -> None:
    """Its cost is never 0, nor is the price of its rebuilds; that there is one is known."""
    session = Session()
    session.asks("first", 0, write=20_000, model="nobody-knows")
    session.asks("lost", 20, write=20_300, model="nobody-knows")
    path = tmp_path / "s.db"
    lost = written(path, session)["lost"]
    (total,) = sessions(open_reader(path), where=EVERYTHING, now_ns=0)
    for cost in (lost.cost, total.cost):
        assert (cost.micros, cost.computed_micros, cost.by_class) == (None, None, CostByClass())
        assert (cost.provenance, cost.price_date) == (Provenance.UNKNOWN, None)
    assert (lost.cache.rebuilt_tokens, lost.cache.rebuilt_micros) == (20_000, None)
    assert (total.lost.rebuilds, total.lost.micros, total.lost.unpriced) == (1, None, 1)
    assert total.cost.unpriced_requests == 2
    db = open_reader(path)
    assert not requests(db, where=parse("cost<1", now_ns=0, rows=Rows.REQUESTS))
    assert not sessions(db, where=parse("cost<1", now_ns=0), now_ns=0)


def test_lives_that_are_not_told_are_solved_and_marked(tmp_path: Path) -> None:
    """Older versions do not split cache writes; the reported cost proves how long they live."""
    session = Session()
    untold = {"cache_creation_5m_tokens": None, "cache_creation_1h_tokens": None}
    session.asks("first", 0, write=20_000, hour=20_000, **untold)
    session.asks("lost", 1_000, write=20_300, **untold)
    found = written(tmp_path / "s.db", session)
    cost = found["first"].cost
    assert (cost.provenance, cost.split_provenance) == (Provenance.INFERRED, Provenance.INFERRED)
    assert found["first"].billed_writes == (0, 20_000)
    assert parts(cost.by_class) == cost.micros == cost.reported_micros == cost.computed_micros
    assert found["lost"].cache.cause is CacheCause.UNEXPLAINED
    told = cells(request_table.COLUMNS, found["first"])
    assert (told["tokens.cache_write_5m"], told["tokens.cache_write_1h"]) == (0, 20_000)
    db = open_reader(tmp_path / "s.db")
    (session_,) = sessions(db, where=EVERYTHING, now_ns=0)
    for tokens in (session_.tokens, *(turn.tokens for turn in turns(db, "s"))):
        assert (tokens.cache_write_5m, tokens.cache_write_1h) == (20_300, 20_000)


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        ([{"write": 20_000}, {"read": 20_000, "write": 300}], 0),
        ([{"write": 20_000}, {"write": 20_300}], 96_000),
        ([{"write": 20_000}, {"query_source": "agent:custom"}], None),
        ([{"write": 20_000, "model": "nobody-knows"}], 0),
        ([], None),
    ],
)
def test_what_was_lost_to_rebuilds(
    tmp_path: Path, changes: list[dict[str, Any]], lost: int | None
) -> None:
    """Nothing, where every answered request was judged; nobody knows, where one was not."""
    session = Session()
    session.happens("api_error", 4, request_id="failed", model=OPUS, error="overloaded")
    for number, change in enumerate(changes):
        session.asks(str(number), 9 * number, **change)
    db = filled(tmp_path / "s.db", session.batches)
    (found,) = sessions(db, where=EVERYTHING, now_ns=0)
    assert found.lost.micros == lost
    assert [turn.lost for turn in turns(db, "s")] == [found.lost]
    assert lost_in(requests(db, session_id="s")) == found.lost


@pytest.mark.parametrize(
    ("models", "note"),
    [
        ([OPUS], None),
        (["nobody-knows"], "1 request has no known cost."),
        (["nobody-knows"] * 2, "2 requests have no known cost."),
        ([OPUS, "nobody-knows"], "1 request has no known cost: the cost is a lower bound."),
    ],
)
def test_what_is_said_of_requests_without_a_cost(
    tmp_path: Path, models: list[str], note: str | None
) -> None:
    """They make the cost a lower bound where there is one."""
    session = Session()
    for number, model in enumerate(models):
        session.asks(str(number), 9 * number, write=500, model=model)
    db = filled(tmp_path / "s.db", session.batches)
    (found,) = sessions(db, where=EVERYTHING, now_ns=0)
    assert [one for one in session_table.notes(found) if "known cost" in one] == [note][
        : bool(note)
    ]


def test_a_cost_that_list_prices_do_not_explain_is_split(tmp_path: Path) -> None:
    """In their proportion, to the whole: of the request and of its session."""
    session = Session()
    session.asks("odd", 0, write=20_000, cost_usd_micros=500_001)
    odd = written(tmp_path / "s.db", session)["odd"].cost
    (total,) = sessions(open_reader(tmp_path / "s.db"), where=EVERYTHING, now_ns=0)
    assert (odd.computed_micros, odd.difference) == (100_140, Difference.OTHER)
    for cost in (odd, total.cost):
        assert parts(cost.by_class) == cost.micros == 500_001
        assert cost.split_provenance is Provenance.INFERRED


def test_contexts_grow_and_have_a_known_window(tmp_path: Path) -> None:
    """The size at each request, what was added, and the window of models whose window is known."""
    session = Session()
    session.asks("first", 0, write=20_000)
    session.asks("second", 10, read=20_000, write=300)
    session.asks("unknown", 20, read=20_300, write=90, model="nobody-knows")
    db = filled(tmp_path / "s.db", session.batches)
    assert [(size.tokens, size.added_tokens, size.window_tokens) for size in contexts(db, "s")] == [
        (20_010, 20_010, 1_000_000),
        (20_310, 300, 1_000_000),
        (20_400, 90, None),
    ]
    assert added_in_turns(db, "s") == {"p": 20_400}


def test_reindex_and_reprice_find_the_same(tmp_path: Path) -> None:
    """What is worked out from all rows is what was worked out as they came."""
    path = tmp_path / "s.db"
    fill(path, _long_session().batches, one_by_one=True)
    db = open_writer(path)
    before = derived(db)
    assert reprice(db, PriceBook()) == len(requests(db, session_id="s"))
    assert derived(db) == before
    reindex(db, Dialects(), decode=StoredDecoder().decode)
    assert derived(db) == before


def test_other_prices_change_what_is_computed_alone(tmp_path: Path) -> None:
    """A store remembers the book it was priced by until it is priced anew."""
    path = tmp_path / "s.db"
    fill(path, _long_session().batches)
    db = open_writer(path)
    (computed,) = [r for r in requests(db, session_id="s") if r.request_id == "computed"]
    own = PriceBook(OWN)
    assert not note_book(db, PriceBook().identity)
    assert note_book(db, own.identity)
    assert note_book(db, own.identity)
    reported = {r.request_id: r.cost.reported_micros for r in requests(db, session_id="s")}
    reprice(db, own)
    after = {r.request_id: r for r in requests(db, session_id="s")}
    assert {name: r.cost.reported_micros for name, r in after.items()} == reported
    assert after["computed"].cost.micros == 10 * (computed.cost.micros or 0)
    assert after["computed"].cost.price_table == "own prices"
    assert not note_book(db, own.identity)


@pytest.mark.parametrize("capture", CAPTURES)
def test_computed_is_reported_in_every_capture(tmp_path: Path, capture: str) -> None:
    """Within one micro-dollar a request, split to the whole. ``pytest -s`` prints the table."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    priced = [r for r in requests(db, limit=0) if r.cost.reported_micros is not None]
    for request in priced:
        cost = request.cost
        assert abs(cost.difference_micros or 0) <= 1
        assert cost.computed_micros is not None
        assert parts(cost.by_class) == cost.micros == cost.reported_micros
        assert cost.split_provenance is Provenance.COMPUTED
        print(  # noqa: T201 - the table that is asked for
            f"{capture:22}{request.model:18}{cost.reported_micros:>8}{cost.computed_micros:>8}"
            f"{cost.by_class.input:>6}{cost.by_class.cache_read:>7}{cost.by_class.cache_write:>7}"
            f"{cost.by_class.output:>6}  {request.cache.cause or ''}"
        )
    for session in sessions(db, where=EVERYTHING, now_ns=0, limit=0):
        cost = session.cost
        if not session.is_metered and cost.micros is not None:
            assert parts(cost.by_class) == cost.micros
