"""What metrics tell of a session: the same figures whatever the temporality and the order."""

import json
import random
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receiver.decode import Decoder, Encoding
from store.connection import Database
from store.counters import LIMIT
from store.domain import Work
from store.queries.coverage import coverage
from store.queries.filter import parse
from store.queries.sessions import sessions
from store.signals import CUMULATIVE, DELTA, Batch, Signal
from tests.captures import batches, exports
from tests.store.stores import filled

LINES, COMMITS, ACTIVE = "lines_of_code.count", "commit.count", "active_time.total"


def _work(db: Database) -> Work:
    (session,) = sessions(db, where=parse("", now_ns=0), now_ns=0)
    return session.work


@pytest.mark.parametrize(
    ("capture", "work"),
    [
        ("tour-full", Work(6, 1, 0, 0, 0, 2_047, 3, 0)),
        ("tour-cumulative", Work(6, 1, 0, 0, 0, 2_067, 3, 0)),
        ("tour-traces-full", Work(6, 1, 0, 0, 0, 2_217, 3, 0)),
        ("git", Work(3, 0, 3, 1, 0, 880, 1, 0)),
        ("tui-permissions", Work(7, 1, 0, 0, 3_570, 1_563, 4, 0)),
        ("fault-429", Work(0, 0, 0, 0, 0, 742, 0, 0)),
    ],
)
def test_figures_are_those_the_client_counted(capture: str, work: Work, tmp_path: Path) -> None:
    """Each point counts once, those that were sent again on a 429 too; what has none is 0."""
    assert _work(filled(tmp_path / "s.db", batches(exports(capture)))) == work


def test_without_metrics_nothing_is_known(tmp_path: Path) -> None:
    """No metric of a session is no figure, not 0."""
    sent = [batch for batch in batches(exports("git")) if batch.signal is not Signal.METRICS]
    assert _work(filled(tmp_path / "s.db", sent)) == Work()


