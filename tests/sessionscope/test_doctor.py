"""``doctor`` finds what keeps telemetry from arriving, and says what to do."""

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from sessionscope.config import Config
from sessionscope.doctor.agents import look_at_settings
from sessionscope.doctor.findings import Finding, Level
from sessionscope.doctor.storage import look_at_store
from store.connection import open_writer
from store.lock import StoreLock
from store.schema import SCHEMA_VERSION
from tests.captures import batches, exports
from tests.sessionscope.command import run, serving
from tests.store.stores import fill

ON = {"CLAUDE_CODE_ENABLE_TELEMETRY": "1", "OTEL_LOGS_EXPORTER": "otlp"}
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


def _looked_at(store: Path) -> list[Finding]:
    return list(look_at_store(Config(store=store)))


def test_doctor_is_content_with_a_recorder_that_works(tmp_path: Path) -> None:
    """Exit code 0, the doors and the store named, JSON of the same findings."""
    store = tmp_path / "s.db"
    with serving(store) as recorder:
        environment = {**ON, ENDPOINT: f"http://127.0.0.1:{recorder.owner.http_port}"}
        ports = {
            "SESSIONSCOPE_HTTP_PORT": str(recorder.owner.http_port),
            "SESSIONSCOPE_GRPC_PORT": str(recorder.owner.grpc_port),
        }
        finished = run("doctor", "--json", "--store", store, **environment, **ports)
    assert finished.returncode == 0, finished.stdout
    found = json.loads(finished.stdout)
    assert {finding["about"] for finding in found} >= {"recorder", "ports", "store", "sqlite"}
    assert "wrong" not in {finding["level"] for finding in found}
    assert f"listens on port {recorder.owner.http_port}" in finished.stdout


def test_doctor_names_who_else_listens(tmp_path: Path) -> None:
    """With no recorder it says so, and which process has the port."""
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        finished = run("doctor", "--store", tmp_path / "s.db", SESSIONSCOPE_HTTP_PORT=str(port))
    assert finished.returncode == 1
    assert "No recorder is running" in finished.stdout
    assert f"Port {port} is in use by" in finished.stdout
    assert str(os.getpid()) in finished.stdout


def test_doctor_repeats_what_the_recorder_says_is_wrong(tmp_path: Path) -> None:
    """A fault of the store that the recorder met is read from where it wrote it down."""
    store = tmp_path / "s.db"
    open_writer(store).close()
    with StoreLock.acquire(store) as lock, socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        lock.announce(host="localhost", grpc_port=port, http_port=port)
        lock.tell("records cannot be written: database or disk is full \x1b[2J")
        finished = run("doctor", "--store", store)
    assert finished.returncode == 1
    assert "database or disk is full" in finished.stdout
    assert "\x1b" not in finished.stdout


def _newer(store: Path) -> None:
    db = open_writer(store)
    db.execute(f"pragma user_version = {SCHEMA_VERSION + 1}")
    db.close()


def _damaged(store: Path) -> None:
    fill(store, batches(exports("smoke")))
    with store.open("r+b") as file:
        file.seek(4096 * 4)
        file.write(b"\xff" * 4096 * 3)


def _foreign(store: Path) -> None:
    store.write_bytes(b"not a database" * 500)


@pytest.mark.parametrize(
    ("make", "words"), [(_newer, "newer"), (_damaged, "damaged"), (_foreign, "not a database")]
)
def test_doctor_sees_what_is_wrong_with_a_store(
    make: Callable[[Path], None], words: str, tmp_path: Path
) -> None:
    """Newer, damaged, of another kind: each in words, none changed."""
    store = tmp_path / "s.db"
    make(store)
    content = store.read_bytes()
    wrong = [finding for finding in _looked_at(store) if finding.level is Level.WRONG]
    assert words in wrong[0].words
    assert store.read_bytes() == content


