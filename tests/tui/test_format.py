"""Figures as people read them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tui import format as formats

SECOND = 1_000_000_000
NOON = int(datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC).timestamp()) * SECOND


@pytest.mark.parametrize(
    ("micros", "rounded", "exact"),
    [
        (None, "–", "–"),
        (0, "$0.00", "$0.0000"),
        (1, "<$0.01", "<$0.0001"),
        (70_300, "$0.07", "$0.0703"),
        (3_840_000, "$3.84", "$3.8400"),
        (1_204_500_000, "$1 204.50", "$1 204.5000"),
    ],
)
def test_money(micros: int | None, rounded: str, exact: str) -> None:
    """Money is dollars; less than can be shown is not shown as nothing, and unknown not as 0."""
    assert (formats.money(micros), formats.exact_money(micros)) == (rounded, exact)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (None, "–"),
        (0, "0"),
        (10, "10"),
        (999, "999"),
        (1_000, "1.0 k"),
        (16_900, "16.9 k"),
        (99_940, "99.9 k"),
        (99_960, "100 k"),
        (310_000, "310 k"),
        (999_499, "999 k"),
        (999_999, "1.0 M"),
        (4_100_000, "4.1 M"),
        (2_000_000_000_000, "2000 G"),
    ],
)
def test_tokens(number: int | None, text: str) -> None:
    """Tokens keep about three digits and carry over into the next unit."""
    assert formats.tokens(number) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(None, "–"), (0, "0 B"), (310, "310 B"), (4_300, "4.2 KiB"), (1_048_575, "1.0 MiB")],
)
def test_size(number: int | None, text: str) -> None:
    """Bytes are counted by 1024."""
    assert formats.size(number) == text


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (None, "–"),
        (0, "0 ms"),
        (21, "21 ms"),
        (999, "999 ms"),
        (3_200, "3.2 s"),
        (59_949, "59.9 s"),
        (59_950, "1 m 00 s"),
        (124_000, "2 m 04 s"),
        (3_900_000, "1 h 05 m"),
        (273_600_000, "3 d 04 h"),
    ],
)
def test_duration(milliseconds: int | None, text: str) -> None:
    """Durations show two units at most and never sixty of one."""
    assert formats.duration(milliseconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (42, "42 s"),
        (59, "59 s"),
        (60, "1 m"),
        (7_200, "2 h"),
        (259_200, "3 d"),
        (5 * 365 * 86_400, "5 y"),
        (-3, "0 s"),
        (-7_200, "+2 h"),
    ],
)
def test_age(seconds: int, text: str) -> None:
    """An age has one unit; an event ahead of the clock is marked, for a clock is wrong."""
    assert formats.age(NOON - seconds * SECOND, NOON) == text


def test_age_of_what_has_no_time_is_unknown() -> None:
    """No time gives no age."""
    assert formats.age(None, NOON) == "–"


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (None, "–"),
        (0.0, "0 %"),
        (0.001, "<1 %"),
        (0.94, "94 %"),
        (0.999, ">99 %"),
        (1.0, "100 %"),
    ],
)
def test_percent(ratio: float | None, text: str) -> None:
    """Only nothing is 0 % and only all is 100 %."""
    assert formats.percent(ratio) == text


def test_times_are_local() -> None:
    """A time is shown in the time zone of the person who reads it."""
    tokyo = timezone(timedelta(hours=9))
    assert formats.clock(NOON, tokyo) == "21:00:00"
    assert formats.date_and_clock(NOON, tokyo) == "2026-11-22 21:00:00"


@pytest.mark.parametrize(
    ("days", "text"), [(0, "12:00"), (2, "Nov 20"), (400, "2025-10"), (-1, "Nov 23")]
)
def test_started(days: int, text: str) -> None:
    """What started today shows its time, what is older its day, what is much older its month."""
    assert formats.started(NOON - days * 86_400 * SECOND, NOON, UTC) == text


@pytest.mark.parametrize("time_ns", [None, 2**62 * 100, -(2**70)])
def test_a_time_that_no_calendar_holds_is_unknown(time_ns: int | None) -> None:
    """Telemetry may claim any integer as a time; it costs a dash, not the screen."""
    assert formats.clock(time_ns) == "–"
    assert formats.date_and_clock(time_ns) == "–"
    assert formats.started(time_ns, NOON) == "–"


@pytest.mark.parametrize(("number", "text"), [(None, "–"), (7, "7"), (1_204, "1 204")])
def test_count(number: int | None, text: str) -> None:
    """Thousands stand apart."""
    assert formats.count(number) == text
