"""``replay`` as a person meets it, and the thread that plays."""

import queue
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sessionscope.player import Player
from sessionscope.playing import PlayingThread
from sessionscope.timeline import Timeline
from tests.captures import DATA, batches, exports
from tests.sessionscope.command import capture, run, terminal
from tests.store.stores import fill
from tui.playback import Step


@pytest.fixture
def player(tmp_path: Path) -> Iterator[Player]:
    """A player of a capture."""
    fill(tmp_path / "library.db", batches(exports("smoke")))
    with closing(Player(tmp_path / "library.db", tmp_path / "stage" / "s.db")) as playing:
        yield playing


def after(playing: PlayingThread, player: Player) -> None:
    """Return when all that was asked for is done."""
    playing.stop()
    assert playing.state().position_ns == player.position_ns


@pytest.mark.parametrize("along", list(Step))
def test_commands_are_done_in_order(player: Player, along: Step) -> None:
    """Whatever is asked for while something is done is done next."""
    times = player.events.times
    playing = PlayingThread(player, Timeline(times[3:4]))
    playing.start()
    playing.seek("100%")
    playing.step(along, is_back=True)
    playing.change_speed(1)
    playing.skip(-10_000)
    playing.step(Step.TROUBLE, is_back=False)
    after(playing, player)
    assert player.position_ns == times[3]
    assert player.speed == 2


def test_it_plays_to_the_end(player: Player) -> None:
    """With the clock of the machine, a thousand times as fast, until there is no more."""
    done: queue.SimpleQueue[int] = queue.SimpleQueue()
    advance = player.advance

    def noting(elapsed_ns: int) -> None:
        advance(elapsed_ns * 1000)
        if not player.is_playing:
            done.put(player.position_ns)

    player.advance = noting  # type: ignore[method-assign]
    player.speed = 1000
    playing = PlayingThread(player, Timeline(()))
    playing.start()
    playing.toggle()
    assert done.get(timeout=30) == player.events.end_ns
    playing.toggle()
    after(playing, player)
    assert playing.state().is_playing


def test_a_file_plays_in_a_terminal(tmp_path: Path) -> None:
    """The live screens come up with the bar; leaving leaves nothing behind."""
    with terminal(
        "replay", DATA / "tour-full" / "raw.tar.gz", "--paused", "--from", "100%",
        XDG_STATE_HOME=str(tmp_path / "state"), TMPDIR=str(tmp_path),
    ) as screen:  # fmt: skip
        screen.wait_for("paused")
        screen.press("q")
        assert screen.finish() == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "words"),
    [(("--max-gap", "x"), "--max-gap"), (("--from", "soon"), "--from"), (("--speed", "0"), "0.25")],
)
def test_what_cannot_be_played_is_said(
    tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    """A bad option ends it before anything is shown."""
    with terminal("replay", capture("smoke"), *options, TMPDIR=str(tmp_path)) as screen:
        assert screen.finish() == 2
        assert words in screen.output.decode()


def test_nothing_to_play_is_said_and_a_pipe_cannot_show_it(tmp_path: Path) -> None:
    """A replay needs telemetry, and a terminal."""
    (tmp_path / "empty").touch()
    assert "a terminal" in run("replay", tmp_path / "empty").stderr
    with terminal("replay", tmp_path / "empty") as screen:
        assert screen.finish() == 1
        assert "no telemetry" in screen.output.decode()
