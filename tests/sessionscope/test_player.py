"""Replaying up to a moment is importing up to that moment, however one got there."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sessionscope.player import SPEEDS, Player
from sessionscope.timeline import SECOND
from store.connection import open_reader
from store.queries.newest import newest_record
from tests.captures import batches, exports
from tests.store.stores import derived, fill

Tables = dict[str, list[tuple[object, ...]]]


@pytest.fixture(scope="module", params=["tour-full", "subagents", "tui-permissions"])
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of a whole capture."""
    path = tmp_path_factory.mktemp("library") / "library.db"
    fill(path, batches(exports(request.param)))
    return path


@pytest.fixture
def player(library: Path, tmp_path: Path) -> Iterator[Player]:
    """A player of it."""
    copied = tmp_path / "library.db"
    copied.write_bytes(library.read_bytes())
    with closing(Player(copied, tmp_path / "stage" / "stage.db")) as playing:
        yield playing


def shown(player: Player) -> Tables:
    """Return the tables that the screens see."""
    with closing(open_reader(player.stage)) as db:
        return derived(db)


def imported(player: Player, until_ns: int) -> Tables:
    """Return the tables after an import of all that happened up to a moment."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "s.db"
        fill(path, player.batches_until(until_ns))
        with closing(open_reader(path)) as db:
            return derived(db)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=4))
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_seeking_to_any_moment_shows_what_importing_up_to_it_does(
    player: Player, shares: list[int]
) -> None:
    """Forward and back, by copies or not, no matter what was shown before."""
    length = player.events.end_ns - player.events.start_ns
    for share in shares:
        player.seek(player.events.start_ns + length * share // 1000)
    assert shown(player) == imported(player, player.position_ns)


@pytest.mark.parametrize("speed", [1.0, 100.0])
def test_playing_to_the_end_shows_all(player: Player, speed: float) -> None:
    """Tick by tick, whatever the speed, the end is the whole file; then it pauses."""
    player.speed, player.is_playing = speed, True
    whole = player.events.end_ns - player.events.start_ns
    for _ in range(42):
        player.advance(round(whole / 40 / speed))
    assert not player.is_playing
    assert player.position_ns == player.events.end_ns
    assert shown(player) == imported(player, player.events.end_ns)


def test_a_loop_begins_again(player: Player) -> None:
    """At the end it goes back to the first record."""
    player.is_playing = player.is_looped = True
    player.seek(player.events.end_ns)
    player.advance(SECOND)
    assert player.position_ns == player.events.start_ns
    assert player.is_playing


def test_a_step_shows_one_moment_more_or_less(player: Player) -> None:
    """By event and by turn, and it pauses."""
    player.is_playing = True
    player.step(player.events, is_back=False)
    assert player.position_ns == player.events.times[1]
    assert not player.is_playing
    player.step(player.events, is_back=True)
    assert player.position_ns == player.events.times[0]
    player.step(player.turns, is_back=False)
    assert player.position_ns in player.turns.times
    with closing(open_reader(player.stage)) as db:
        assert newest_record(db) is not None


def test_paused_no_time_passes(player: Player) -> None:
    """A pause is a pause."""
    before = player.position_ns
    player.advance(3600 * SECOND)
    assert player.position_ns == before


def test_speeds_have_a_first_and_a_last(player: Player) -> None:
    """From a quarter to a thousand times."""
    for steps, end in ((-20, SPEEDS[0]), (20, SPEEDS[-1])):
        player.change_speed(steps)
        assert player.speed == end
