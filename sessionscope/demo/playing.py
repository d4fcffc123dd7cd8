"""Playing the story: its history into a fresh store, its live session into the doors."""

import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from receiver.decode import Decoder, Encoding
from receiver.dialects import Dialects
from sessionscope.config import Config
from sessionscope.demo.story import history, live
from sessionscope.demo.telling import Teller, export_request
from store.lock import owner
from store.signals import Signal
from store.writer import Writer

_NS_PER_S = 1_000_000_000
_POST_TIMEOUT_S = 5


def write_history(store: Path, *, now_ns: int) -> None:
    """Write the invented past, as seen at ``now_ns``, by the path that telemetry takes."""
    decoder = Decoder()
    writer = Writer(store, Dialects())
    writer.start()
    try:
        for teller in history(now_ns):
            batch = decoder.decode(
                Signal.LOGS,
                Encoding.JSON,
                export_request(teller, teller.records),
                received_unix_nano=teller.now_ns,
            )
            writer.submit(batch).result()
    finally:
        writer.stop()


def play(*, environment: Mapping[str, str]) -> int:
    """Show a store of its own with the history and a live session; return the exit code.

    The store and its doors (on free ports) are gone afterwards; the user's own are not touched.
    """
    from sessionscope.watching import receive_and_show

    with tempfile.TemporaryDirectory(prefix="sessionscope-demo-") as folder:
        config = Config(store=Path(folder) / "demo.db", grpc_port=0, http_port=0)
        write_history(config.store, now_ns=time.time_ns())
        with _live_session(config.store):
            return receive_and_show(config, environment=environment)


@contextmanager
def _live_session(store: Path) -> Iterator[None]:
    """Send the live session into the doors of whoever records into ``store``."""
    stopping = threading.Event()
    player = threading.Thread(target=_send_live, args=(store, stopping), daemon=True)
    player.start()
    try:
        yield
    finally:
        stopping.set()
        player.join()


def _send_live(store: Path, stopping: threading.Event) -> None:
    """Send each step of the live session when its moment has come, until told to stop."""
    url = _wait_for_door(store, stopping)
    sent = 0
    for teller in live(time.time_ns()):
        if url is None or stopping.wait(max(teller.now_ns - time.time_ns(), 0) / _NS_PER_S):
            return
        sent = _send(url, teller, sent=sent)


def _wait_for_door(store: Path, stopping: threading.Event) -> str | None:
    while not stopping.wait(0.05):
        recorder = owner(store)
        if recorder is not None and recorder.http_port:
            return f"http://127.0.0.1:{recorder.http_port}/v1/logs"
    return None


def _send(url: str, teller: Teller, *, sent: int) -> int:
    """Send what was told since the last time; what the door does not take is sent again later."""
    request = urllib.request.Request(  # noqa: S310 - the address is made above
        url,
        export_request(teller, teller.records[sent:]),
        {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=_POST_TIMEOUT_S):  # noqa: S310 - as above
            return len(teller.records)
    except OSError:
        return sent
