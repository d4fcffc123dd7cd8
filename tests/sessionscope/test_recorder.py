"""The recorder's life: how it begins, who may be beside it, and how it ends."""

import fcntl
import http.client
import json
import os
import resource
import signal
import socket
import stat
import subprocess
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.lock import Owner, lock_path, owner
from tests.captures import exports
from tests.sessionscope.command import COMMAND, FREE_PORTS, capture, data, run, serving

SMOKE = b"b0eaf545-3aa4-42c1-8dc8-b2a49cf0c895"
"""The session of the capture of that name."""

_MEDIA_TYPE = "application/x-protobuf"


def export(recorder: Owner, body: bytes) -> int:
    """Send one export request of log events; return the status."""
    assert recorder.http_port is not None
    connection = http.client.HTTPConnection("localhost", recorder.http_port, timeout=10)
    try:
        connection.request("POST", "/v1/logs", body, {"Content-Type": _MEDIA_TYPE})
        return connection.getresponse().status
    finally:
        connection.close()


def bodies(name: str) -> list[bytes]:
    """Return the log exports of a capture."""
    return [request.body for request in exports(name) if request.signal == "logs"]


def test_what_comes_in_is_in_the_tables(tmp_path: Path) -> None:
    """An answered export can be read while the recorder runs."""
    store = tmp_path / "sessions.db"
    with serving(store) as recorder:
        for body in bodies("smoke"):
            assert export(recorder.owner, body) == 200
        assert len(data("requests", "--store", store, "--json")) == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_in_the_middle_of_a_load_loses_nothing_answered(
    tmp_path: Path, number: signal.Signals
) -> None:
    """All that was answered is stored, the lock is free and the exit code is 0."""
    store = tmp_path / "sessions.db"
    answered: list[str] = []
    under_way = threading.Event()

    def load(recorder: Owner) -> None:
        for count in range(100_000):
            session_id = str(uuid.uuid4())
            try:
                if export(recorder, _prompt(session_id)) == 200:
                    answered.append(session_id)
            except (OSError, http.client.HTTPException):
                return
            if count == 20:
                under_way.set()

    with serving(store) as recorder:
        senders = [threading.Thread(target=load, args=[recorder.owner]) for _ in range(2)]
        for sender in senders:
            sender.start()
        assert under_way.wait(30)
        recorder.process.send_signal(number)
        assert recorder.process.wait(30) == 0
        for sender in senders:
            sender.join()
    assert owner(store) is None
    rows = data("sessions", "--store", store, "--json", "--limit", "0")
    assert {row["session_id"] for row in rows} >= set(answered)
    assert len(answered) > 20


def _prompt(session_id: str) -> bytes:
    """Return a protobuf export of a prompt: a real body with another session id."""
    body = next(body for body in bodies("smoke") if b"user_prompt" in body)
    assert SMOKE in body
    return body.replace(SMOKE, session_id.encode())


def test_f8_a_second_recorder_of_a_store_is_refused(tmp_path: Path) -> None:
    """It names the first and changes nothing."""
    store = tmp_path / "sessions.db"
    with serving(store) as recorder:
        finished = run("serve", "--store", store, *FREE_PORTS)
        assert finished.returncode == 1
        assert f"process id {recorder.process.pid}" in finished.stderr
        assert recorder.process.poll() is None


