"""How the application ends when it is told to from outside, or when its terminal is gone.

Left to itself Textual dies of SIGTERM and SIGHUP with the terminal still in the alternate screen,
and spins at the end of file of a terminal that was hung up while SIGHUP is ignored. Both end here
in an orderly exit, with a last resort for a terminal that takes no more output, on which the user
interface's thread would wait for ever.
"""

import asyncio
import contextlib
import os
import select
import signal
import sys
import termios
import threading
from types import FrameType
from typing import Any

from textual.app import App

_GRACE_S = 3.0
_LOOK_INTERVAL_S = 0.5
_STDIN, _STDERR = 0, 2

_LEAVE = b"\x1b[?1000l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[<u\x1b[?1049l\x1b[?25h"
"""Mouse and bracketed paste off, keyboard protocol and alternate screen left, cursor shown."""


class Lifeline:
    """Ends an application on SIGTERM, on SIGHUP and when its terminal is hung up."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._loop: asyncio.AbstractEventLoop | None = None
        self._released = threading.Event()
        self._previous: dict[signal.Signals, Any] = {}
        self._terminal: list[Any] | None = None

    def start(self) -> None:
        """Take the signals over and watch the terminal; call it before the application runs."""
        with contextlib.suppress(termios.error):
            self._terminal = termios.tcgetattr(_STDIN)
        for number in (signal.SIGTERM, signal.SIGHUP):
            self._previous[number] = signal.signal(number, self._on_signal)
        threading.Thread(target=self._watch_terminal, name="lifeline", daemon=True).start()

    def attach(self) -> None:
        """Take note of the loop that is to be told to exit; call it in the application's loop."""
        self._loop = asyncio.get_running_loop()

    def release(self) -> None:
        """Give the signals back; the application has ended."""
        self._released.set()
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self._end(128 + number)

    def _watch_terminal(self) -> None:
        poll = select.poll()
        poll.register(_STDIN, 0)
        while not self._released.wait(_LOOK_INTERVAL_S):
            if any(event & select.POLLHUP for _, event in poll.poll(0)):
                _let_go_of_terminal()
                self._end(128 + signal.SIGHUP)
                return

    def _end(self, code: int) -> None:
        """Tell the application to exit, and end the process if it has not in time."""
        threading.Thread(target=self._last_resort, args=[code], daemon=True).start()
        if self._loop is not None:
            self._loop.call_soon_threadsafe(lambda: self._app.exit(return_code=code))

    def _last_resort(self, code: int) -> None:
        if self._released.wait(_GRACE_S):
            return
        with contextlib.suppress(termios.error, OSError):
            if self._terminal is not None:
                termios.tcsetattr(_STDIN, termios.TCSANOW, self._terminal)
            os.set_blocking(_STDERR, False)
            os.write(_STDERR, _LEAVE)
        os._exit(code)


def _let_go_of_terminal() -> None:
    """Point standard input and output nowhere, so that leaving a dead terminal raises nothing."""
    sink = os.open(os.devnull, os.O_RDWR)
    for stream in (sys.__stdin__, sys.__stdout__, sys.__stderr__):
        if stream is not None:
            os.dup2(sink, stream.fileno())
    os.close(sink)
