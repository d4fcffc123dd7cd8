"""Damaged inputs, by the thousand: data or a refusal, never a fault of ours.

What breaks something is to be kept in ``FOUND``.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from receiver.decode import Encoding
from receiver.dialects import Dialects
from receiver.doors import Doors
from store.signals import Signal
from store.writer import Writer
from tests.captures import Export
from tests.fuzz.mutations import inputs
from tests.fuzz.targets import TARGETS
from tests.guarantees import Figure, Noted
from tests.receiver.clients import EXPORTS, JSON, PROTOBUF, HttpClient
from tests.receiver.otlp import attribute, event, logs_request

SEED = 20_261_122
QUICK = {"decode": 5_000, "mask": 3_000, "decompress": 500, "read_file": 300, "doors": 500}
LONG = {
    "decode": 1_000_000,
    "mask": 500_000,
    "decompress": 30_000,
    "read_file": 20_000,
    "doors": 40_000,
}
"""How many inputs each target gets."""
BUDGETS = [
    pytest.param(QUICK, id="quick"),
    pytest.param(LONG, id="long", marks=pytest.mark.soak),
]
_log = logging.getLogger(__name__)

FOUND = {
    "a span without ids, which is rejected, and with a broken attribute, which would be refused": (
        Export(Signal.TRACES, Encoding.PROTOBUF, bytes.fromhex("0a07120512034a01ff"))
    ),
}
"""Inputs that once broke a target."""


@pytest.mark.parametrize("export", FOUND.values(), ids=FOUND)
@pytest.mark.parametrize("target", TARGETS)
def test_s10_what_was_found_stays_mended(target: str, export: Export) -> None:
    """An input that broke something once breaks nothing any more."""
    TARGETS[target](export)


@pytest.mark.parametrize("counts", BUDGETS)
@pytest.mark.parametrize("target", TARGETS)
def test_s10_damaged_inputs_break_nothing(
    target: str, counts: dict[str, int], *, record_property: Noted
) -> None:
    """Decoders, decompression and file reading know what to do with anything."""
    count = counts[target]
    for export in inputs(SEED + count, count):
        try:
            TARGETS[target](export)
        except Exception as error:
            error.add_note(f"input: {export!r}")
            raise
    record_property(Figure.HOSTILE_INPUTS, count)
    _log.info("%s: %d damaged inputs", target, count)


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[Doors]:
    """Doors in front of a real store."""
    writer = Writer(tmp_path / "sessions.db", Dialects())
    writer.start()
    opened = Doors(writer, "127.0.0.1", grpc_port=0, http_port=0)
    opened.start()
    yield opened
    opened.stop()
    writer.stop()


@pytest.mark.parametrize("counts", BUDGETS)
def test_l6_damaged_requests_are_answered_for_good(
    doors: Doors, counts: dict[str, int], *, record_property: Noted
) -> None:
    """Through both doors into a real store: 200, 400 or 413, and never *try again*.

    A sender that is told to try again would come back with the same bytes for ever.
    """
    count = counts["doors"]
    statuses: Counter[object] = Counter()
    with (
        HttpClient(doors.http_port) as client,
        grpc.insecure_channel(f"127.0.0.1:{doors.grpc_port}") as channel,
    ):
        calls: dict[Signal, grpc.UnaryUnaryMultiCallable[bytes, bytes]] = {
            signal: channel.unary_unary(path) for signal, path in EXPORTS.items()
        }
        for export in inputs(SEED - count, count):
            media_type = JSON if export.encoding is Encoding.JSON else PROTOBUF
            answer = client.send(
                export.body, {"Content-Type": media_type}, path=f"/v1/{export.signal}"
            )
            assert answer.status in {200, 400, 413}, export
            statuses[answer.status] += 1
            if export.encoding is Encoding.PROTOBUF:
                code = grpc_code(calls[export.signal], export.body)
                assert code in {"OK", "INVALID_ARGUMENT", "RESOURCE_EXHAUSTED"}, export
                statuses[code] += 1
    assert statuses[200] > count / 100
    assert statuses[400] > count / 100
    record_property(Figure.HOSTILE_INPUTS, statuses.total())
    _log.info("doors: %d damaged requests: %s", statuses.total(), dict(statuses))


def test_f21_a_resource_attribute_without_a_name_is_stored(doors: Doors) -> None:
    """Once it made the store refuse its whole export, for ever; the raw record has it."""
    request = logs_request(event(**{"event.name": "user_prompt", "session.id": "s"}))
    request.resource_logs[0].resource.attributes.append(attribute("", "nameless"))
    request.resource_logs[0].scope_logs[0].scope.name = "com.anthropic.claude_code.events"
    with HttpClient(doors.http_port) as client:
        assert client.send(request.SerializeToString()).status == 200


def grpc_code(call: "grpc.UnaryUnaryMultiCallable[bytes, bytes]", body: bytes) -> str:
    """Return the name of the code that a call ended with."""
    try:
        call(body, timeout=20)
    except grpc.RpcError as error:
        return str(error.code().name)
    return "OK"


def test_the_inputs_cover_signals_and_encodings() -> None:
    """Every signal comes in both encodings, and the same seed gives the same inputs."""
    first = list(inputs(1, 300))
    assert first == list(inputs(1, 300))
    kinds = {(export.signal, export.encoding) for export in first}
    assert kinds == {(signal, encoding) for signal in Signal for encoding in Encoding}
