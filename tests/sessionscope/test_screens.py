"""The command in a terminal: the screens, the recorder behind them, and how both end."""

import os
import signal
from pathlib import Path

import pytest

from store.lock import owner
from tests.sessionscope.command import FREE_PORTS, run, serving, terminal, wait_until_let_go

EMPTY = "No session yet"
LEAVES_ALTERNATE_SCREEN = b"\x1b[?1049l"


def test_without_a_command_it_receives_and_shows(tmp_path: Path) -> None:
    """An empty store says what to paste; leaving ends the recorder too."""
    store = tmp_path / "sessions.db"
    with terminal("--store", store, *FREE_PORTS) as screen:
        screen.wait_for(EMPTY)
        recorder = owner(store)
        assert recorder is not None
        assert recorder.pid != screen.process.pid
        screen.press("q")
        assert screen.finish() == 0
        assert LEAVES_ALTERNATE_SCREEN in screen.output
    assert owner(store) is None


def test_the_recorder_of_a_killed_viewer_ends(tmp_path: Path) -> None:
    """``kill -9`` of the screen leaves no orphan."""
    store = tmp_path / "sessions.db"
    with terminal("--store", store, *FREE_PORTS) as screen:
        screen.wait_for(EMPTY)
        screen.process.kill()
        wait_until_let_go(store)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_terminal_sane(tmp_path: Path, number: signal.Signals) -> None:
    """The alternate screen is left, the recorder has drained, the exit code tells the signal."""
    store = tmp_path / "sessions.db"
    with terminal("--store", store, *FREE_PORTS) as screen:
        screen.wait_for(EMPTY)
        screen.process.send_signal(number)
        assert screen.finish() == 128 + number
        assert LEAVES_ALTERNATE_SCREEN in screen.output
    assert owner(store) is None


def test_a_second_one_attaches(tmp_path: Path) -> None:
    """It shows what the first one's recorder stores, and leaves it running."""
    store = tmp_path / "sessions.db"
    with terminal("--store", store, *FREE_PORTS) as first:
        first.wait_for(EMPTY)
        recorder = owner(store)
        with terminal("--store", store, *FREE_PORTS) as second:
            second.wait_for(EMPTY)
            assert recorder is not None
            second.wait_for(str(recorder.grpc_port))
            second.press("q")
            assert second.finish() == 0
        assert owner(store) == recorder


def test_a_viewer_says_when_nobody_records(tmp_path: Path) -> None:
    """A recorder that dies while one looks is missed."""
    store = tmp_path / "sessions.db"
    with serving(store) as recorder, terminal("view", store) as screen:
        screen.wait_for(str(recorder.owner.http_port))
        recorder.process.kill()
        screen.wait_for("not receiving")


def test_a_port_in_use_is_told_before_any_screen(tmp_path: Path) -> None:
    """The reason stands in the terminal as it was, and nothing else does."""
    with serving(tmp_path / "first.db") as recorder:
        port = str(recorder.owner.http_port)
        arguments = ("--store", tmp_path / "b.db", "--grpc-port", "0", "--http-port", port)
        with terminal(*arguments) as screen:
            assert screen.finish() == 1
            assert f"Port {port}".encode() in screen.output
            assert b"\x1b[" not in screen.output


def test_view_only_looks(imported: Path) -> None:
    """It shows a store without becoming its recorder."""
    with terminal("view", imported) as screen:
        screen.wait_for("Tidy up")
        assert owner(imported) is None
        screen.press("q")
        assert screen.finish() == 0


def test_what_the_recorder_says_never_reaches_the_terminal(tmp_path: Path) -> None:
    """Its words go to a log beside the store, for this user alone."""
    store = tmp_path / "sessions.db"
    with terminal("--store", store, *FREE_PORTS) as screen:
        screen.wait_for(EMPTY)
        log = store.with_name("sessions.db.log")
        assert log.stat().st_mode & 0o777 == 0o600
        recorder = owner(store)
        assert recorder is not None
        assert recorder.pid is not None
        assert os.getsid(recorder.pid) != os.getsid(screen.process.pid)


def test_a_dumb_terminal_gets_the_list(imported: Path) -> None:
    """No screen is drawn where it could not be; the list is, and the way to more."""
    with terminal("--store", imported, TERM="dumb") as screen:
        assert screen.finish() == 0
        assert b"Tidy up" in screen.output
        assert b"sessionscope --help" in screen.output
        assert b"\x1b" not in screen.output


def test_a_pipe_gets_the_list(imported: Path) -> None:
    """The same without a terminal; no recorder is started."""
    finished = run("--store", imported)
    assert finished.returncode == 0
    assert "Tidy up" in finished.stdout
    assert "serve" in finished.stderr
    assert "\x1b" not in finished.stdout + finished.stderr