def test_doctor_tells_which_agents_were_heard(tmp_path: Path) -> None:
    """The last record of each, and a clock that is ahead of this one's."""
    store = tmp_path / "s.db"
    early = [batch._replace(received_unix_nano=1) for batch in batches(exports("smoke"))]
    fill(store, early)
    words = [finding.words for finding in _looked_at(store)]
    assert any("1 session, last heard" in each for each in words)
    assert any("ahead of this machine's" in each for each in words)


def test_doctor_names_models_that_have_no_price(tmp_path: Path) -> None:
    """A model that the price table does not know is named; one that it knows is not."""
    store = tmp_path / "s.db"
    fill(store, batches(exports("smoke")))
    assert not [finding for finding in _looked_at(store) if finding.about == "prices"]
    db = open_writer(store)
    db.execute("update requests set model = 'tin-parrot-9'")
    db.close()
    (found,) = [finding for finding in _looked_at(store) if finding.about == "prices"]
    assert "tin-parrot-9" in found.words


def test_doctor_reads_the_prices_of_ones_own(tmp_path: Path) -> None:
    """What they name has a price; a file that cannot be read is named."""
    store, prices = tmp_path / "s.db", tmp_path / "prices.toml"
    fill(store, batches(exports("smoke")))
    db = open_writer(store)
    db.execute("update requests set model = 'tin-parrot-9'")
    db.close()
    prices.write_text('date = 2026-11-01\n[models."tin-*"]\ninput = 1\noutput = 2\n')
    own = Config(store=store, prices=prices)
    assert not [finding for finding in look_at_store(own) if finding.about == "prices"]
    prices.write_text("nonsense")
    (found,) = [finding for finding in look_at_store(own) if finding.about == "prices"]
    assert found.level is Level.WRONG


def _settings(tmp_path: Path, environment: dict[str, str]) -> list[Finding]:
    config = Config(store=tmp_path / "s.db")
    home, project = tmp_path / "home", tmp_path / "project"
    return list(look_at_settings(config, environment=environment, home=home, project=project))


@pytest.mark.parametrize(
    ("environment", "level", "words"),
    [
        ({}, Level.NOTE, "sends nothing"),
        ({"CLAUDE_CODE_ENABLE_TELEMETRY": "0"}, Level.NOTE, "sends nothing"),
        ({**ON, "OTEL_LOGS_EXPORTER": "console"}, Level.WRONG, "none is sent"),
        ({**ON, "OTEL_METRICS_INCLUDE_SESSION_ID": "false"}, Level.WRONG, "off events too"),
        ({**ON, "OTEL_EXPORTER_OTLP_PROTOCOL": "http"}, Level.WRONG, "not one of"),
        ({**ON, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, Level.NOTE, "sends nothing again"),
        ({**ON, ENDPOINT: "http://localhost:4317"}, Level.WRONG, "which is for gRPC"),
        ({**ON, ENDPOINT: "http://localhost:9999"}, Level.WRONG, "names port 9999;"),
        ({**ON, ENDPOINT: "localhost:4318"}, Level.WRONG, "not a URL"),
        ({**ON, ENDPOINT: "http://[::1"}, Level.WRONG, "not a URL"),
        ({**ON, ENDPOINT: "https://otel.example"}, Level.NOTE, "not to this machine"),
        ({**ON, ENDPOINT: "http://127.0.0.1:4318"}, Level.OK, "send telemetry here"),
        (ON, Level.OK, "send telemetry here"),
    ],
)
def test_doctor_reads_the_settings_of_agents(
    environment: dict[str, str], level: Level, words: str, *, tmp_path: Path
) -> None:
    """Each setting that keeps telemetry away is named with what it should be."""
    (found,) = _settings(tmp_path, environment)
    assert (found.level, words in found.words) == (level, True), found
    assert bool(found.advice) == (level is not Level.OK)


def test_doctor_knows_which_settings_files_count(tmp_path: Path) -> None:
    """The user's own file counts; a project's is ignored by the agent, and said to be."""
    for folder in ("home", "project"):
        path = tmp_path / folder / ".claude" / "settings.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"env": ON}))
    ignored, fine = _settings(tmp_path, {})
    assert "ignores there" in ignored.words
    assert fine.level is Level.OK