def _point(
    metric: str,
    value: float,
    *,
    start: int = 1,
    at: int = 2,
    temporality: int = DELTA,
    is_monotonic: bool = True,
    flags: int = 0,
    told: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return a metric of one point; ``told`` are its attributes."""
    attributes = [
        {"key": key, "value": {"stringValue": text}}
        for key, text in {"session.id": "s", **(told or {})}.items()
    ]
    point = {"startTimeUnixNano": start, "timeUnixNano": at, "attributes": attributes}
    data = {
        "aggregationTemporality": temporality,
        "isMonotonic": is_monotonic,
        "dataPoints": [point | {"asDouble": value, "flags": flags}],
    }
    return {"name": f"claude_code.{metric}", "sum": data}


def _batch(*metrics: dict[str, Any]) -> Batch:
    scope = {"name": "com.anthropic.claude_code"}
    request = {"resourceMetrics": [{"scopeMetrics": [{"scope": scope, "metrics": metrics}]}]}
    body = json.dumps(request).encode()
    return Decoder().decode(Signal.METRICS, Encoding.JSON, body, received_unix_nano=1)


@pytest.mark.parametrize(
    ("points", "commits"),
    [
        ([_point(COMMITS, 2), _point(COMMITS, 2), _point(COMMITS, 2, at=3)], 4),
        ([_point(COMMITS, 0)], 0),
        ([_point(COMMITS, 2), _point(COMMITS, 0, at=3, flags=1)], 2),
        ([_point(COMMITS, 2), _point(COMMITS, 3, at=3, temporality=0)], None),
        ([_point(COMMITS, 2, is_monotonic=False)], None),
        ([_point(COMMITS, -1)], None),
        ([_point(COMMITS, 5, temporality=2), _point(COMMITS, 9, at=3, temporality=2)], 9),
        ([_point(COMMITS, 9, at=3, temporality=2), _point(COMMITS, 5, temporality=2)], 9),
        ([_point(COMMITS, 9, temporality=2), _point(COMMITS, 1, start=5, temporality=2)], 10),
        ([_point(COMMITS, 9, temporality=2), _point(COMMITS, 4, at=3, temporality=2)], 13),
        ([_point(COMMITS, 4, at=3, temporality=2), _point(COMMITS, 9, temporality=2)], 13),
        ([_point(LINES, 9)], 0),
    ],
)
def test_only_what_can_be_summed_is(
    points: list[dict[str, Any]], commits: int | None, tmp_path: Path
) -> None:
    """Repeated points count once, a restart adds, a point without a value is nothing.

    Where a point has no temporality, may fall or is negative, the figure is unknown (OTLP 1.11,
    metrics data model, "Sums" and "Resets and gaps").
    """
    assert _work(filled(tmp_path / "s.db", [_batch(point) for point in points])).commits == commits


def test_no_sender_can_overflow_a_figure(tmp_path: Path) -> None:
    """Points of the largest size stay at the limit of the sum, and the session can be read."""
    points = [_point(ACTIVE, 9e9, at=at, told={"type": "user"}) for at in range(2, 2_000)]
    work = _work(filled(tmp_path / "s.db", [_batch(*points)]))
    assert work.active_user_ms == (LIMIT + 500) // 1_000


_MS = st.integers(0, 10_000_000)


@settings(max_examples=25)
@given(
    processes=st.lists(
        st.dictionaries(st.sampled_from(["a", "b"]), st.lists(_MS, min_size=1, max_size=4)),
        min_size=1,
        max_size=3,
    ),
    seed=st.integers(0, 2**32),
)
def test_delta_and_cumulative_tell_the_same(
    processes: list[dict[str, list[int]]], seed: int
) -> None:
    """Of one truth both give its sum to the millisecond, shuffled and repeated, over restarts."""
    deltas, running = [], []
    for number, streams in enumerate(processes, 1):
        for model, spent in streams.items():
            told = {"type": "cli", "model": model}
            start = 1_000 * number
            for index, ms in enumerate(spent, 1):
                at, total = start + index, sum(spent[:index]) / 1_000
                deltas.append(_point(ACTIVE, ms / 1_000, start=start, at=at, told=told))
                running.append(
                    _point(ACTIVE, total, start=start, at=at, temporality=CUMULATIVE, told=told)
                )
    if not deltas:
        return
    spent_ms = sum(sum(spent) for streams in processes for spent in streams.values())
    for metrics in (deltas, running):
        chance = random.Random(seed)
        sent_again = [*metrics, *chance.sample(metrics, len(metrics) // 2)]
        chance.shuffle(sent_again)
        with tempfile.TemporaryDirectory() as folder:
            work = _work(filled(Path(folder) / "s.db", [_batch(m) for m in sent_again]))
        assert work.active_agent_ms == spent_ms


def test_a_session_of_metrics_alone_costs_what_they_tell_more_than_nothing(tmp_path: Path) -> None:
    """Nothing is itemised of it, so that the whole cost is the difference."""
    spent = _point("cost.usage", 0.00136, told={"model": "m"})
    db = filled(tmp_path / "s.db", [_batch(spent)])
    told = coverage(db, "s")
    assert told is not None
    assert told.cost_difference_micros == 1_360


@settings(max_examples=25)
@given(counted=st.lists(st.integers(0, 50), max_size=8), seed=st.integers(0, 2**32))
def test_a_counter_that_falls_began_anew(counted: list[int], seed: int) -> None:
    """It counts what it rose by, from nothing at a fall, in any order and however often sent."""
    points = [_point(COMMITS, n, at=at, temporality=2) for at, n in enumerate(counted, 2)]
    chance = random.Random(seed)
    sent = [*points, *chance.sample(points, len(points) // 2), _point(LINES, 1)]
    chance.shuffle(sent)
    commits, before = 0, 0
    for amount in counted:
        commits += amount - before if amount >= before else amount
        before = amount
    with tempfile.TemporaryDirectory() as folder:
        assert _work(filled(Path(folder) / "s.db", map(_batch, sent))).commits == commits


def test_no_counter_that_falls_can_overflow_a_figure(tmp_path: Path) -> None:
    """However often one falls from the largest value, its sum stays at the limit."""
    told = {"type": "user"}
    points = [
        _point(ACTIVE, 9e9 * (at % 2), at=at, temporality=2, told=told) for at in range(2, 2_600)
    ]
    work = _work(filled(tmp_path / "s.db", [_batch(*points)]))
    assert work.active_user_ms == (LIMIT + 500) // 1_000
