"""What npm's OpenTelemetry exporters send is stored: two generations, three protocols."""

import hashlib
import json
import math
import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from store.signals import LogRecord, MetricPoint, Record, Span
from tests.acceptance.stored import stored
from tests.sessionscope.command import serving

OLD, NEW = "0.57.2", "0.301.0"
RUNS = [(version, protocol) for version in (OLD, NEW) for protocol in ("grpc", "http", "proto")]
NODE = Path(__file__).with_name("node")
_PATIENCE_S = 300


class Sent(NamedTuple):
    """One run of ``send.cjs`` and what the recorder made of it."""

    version: str
    protocol: str
    """As in the packages' names: ``http`` is JSON, ``proto`` is protobuf, both over HTTP."""
    span: dict[str, Any]
    """The span's ids as the client knows them."""
    records: list[Record]

    @property
    def is_json(self) -> bool:
        """Whether it was sent as JSON, which has no word for NaN."""
        return self.protocol == "http"

    @property
    def cut(self) -> str:
        """The text with half an emoji: old clients write the half as three bytes, not UTF-8."""
        is_three_bytes = self.version == OLD and not self.is_json
        return "half " + "\N{REPLACEMENT CHARACTER}" * (3 if is_three_bytes else 1)

    def logs(self) -> dict[Any, LogRecord]:
        """Return the log records by their bodies."""
        return {item.body: item for item in self.records if isinstance(item, LogRecord)}

    def points(self) -> dict[str, MetricPoint]:
        """Return the data points by the names of their metrics."""
        return {item.name: item for item in self.records if isinstance(item, MetricPoint)}


@pytest.fixture(scope="module", params=RUNS, ids="-".join)
def sent(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sent:
    """Run the exporters of one version and protocol against a recorder."""
    version, protocol = request.param
    store = tmp_path_factory.mktemp("node") / "sessions.db"
    with serving(store) as recorder:
        door = recorder.owner.grpc_port if protocol == "grpc" else recorder.owner.http_port
        arguments = ["node", str(NODE / "send.cjs"), protocol, f"http://127.0.0.1:{door}"]
        span = json.loads(_run(arguments, cwd=_installed(version)))
        return Sent(version, protocol, span, stored(store))


def _installed(version: str) -> Path:
    """Return a folder of the user's cache with the packages of a version, installed once."""
    manifest = (NODE / version / "package.json").read_bytes()
    name = f"exporters-{version}-{hashlib.sha256(manifest).hexdigest()[:8]}"
    home = pwd.getpwuid(os.getuid()).pw_dir
    folder = Path(home) / ".cache" / "sessionscope-tests" / name
    assert shutil.which("npm"), "these tests need npm and Node.js; on Debian: apt install npm"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "package.json").write_bytes(manifest)
        quietly = ("--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts")
        _run(["npm", "install", *quietly], cwd=folder, HOME=home)
        (folder / "complete").touch()
    return folder


def _run(arguments: list[str], *, cwd: Path, **environment: str) -> str:
    finished = subprocess.run(
        arguments,
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
        text=True,
        timeout=_PATIENCE_S,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_a_log_record_is_delivered(sent: Sent) -> None:
    """Each attribute has the value it was given, as far as its client and JSON can tell it."""
    record = sent.logs()[sent.cut]
    attributes = dict(record.attributes)
    not_a_number, infinite = attributes.pop("notANumber"), attributes.pop("infinite")
    if sent.is_json:
        assert (not_a_number, infinite) == (None, None)
    else:
        assert isinstance(not_a_number, float)
        assert math.isnan(not_a_number)
        assert infinite == math.inf
    kept_by_new = {"nothing": None, "deep": [1, ["two", [None, {"three": 3.5}]]]}
    assert attributes == {
        "cut": sent.cut,
        "nul": "a\0b",
        "big": 2**53,
        "small": -(2**53),
        "flag": False,
        **(kept_by_new if sent.version == NEW else {}),
    }
    assert (record.time_unix_nano, record.scope.name) == (7_000_000_009, "sent")


def test_metrics_are_delivered(sent: Sent) -> None:
    """A large count is exact, a gauge that is not a number is none, and attributes are kept."""
    points = sent.points()
    assert points["counted"].value == 2**53
    gauged = points["gauged"].value
    assert gauged is None if sent.is_json else gauged is not None and math.isnan(gauged)
    assert {point.attributes["cut"] for point in points.values()} == {sent.cut}


def test_a_span_is_delivered(sent: Sent) -> None:
    """It has the ids the client gave it, its event, and a cut emoji wherever one can be."""
    (span,) = (record for record in sent.records if isinstance(record, Span))
    assert span.trace_id.hex() == sent.span["traceId"]
    assert span.span_id.hex() == sent.span["spanId"]
    assert (span.name, span.status_message) == (sent.cut, sent.cut)
    assert [(event.name, event.attributes) for event in span.events] == [
        ("happened", {"cut": sent.cut})
    ]


@pytest.mark.parametrize("body", ["odd", "bytes"])
def test_a_value_that_json_cannot_tell_costs_no_record(sent: Sent, body: str) -> None:
    """``intValue`` 1e300 and ``bytesValue`` as an object are sent by real clients as JSON."""
    assert sent.logs()[body].attributes["told"] == "all the same"
