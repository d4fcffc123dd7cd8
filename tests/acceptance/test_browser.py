"""A hostile page in a real browser writes nothing into the store, and reads nothing out of it."""

import json
import logging
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

import pytest

from receiver.counters import Door
from receiver.dialects import Dialects
from receiver.doors import Doors
from store.connection import open_reader
from store.signals import Signal
from store.writer import Writer

PAGE = Path(__file__).with_name("hostile.html").read_bytes()
PATIENCE_S = 120
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_log = logging.getLogger(__name__)


class Attacker(ThreadingHTTPServer):
    """Serves the page, and is told by it what came of its attempts."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.reports: SimpleQueue[dict[str, Any]] = SimpleQueue()


class Handler(BaseHTTPRequestHandler):
    """One request of the page."""

    server: Attacker

    def do_GET(self) -> None:
        """Serve the page."""
        self._answer(PAGE)

    def do_POST(self) -> None:
        """Take the page's report."""
        length = int(self.headers["Content-Length"])
        self.server.reports.put(json.loads(self.rfile.read(length)))
        self._answer(b"")

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def attacker() -> Iterator[Attacker]:
    """A web server on another port than the doors'."""
    with Attacker() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def browse(url: str, profile: Path) -> "subprocess.Popen[bytes]":
    """Open a page in a browser that finds evil.example on this machine, as after DNS rebinding."""
    return subprocess.Popen(
        [
            str(CHROMIUM),
            *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
            *("--disable-background-networking", "--no-first-run", "--disable-sync"),
            f"--user-data-dir={profile}",
            (
                "--host-resolver-rules=MAP evil.example 127.0.0.1, MAP * ~NOTFOUND, "
                "EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE 0.0.0.0, EXCLUDE [::1]"
            ),
            "--remote-debugging-port=0",
            url,
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
@pytest.mark.parametrize("host", ["127.0.0.1", "evil.example"])
def test_s4_a_hostile_page_stores_and_reads_nothing(
    tmp_path: Path, attacker: Attacker, host: str
) -> None:
    """Every kind of request that a page can make, to every name of both doors, from its own port.

    The doors saw the requests and refused them; the page could read no answer.
    """
    store = tmp_path / "sessions.db"
    writer = Writer(store, Dialects())
    writer.start()
    doors = Doors(writer, grpc_port=0, http_port=0)
    doors.start()
    try:
        ports = f"http={doors.http_port}&grpc={doors.grpc_port}"
        url = f"http://{host}:{attacker.server_port}/?{ports}"
        with browse(url, tmp_path / "profile") as browser:
            report = attacker.reports.get(timeout=PATIENCE_S)
            browser.terminate()
    finally:
        doors.stop()
        writer.stop()
    with closing(open_reader(store)) as db:
        assert db.execute("select count(*) from records").fetchall() == [(0,)]
    tallies = [doors.counters.tally(Door.HTTP, signal) for signal in Signal]
    refused = sum(tally.refused.get("Forbidden", 0) for tally in tallies)
    assert not any(tally.accepted or tally.failed for tally in tallies)
    assert report["read"] == []
    assert report["tried"] >= 500
    assert refused >= 100
    _log.info("from %s: %d attempts, %d refused by the door", host, report["tried"], refused)
