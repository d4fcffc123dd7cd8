"""The time of a file passes, is cut where it is idle, and is found by name."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionscope.timeline import SECOND, Timeline

TIMES = st.lists(st.integers(1, 10**6), min_size=1, unique=True).map(sorted)


@given(TIMES, st.integers(0, 10**6), st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)))
def test_playing_twice_is_playing_the_sum(
    times: list[int], position: int, amounts: tuple[int, int]
) -> None:
    """Where one is does not depend on how often the clock ticked."""
    line = Timeline(times, 100)
    first, second = amounts
    assert line.after(line.after(position, first), second) == line.after(position, first + second)


@given(TIMES, st.integers(0, 10**6), st.integers(0, 10**6))
def test_without_a_longest_gap_time_passes_as_it_was(
    times: list[int], position: int, amount: int
) -> None:
    """Real time and the file's are the same, up to its end."""
    line = Timeline(times)
    assert line.after(position, amount) == line.within(line.within(position) + amount)


@given(TIMES, st.integers(1, 1000))
def test_no_gap_is_longer_than_the_longest(times: list[int], gap: int) -> None:
    """All of a file is played in the sum of its gaps, each cut."""
    line = Timeline(times, gap)
    whole = sum(min(b - a, gap) for a, b in pairwise(times))
    assert line.after(line.start_ns, whole) == line.end_ns
    assert not whole or line.after(line.start_ns, whole - 1) < line.end_ns


def test_an_idle_time_that_is_cut_says_so() -> None:
    """Between two moments far apart, and not elsewhere."""
    line = Timeline([10, 20, 100], 50)
    assert [line.is_idle_cut(at) for at in (5, 10, 20, 99, 100)] == [
        False,
        False,
        True,
        True,
        False,
    ]


def test_stepping_goes_from_moment_to_moment() -> None:
    """In both directions, and no further than there are any."""
    line = Timeline([10, 20])
    assert [line.next(9), line.next(10), line.next(20)] == [10, 20, None]
    assert [line.previous(21), line.previous(20), line.previous(10)] == [20, 10, None]


DAY = 1_795_305_600 * SECOND
"""Midnight UTC."""


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("+30m", 3600 + 1800), ("-10s", 3590), ("+1.5h", 9000), ("50%", 43_200), ("@+1m", 3660),
     ("14:03", 50_580), ("@14:03:22", 50_602), ("+999h", 86_400), ("0%", 0), ("900%", 86_400)],
)  # fmt: skip
def test_a_person_names_a_moment(monkeypatch: pytest.MonkeyPatch, told: str, seconds: int) -> None:
    """By the clock, by a distance, by a share; never outside of the file."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    line = Timeline([DAY, DAY + 86_400 * SECOND])
    assert line.moment(told, DAY + 3600 * SECOND) == DAY + seconds * SECOND


@pytest.mark.parametrize("told", ["", "soon", "25:00", "14:60", "+5", "5m", "-", "%"])
def test_what_names_no_moment_is_refused(told: str) -> None:
    """And the words say what would."""
    with pytest.raises(ValueError, match="14:03"):
        Timeline([DAY]).moment(told, DAY)