@pytest.mark.parametrize("door", ["grpc", "http"])
def test_a_port_in_use_is_named_with_its_owner(tmp_path: Path, door: str) -> None:
    """Neither door is opened, the lock is given back, and the words say what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        store = tmp_path / "sessions.db"
        finished = run("serve", "--store", store, *FREE_PORTS, f"--{door}-port", str(port))
    assert finished.returncode == 1
    assert f"Port {port}" in finished.stderr
    assert f"--{door}-port" in finished.stderr
    assert owner(store) is None


def test_the_port_of_another_store_s_recorder_is_recognised(tmp_path: Path) -> None:
    """Whoever records into the default store already is told how to see it."""
    state = {"XDG_STATE_HOME": str(tmp_path / "state")}
    default = tmp_path / "state" / "sessionscope" / "sessions.db"
    with serving(default) as recorder:
        port = str(recorder.owner.http_port)
        ports = ("--grpc-port", "0", "--http-port", port)
        finished = run("serve", "--store", tmp_path / "other.db", *ports, **state)
    assert finished.returncode == 1
    assert f"sessionscope view {default}" in finished.stderr


def test_g18_s32_everything_a_recorder_makes_is_private(tmp_path: Path) -> None:
    """Store, write-ahead log and lock are for this user alone."""
    store = tmp_path / "new" / "sessions.db"
    with serving(store) as recorder:
        export(recorder.owner, bodies("smoke")[0])
        made = list(store.parent.iterdir())
        assert len(made) >= 3
        assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o600}
        assert stat.S_IMODE(store.parent.stat().st_mode) == 0o700


@pytest.fixture
def child(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """A recorder as a viewer starts it."""
    with subprocess.Popen(
        [*COMMAND, "serve", "--child", "--store", tmp_path / "sessions.db", *FREE_PORTS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        yield process
        process.kill()


def test_a_child_says_when_it_is_ready(child: "subprocess.Popen[str]", tmp_path: Path) -> None:
    """One line of JSON, after which its ports stand in the lock file."""
    assert child.stdout is not None
    assert json.loads(child.stdout.readline())["error"] is None
    assert json.loads(lock_path(tmp_path / "sessions.db").read_text())["http_port"] > 0


def test_a_child_ends_with_its_viewer(child: "subprocess.Popen[str]", tmp_path: Path) -> None:
    """The end of its standard input is the end of the viewer, however that ended."""
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdout.readline()
    child.stdin.close()
    assert child.wait(30) == 0
    assert owner(tmp_path / "sessions.db") is None


def test_a_child_whose_viewer_is_gone_already_ends(
    child: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    """A viewer that dies while the recorder starts leaves no orphan either."""
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdout.close()
    child.stdin.close()
    assert child.wait(30) == 0
    assert owner(tmp_path / "sessions.db") is None


def test_a_child_says_why_it_cannot_record(tmp_path: Path) -> None:
    """Its viewer learns the reason, and whether there is a recorder to attach to."""
    store = tmp_path / "sessions.db"
    with serving(store):
        finished = run("serve", "--child", "--store", store, *FREE_PORTS)
    told = json.loads(finished.stdout)
    assert finished.returncode == 1
    assert told["is_locked"] is True
    assert "already owns the store" in told["error"]
    (tmp_path / "not-a-store").write_text("text " * 1_000)
    finished = run("serve", "--child", "--store", tmp_path / "not-a-store", *FREE_PORTS)
    told = json.loads(finished.stdout)
    assert told["is_locked"] is False
    assert "not-a-store" in told["error"]


def test_recording_goes_on_after_a_restart(tmp_path: Path) -> None:
    """A recorder that was killed leaves a store that the next one takes up."""
    store = tmp_path / "sessions.db"
    with serving(store) as recorder:
        for body in bodies("smoke"):
            assert export(recorder.owner, body) == 200
        recorder.process.kill()
        recorder.process.wait()
    with serving(store) as recorder:
        for body in bodies("smoke"):
            assert export(recorder.owner, body) == 200
    assert run("import", "--store", store, capture("smoke")).returncode == 0
    assert len(data("requests", "--store", store, "--json")) == 2


def test_g5_a_recorder_whose_words_nobody_reads_records_on(tmp_path: Path) -> None:
    """A standard error that is full, as of a stopped terminal, blocks neither door nor the end."""
    store = tmp_path / "sessions.db"
    with serving(store) as recorder:
        assert recorder.process.stderr is not None
        fcntl.fcntl(recorder.process.stderr, fcntl.F_SETPIPE_SZ, 4096)
        in_use = len(list(Path(f"/proc/{recorder.process.pid}/fd").iterdir()))
        enough = resource.prlimit(recorder.process.pid, resource.RLIMIT_NOFILE)
        few = (in_use + 1, enough[1])
        resource.prlimit(recorder.process.pid, resource.RLIMIT_NOFILE, few)
        address = ("127.0.0.1", recorder.owner.http_port)
        held = [socket.create_connection(address, timeout=20) for _ in range(20)]
        assert os.read(recorder.process.stderr.fileno(), 1), "the first of more than a pipe holds"
        for connection in held:
            connection.close()
        resource.prlimit(recorder.process.pid, resource.RLIMIT_NOFILE, enough)
        for body in bodies("smoke"):
            assert export(recorder.owner, body) == 200
        recorder.process.send_signal(signal.SIGTERM)
        assert recorder.process.wait(30) == 0
