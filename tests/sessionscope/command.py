"""The command as a person or a script meets it: a process with streams, files and signals."""

import fcntl
import json
import os
import pty
import selectors
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from store.lock import Owner, lock_path, owner
from tests.captures import DATA
from tests.house.tree import ROOT

COMMAND = (sys.executable, "-P", str(ROOT / "sessionscope" / "__main__.py"))
FREE_PORTS = ("--grpc-port", "0", "--http-port", "0")

_PATIENCE_S = 30
"""Nothing waits that long unless it is broken."""


def capture(name: str) -> str:
    """Return the path of a capture's log events as OTLP/JSON lines."""
    return str(DATA / name / "logs.jsonl.gz")


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        timeout=_PATIENCE_S,
    )


def data(*arguments: str | Path) -> Any:  # noqa: ANN401 - JSON is anything
    """Run a command that succeeds and return the JSON it printed."""
    finished = run(*arguments)
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


class Recorder(NamedTuple):
    """A running ``serve``."""

    process: subprocess.Popen[str]
    owner: Owner


@contextmanager
def serving(store: Path, *arguments: str, **environment: str) -> Iterator[Recorder]:
    """Run ``serve`` on free ports; kill it in the end if the test did not stop it."""
    with subprocess.Popen(
        [*COMMAND, "serve", "--store", str(store), *FREE_PORTS, *arguments],
        env={**os.environ, **environment},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            words = process.stderr.readline()
            assert words.startswith("Recording into"), words
            recorder = owner(store)
            assert recorder is not None
            yield Recorder(process, recorder)
        finally:
            process.kill()


def wait_until_let_go(store: Path) -> None:
    """Return when no recorder owns ``store`` any more."""

    def give_up(_number: int, _frame: object) -> None:
        raise TimeoutError(f"{store} is still owned")

    previous = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(_PATIENCE_S)
    try:
        with lock_path(store).open() as file:
            fcntl.flock(file, fcntl.LOCK_EX)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)


class Terminal:
    """The command in a terminal of its own."""

    def __init__(self, *arguments: str | Path, environment: Mapping[str, str]) -> None:
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self._master = master
        self.process = subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", **environment},
        )
        os.close(slave)
        self.output = b""

    def wait_for(self, text: str) -> None:
        """Return when the terminal was sent ``text``."""
        deadline = time.monotonic() + _PATIENCE_S
        while text.encode() not in self.output:
            assert time.monotonic() < deadline, self.output[-2000:]
            assert self._read(deadline), self.output[-2000:]

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._master, keys.encode())

    def finish(self) -> int:
        """Read to the end and return the exit code."""
        deadline = time.monotonic() + _PATIENCE_S
        while self._read(deadline):
            assert time.monotonic() < deadline
        return self.process.wait(_PATIENCE_S)

    def close(self) -> None:
        """Take the terminal away."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)

    def _read(self, deadline: float) -> bool:
        with selectors.DefaultSelector() as selector:
            selector.register(self._master, selectors.EVENT_READ)
            if not selector.select(deadline - time.monotonic()):
                return True
        try:
            read = os.read(self._master, 65_536)
        except OSError:
            return False
        self.output += read
        return bool(read)


@contextmanager
def terminal(*arguments: str | Path, **environment: str) -> Iterator[Terminal]:
    """Run the command in a terminal of 80 × 24 cells."""
    screen = Terminal(*arguments, environment=environment)
    try:
        yield screen
    finally:
        screen.close()
