"""The Requests view: the chart above it, sorted and folded as the person asks."""

from collections.abc import Sequence

from textual.pilot import Pilot

from store.queries.burn import Budgets, Crossing
from tests.tui.driving import lines_of, make_app, press, session_open, settle, text_of
from tests.tui.factories import NOW, SECOND
from tests.tui.hostile import HOSTILE
from tests.tui.samples import sample_source
from tests.tui.test_session_screen import detail_text
from tui.spending import Spending, start_of_day
from tui.widgets.requests import RequestsTable


def _keys(pilot: Pilot[None]) -> list[str]:
    rows = pilot.app.screen.query_one(RequestsTable).rows
    keys = []
    for index in range(rows.total):
        rows.go_to(index)
        keys.append(rows.highlighted_key or "")
    return keys


async def test_o_puts_the_most_expensive_first_and_back() -> None:
    """The number of a request stays its place in the session."""
    async with session_open() as pilot:
        await press(pilot, "tab")
        by_time = _keys(pilot)
        await press(pilot, "o")
        by_cost = _keys(pilot)
        assert by_cost[0] == "request:req_011"
        assert sorted(by_cost) == sorted(by_time)
        first = next(line for line in lines_of(pilot) if "$0.0703" in line)
        assert first.split()[0] == "3"
        await press(pilot, "o")
        assert _keys(pilot) == by_time


async def test_g_folds_by_turn_and_enter_opens_a_fold() -> None:
    """A fold is what its requests come to; ``g n`` shows one row a request again."""
    async with session_open() as pilot:
        await press(pilot, "tab", "g")
        assert "t fold by turn" in lines_of(pilot)[-1]
        await press(pilot, "t")
        assert _keys(pilot) == ["turn:Turn 1"]
        await press(pilot, "g", "g")
        shown = " ".join(text_of(pilot).split())
        assert "▸ Turn 1" in shown
        assert "requests     5" in detail_text(pilot)
        await press(pilot, "enter")
        assert _keys(pilot)[1:3] == ["request:req_010", "request:req_020"]
        await press(pilot, "g", "n")
        assert _keys(pilot)[0] == "request:req_010"


async def test_folds_by_model_and_source() -> None:
    """A sub-agent is a source of its own."""
    async with session_open() as pilot:
        await press(pilot, "tab", "g", "m")
        assert "model:opus-5.5" in _keys(pilot)
        await press(pilot, "g", "s", "o")
        assert set(_keys(pilot)) == {"source:main", "source:Explore"}


async def test_o_and_g_mean_nothing_in_other_views() -> None:
    """The transcript is neither sorted nor folded by them."""
    async with session_open() as pilot:
        before = text_of(pilot)
        await press(pilot, "o", "g", "t")
        assert text_of(pilot) == before
        assert "o sort" not in lines_of(pilot)[-1]


async def test_the_context_stands_above_the_requests() -> None:
    """A chart where there is room, one line where there is not."""
    async with session_open() as pilot:
        await press(pilot, "tab")
        assert "of 200 k" in text_of(pilot)
        assert "┤" in text_of(pilot)
    async with session_open(size=(80, 24)) as pilot:
        await press(pilot, "tab")
        (line,) = [line for line in lines_of(pilot) if "of 200 k" in line]
        assert "▇" in line
        assert "┤" not in text_of(pilot)


async def test_a_turn_says_what_it_added_to_the_context() -> None:
    """It is read when the turn is highlighted."""
    async with session_open() as pilot:
        await press(pilot, "g", "g", "j")
        assert "+8 900 tokens by this turn" in detail_text(pilot)


async def test_the_top_line_says_what_is_spent() -> None:
    """Today, and in the last hour."""
    async with session_open() as pilot:
        assert "today $14.21  $2.90/h" in lines_of(pilot)[0]


async def test_a_crossed_budget_is_told_once_and_as_it_is() -> None:
    """A hostile title is a text; what was told before is not told again."""
    told: list[str] = []

    def new(keys: Sequence[str]) -> list[str]:
        fresh = [key for key in keys if key not in told]
        told.extend(fresh)
        return fresh

    source = sample_source()
    source.crossings = [
        Crossing("s1", HOSTILE, 3_840_000, 2_000_000),
        Crossing(None, None, 14_210_000, 10_000_000),
    ]
    app = make_app(source, spending=Spending(Budgets(2_000_000, 10_000_000), new))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        shown = text_of(pilot)
        assert "Today's budget of $10.00 is crossed: $14.21." in shown
        assert "The session budget of $2.00 is crossed: $3.84" in shown
        assert "\x1b" not in shown
    assert len(told) == 2
    reader = source.make_reader()
    spending = Spending(Budgets(2_000_000, 10_000_000), new)
    assert spending.look(reader, NOW) == []
    assert spending.burn == source.burn


def test_spending_is_asked_for_once_a_second() -> None:
    """A store that changes often is not summed as often."""
    source = sample_source()
    spending = Spending(Budgets(day_micros=1), list)
    source.crossings = [Crossing(None, None, 2, 1)]
    reader = source.make_reader()
    looks = [len(spending.look(reader, NOW + ms * SECOND // 1000)) for ms in (0, 500, 999, 1000)]
    assert looks == [1, 0, 0, 1]


def test_a_day_begins_at_midnight() -> None:
    """2026-11-22 14:50:12 UTC is of the day that began at 00:00."""
    assert NOW - start_of_day(NOW) == (14 * 3600 + 50 * 60 + 12) * SECOND
