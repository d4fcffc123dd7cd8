"""The recorder: both doors and the writer of one store, as one process.

It owns the store's lock for as long as it lives. SIGTERM, SIGINT and SIGHUP, and for the child of a
viewer the end of its standard input, make it close the doors, answer what is in flight, commit what
waits and end with exit code 0: nothing that was asked of it was left undone.
"""

import gc
import logging
import os
import selectors
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

import click

from receiver.dialects import Dialects
from receiver.doors import Doors
from receiver.errors import DoorUnusable, PortInUse
from sessionscope.config import Config, ConfigError, default_store, make_store_directory
from sessionscope.logs import logging_safely
from sessionscope.masking import mask_for
from sessionscope.pricing import price_book
from sessionscope.readiness import Readiness
from sessionscope.senders import access, listening_host
from sessionscope.upgrading import bring_up_to_date
from store.errors import StoreError, StoreLocked
from store.lock import StoreLock, owner
from store.writer import Writer
from tui.safe_text import safe_text

_log = logging.getLogger(__name__)

_PRICES_CHANGED = (
    "prices have changed; older requests keep their costs until you run: sessionscope reprice"
)
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_STANDARD_INPUT = 0
_GARBAGE_THRESHOLDS = (50_000, 20, 20)
"""Python's own, of 700 objects, make it look through all of a large request again and again: half
a minute during which nobody is answered. Almost nothing here is in cycles."""


def record(config: Config, *, environment: Mapping[str, str], is_child: bool = False) -> None:
    """Record until told to stop.

    Raises ``StoreError``, ``DoorUnusable`` or ``ConfigError`` when that cannot begin.
    """
    gc.set_threshold(*_GARBAGE_THRESHOLDS)
    with _stop_requests(watch_input=is_child) as wait_for_stop, ExitStack() as stack:
        stack.enter_context(logging_safely())
        senders = access(config)
        make_store_directory(config.store, environment=environment)
        prices = price_book(config)
        lock = stack.enter_context(StoreLock.acquire(config.store))
        bring_up_to_date(config.store, prices)
        writer = Writer(config.store, Dialects(), prices, tell=lock.tell)
        writer.start()
        stack.callback(writer.stop)
        doors = Doors(
            writer,
            listening_host(config),
            grpc_port=config.grpc_port,
            http_port=config.http_port,
            sockets=config.sockets,
            access=senders,
            mask=mask_for(config),
        )
        try:
            doors.start()
        except PortInUse as error:
            raise DoorUnusable(f"{error}{_known_recorder(error.port, environment)}") from error
        stack.callback(doors.stop)
        lock.announce(host=config.host, grpc_port=doors.grpc_port, http_port=doors.http_port)
        _tell_ready(config, doors, is_child=is_child)
        if writer.is_priced_anew:
            _log.warning(_PRICES_CHANGED)
        wait_for_stop()


def record_as_child(config: Config, *, environment: Mapping[str, str]) -> int:
    """Record for the viewer at the other end of the standard streams; return the exit code."""
    try:
        record(config, environment=environment, is_child=True)
    except (StoreError, DoorUnusable, ConfigError) as error:
        _tell_viewer(Readiness(str(error), is_locked=isinstance(error, StoreLocked)))
        return 1
    return 0


def _tell_ready(config: Config, doors: Doors, *, is_child: bool) -> None:
    if is_child:
        _tell_viewer(Readiness())
        return
    where = []
    if host := listening_host(config):
        where.append(
            f"OTLP/gRPC on {host}:{doors.grpc_port}, OTLP/HTTP on {host}:{doors.http_port}"
        )
    if config.sockets is not None:
        where.append(f"Unix sockets in {config.sockets}")
    click.echo(
        safe_text(f"Recording into {config.store}: {', '.join(where)}. Ctrl-C ends it."), err=True
    )


def _tell_viewer(readiness: Readiness) -> None:
    """Write the line; a viewer that is gone already is noticed by its end of file."""
    try:
        sys.stdout.write(readiness.to_line())
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _known_recorder(port: int, environment: Mapping[str, str]) -> str:
    """Say so if the recorder of the user's default store is what holds a port."""
    store = default_store(environment)
    recorder = owner(store)
    if recorder is None or port not in {recorder.grpc_port, recorder.http_port}:
        return ""
    return (
        f" It is the sessionscope recorder of another store, {store}: "
        f"see it with: sessionscope view {store}"
    )


@contextmanager
def _stop_requests(*, watch_input: bool) -> "Iterator[_Wait]":
    """Catch the signals that mean *stop* from here on; what is yielded waits for the first one."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    previous = {number: signal.signal(number, _ignore) for number in _STOP_SIGNALS}
    previous_descriptor = signal.set_wakeup_fd(writing)
    try:
        yield _Wait(reading, watch_input=watch_input)
    finally:
        signal.set_wakeup_fd(previous_descriptor)
        for number, handler in previous.items():
            signal.signal(number, handler)
        os.close(reading)
        os.close(writing)


class _Wait:
    """Blocks until a signal came, or the standard input ended where that is watched."""

    def __init__(self, signals: int, *, watch_input: bool) -> None:
        self._signals = signals
        self._watch_input = watch_input

    def __call__(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._signals, selectors.EVENT_READ)
            if self._watch_input:
                selector.register(_STANDARD_INPUT, selectors.EVENT_READ)
            while True:
                ready = {key.fd for key, _ in selector.select()}
                if self._signals in ready or not os.read(_STANDARD_INPUT, 1024):
                    return


def _ignore(_number: int, _frame: object) -> None:
    """Leave it to the wake-up descriptor to tell that a signal came."""
