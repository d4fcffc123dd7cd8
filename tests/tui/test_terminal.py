"""What reaches a real terminal, and in what state it is left."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE_S = 20

LEFT_ALTERNATE_SCREEN = b"\x1b[?1049l"
TEXTUALS_OWN = re.compile(
    rb"\x1b\[[0-9;]*m"  # colours and weights
    rb"|\x1b\[[0-9;]*[Hu]"  # cursor, keyboard protocol
    rb"|\x1b\[[<>][0-9]*u"
    rb"|\x1b\[\?[0-9]+(\$p|[hl])"  # modes
    rb"|\x1b\]22;default\x07"  # the shape of the mouse pointer
)


class Terminal:
    """The far end of a pseudo-terminal with the application at its near end."""

    def __init__(self, *arguments: str, environment: Mapping[str, str]) -> None:
        self.master, slave = pty.openpty()
        self.resize(80, 24)
        self.modes = termios.tcgetattr(slave)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.tui.terminal_app", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=ROOT,
            env={
                **os.environ,
                "TERM": "xterm-256color",
                "PYTHONWARNINGS": "error",
                **environment,
            },
            start_new_session=True,
        )
        self.slave = slave
        self.output = b""

    def read_until(self, expected: bytes) -> None:
        """Read until ``expected`` was written."""
        deadline = time.monotonic() + PATIENCE_S
        while expected not in self.output:
            self._read(deadline - time.monotonic())

    def read_to_the_end(self) -> int:
        """Read until the process has ended; return its exit code."""
        deadline = time.monotonic() + PATIENCE_S
        while self.process.poll() is None:
            ready, _, _ = select.select([self.master], [], [], 0.05)
            if ready:
                self.output += os.read(self.master, 65536)
            assert time.monotonic() < deadline, "the application does not end"
        while select.select([self.master], [], [], 0)[0]:
            self.output += os.read(self.master, 65536)
        return self.process.returncode

    def _read(self, patience_s: float) -> None:
        ready, _, _ = select.select([self.master], [], [], max(0, patience_s))
        assert ready, f"nothing more was written after {self.output[-200:]!r}"
        self.output += os.read(self.master, 65536)

    def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size, of which the kernel tells the application."""
        size = struct.pack("HHHH", lines, columns, 0, 0)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, size)

    def press(self, keys: bytes) -> None:
        """Type."""
        os.write(self.master, keys)

    def close(self) -> None:
        """End the process if it has not ended."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for descriptor in (self.master, self.slave):
            if descriptor >= 0:
                os.close(descriptor)


@contextmanager
def terminal(*arguments: str, **environment: str) -> Iterator[Terminal]:
    """Run the application in a terminal of 80 × 24 cells."""
    far_end = Terminal(*arguments, environment=environment)
    try:
        yield far_end
    finally:
        far_end.close()


def test_nothing_but_text_and_textuals_own_sequences_is_written() -> None:
    """With hostile text everywhere, no string sequence, C1 or bidi character leaves the program."""
    with terminal("hostile") as far_end:
        far_end.read_until("␛".encode())
        far_end.press(b"\r")
        far_end.read_until(b"Transcript")
        far_end.press(b"\t")
        far_end.read_until(b"SOURCE")
        far_end.press(b"\x1b[A")
        far_end.press(b"q")
        assert far_end.read_to_the_end() == 0
    without_csi = TEXTUALS_OWN.sub(b"", far_end.output)
    assert b"\x1b" not in without_csi
    shown = without_csi.decode()
    assert not {c for c in shown if "\x7f" <= c <= "\x9f" or c in "\u202e\u2066\x07\x00\x0e"}


def test_s22_a_crash_restores_the_terminal_and_quotes_safely() -> None:
    """A fault of the program ends with exit code 1, and its trace is text, whatever it quotes."""
    with terminal("broken") as far_end:
        far_end.read_until(b"Fix double")
        far_end.press(b"?")
        assert far_end.read_to_the_end() == 1
        assert termios.tcgetattr(far_end.slave) == far_end.modes
    _, _, after = far_end.output.rpartition(LEFT_ALTERNATE_SCREEN)
    assert "ValueError: A␛]52;c;cHduZWQ=␇".encode() in after.replace(b"\r\n", b"")
    assert b"\x1b" not in TEXTUALS_OWN.sub(b"", after)


def test_a_storm_of_sizes_is_survived() -> None:
    """From one cell to hundreds and back, many times over, ends in the list as it was."""
    with terminal() as far_end:
        far_end.read_until(b"Fix double")
        for columns, lines in [(1, 1), (10, 3), (300, 100), (2, 50), (200, 1)] * 20:
            far_end.resize(columns, lines)
        far_end.output = b""
        far_end.resize(80, 24)
        far_end.read_until(b"Fix double")
        far_end.press(b"q")
        assert far_end.read_to_the_end() == 0


def test_no_color_is_obeyed() -> None:
    """With NO_COLOR all is drawn in shades of grey, and the states can be told apart by signs."""
    with terminal(NO_COLOR="1") as far_end:
        far_end.read_until(b"Fix double")
        far_end.press(b"q")
        assert far_end.read_to_the_end() == 0
    colours = re.findall(rb"[34]8;2;(\d+);(\d+);(\d+)", far_end.output)
    assert {len(set(colour)) for colour in colours} <= {1}
    assert not re.search(rb"\x1b\[[0-9;]*\b(3[1-6]|4[1-6]|9[1-6])m", far_end.output)
    assert "●".encode() in far_end.output


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 128 + 15), (signal.SIGHUP, 128 + 1), (signal.SIGINT, 0)],
)
def test_a_signal_ends_it_and_restores_the_terminal(number: signal.Signals, code: int) -> None:
    """The alternate screen is left, the modes are as before, the exit code tells what ended it."""
    with terminal() as far_end:
        far_end.read_until(b"Fix double")
        far_end.process.send_signal(number)
        assert far_end.read_to_the_end() == code
        assert termios.tcgetattr(far_end.slave) == far_end.modes
    assert LEFT_ALTERNATE_SCREEN in far_end.output
    assert b"Traceback" not in far_end.output


def test_it_is_suspended_and_comes_back() -> None:
    """SIGTSTP leaves the alternate screen and stops the program; SIGCONT draws it anew."""
    with terminal() as far_end:
        far_end.read_until(b"Fix double")
        far_end.process.send_signal(signal.SIGTSTP)
        far_end.read_until(LEFT_ALTERNATE_SCREEN)
        _, status = os.waitpid(far_end.process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        far_end.output = b""
        far_end.process.send_signal(signal.SIGCONT)
        far_end.read_until(b"Fix double")
        far_end.press(b"q")
        assert far_end.read_to_the_end() == 0


@pytest.mark.parametrize("argument", ["nohup", "plain"])
def test_it_ends_when_its_terminal_is_gone(argument: str) -> None:
    """A hang-up ends the program, also where SIGHUP is ignored; no orphan is left spinning."""
    with terminal(argument) as far_end:
        far_end.read_until(b"Fix double")
        os.close(far_end.slave)
        os.close(far_end.master)
        far_end.slave = far_end.master = -1
        assert far_end.process.wait(timeout=PATIENCE_S) == 128 + 1


def test_a_terminal_that_reads_no_more_does_not_hold_it() -> None:
    """SIGTERM ends the program though its output is stuck."""
    with terminal() as far_end:
        far_end.read_until(b"\x1b[?1049h")
        far_end.process.send_signal(signal.SIGTERM)
        far_end.press(b"\r" * 100)
        assert far_end.process.wait(timeout=PATIENCE_S) == 128 + 15


def test_idle_writes_nothing() -> None:
    """Once painted, a screen on which nothing changes sends no bytes."""
    with terminal() as far_end:
        far_end.read_until(b"quit")
        deadline = time.monotonic() + PATIENCE_S
        while select.select([far_end.master], [], [], 1.5)[0]:
            os.read(far_end.master, 65536)
            assert time.monotonic() < deadline, "it never falls silent"
