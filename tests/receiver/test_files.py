"""Saved telemetry: what is good is read, what is bad is named by its line."""

import gzip
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

from receiver.decode import Encoding
from receiver.files import Found, read_file, read_saved
from receiver.json_decode import protobuf_from_json
from receiver.saved import json_lines
from receiver.saved.piece import LIMIT
from receiver.saved.signals import signal_of
from store.signals import Batch, Signal
from tests.captures import CAPTURES, exports
from tests.receiver.otlp import event, logs_request, otlp_json

LOGS = otlp_json(logs_request(event("a"), event("b")))
METRICS = b"""{"resourceMetrics":[{"scopeMetrics":[{"metrics":[
{"name":"m","gauge":{"dataPoints":[{"asInt":"1"}]}}]}]}]}""".replace(b"\n", b"")
TRACES = b"""{"resourceSpans":[{"scopeSpans":[{"spans":[
{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174"}]}]}]}"""
TRACES = TRACES.replace(b"\n", b"")


def read(path: Path) -> list[Found]:
    """Read a file as if it came in at time 9."""
    return list(read_file(path, received_unix_nano=9))


def written(folder: Path, *lines: bytes, is_gzip: bool = False) -> Path:
    """Write lines into a file, whose name says nothing of its compression."""
    path = folder / "telemetry"
    content = b"\n".join(lines)
    path.write_bytes(gzip.compress(content) if is_gzip else content)
    return path


@pytest.mark.parametrize("is_gzip", [False, True])
def test_signals_may_be_mixed(tmp_path: Path, *, is_gzip: bool) -> None:
    """A line is a request of any signal; blank lines are nothing."""
    path = written(tmp_path, LOGS, b"", METRICS, TRACES, b"", is_gzip=is_gzip)
    lines = read(path)
    assert [(line.number, line.problem) for line in lines] == [(1, ""), (3, ""), (4, "")]
    found = batches(lines)
    assert [(batch.signal, len(batch.records)) for batch in found] == [
        (Signal.LOGS, 2),
        (Signal.METRICS, 1),
        (Signal.TRACES, 1),
    ]
    assert {batch.received_unix_nano for batch in found} == {9}
    assert lines[-1].bytes_read == path.stat().st_size


BAD_LINES = [b"{", b"[]", b"{}", b'{"other": 1}', b'{"resourceLogs": 5}', b"\xff\xfe"]


@pytest.mark.parametrize("bad", BAD_LINES)
def test_a_bad_line_is_named_and_the_rest_read(tmp_path: Path, bad: bytes) -> None:
    """One line that is no telemetry costs that line."""
    first, second, third = read(written(tmp_path, LOGS, bad, METRICS))
    assert (second.number, second.batches) == (2, ())
    assert second.problem.endswith(".")
    assert len(first.batches) == len(third.batches) == 1


def test_a_line_cut_short_at_the_end_is_named(tmp_path: Path) -> None:
    """A file that was being written when it was copied is read up to there."""
    good, cut = read(written(tmp_path, LOGS, METRICS[:-9]))
    assert len(good.batches) == 1
    assert "not JSON" in cut.problem


@pytest.mark.parametrize("damage", ["cut short", "overwritten"])
def test_a_damaged_archive_is_read_as_far_as_it_goes(tmp_path: Path, damage: str) -> None:
    """What was compressed before the damage is not lost."""
    path = tmp_path / "telemetry.gz"
    first = gzip.compress(LOGS + b"\n")
    second = gzip.compress(METRICS)
    path.write_bytes(first + (second[:-12] if damage == "cut short" else b"\x1f\x8bnonsense"))
    good, bad = read(path)
    assert (good.problem, len(good.batches)) == ("", 1)
    assert (bad.number, bad.batches) == (2, ())
    assert "damaged" in bad.problem


def test_a_line_over_the_limit_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line beyond all measure costs neither memory nor the lines after it."""
    monkeypatch.setattr(json_lines, "LIMIT", 2000)
    long, after = read(written(tmp_path, b'"' + b"x" * 9000 + b'"', METRICS))
    assert (long.number, long.batches) == (1, ())
    assert "longer than 2000 bytes" in long.problem
    assert (after.number, len(after.batches)) == (2, 1)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """Nothing is made up for a missing file."""
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "missing")


def batches(found: list[Found]) -> list[Batch]:
    """Return all batches in order."""
    return [batch for piece in found for batch in piece.batches]


def archive(**contents: bytes) -> bytes:
    """Return a tar archive."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as file:
        for name, content in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            file.addfile(member, io.BytesIO(content))
    return whole.getvalue()


def prefixed(*messages: bytes) -> bytes:
    """Return messages as the Collector's file exporter writes them in protobuf."""
    return b"".join(len(message).to_bytes(4, "big") + message for message in messages)


LOGS_PROTOBUF = protobuf_from_json(Signal.LOGS, json.loads(LOGS))
METRICS_PROTOBUF = protobuf_from_json(Signal.METRICS, json.loads(METRICS))
TRACES_PROTOBUF = protobuf_from_json(Signal.TRACES, json.loads(TRACES))
EACH = (LOGS_PROTOBUF, METRICS_PROTOBUF, TRACES_PROTOBUF)

FORMATS = {
    "lines": b"\n".join((LOGS, METRICS, TRACES)),
    "messages": prefixed(*EACH),
    "compressed messages": prefixed(*map(zstd.compress, EACH)),
    "compressed messages of JSON": prefixed(*map(zstd.compress, (LOGS, METRICS, TRACES))),
    "archive": archive(a=LOGS_PROTOBUF, b=METRICS, c=gzip.compress(TRACES_PROTOBUF)),
    "one printed object": json.dumps(
        json.loads(LOGS) | json.loads(METRICS) | json.loads(TRACES), indent=2
    ).encode(),
}


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd.compress])
@pytest.mark.parametrize("content", FORMATS.values(), ids=FORMATS)
def test_every_format_gives_the_same_records(
    tmp_path: Path, content: bytes, pack: Callable[[bytes], bytes]
) -> None:
    """Whatever a collector or a capture kept, packed or not, is recognised by its content."""
    found = read(written(tmp_path, pack(content)))
    assert [piece.problem for piece in found] == [""] * len(found)
    wanted = batches(read(written(tmp_path, FORMATS["lines"])))
    assert batches(found) == wanted
    assert len(wanted) == 3


@pytest.mark.parametrize("signal", list(Signal))
def test_one_protobuf_request_says_its_signal_by_its_records(
    tmp_path: Path, signal: Signal
) -> None:
    """A saved request body needs no name."""
    ((batch,),) = (
        piece.batches for piece in read(written(tmp_path, EACH[list(Signal).index(signal)]))
    )
    assert batch.signal is signal


@given(st.sampled_from(CAPTURES), st.data())
@settings(max_examples=25)
def test_requests_of_real_senders_are_recognised(capture: str, data: st.DataObject) -> None:
    """No request of any capture is taken for one of another signal."""
    sent = exports(capture)
    export = data.draw(st.sampled_from(sent)) if sent else None
    if export is not None and export.encoding is Encoding.PROTOBUF:
        assert signal_of(export.body) is export.signal


@pytest.mark.parametrize(
    ("content", "number", "words"),
    [
        (prefixed(LOGS_PROTOBUF, b"\xff\xff", METRICS_PROTOBUF), 2, "not an OTLP"),
        (prefixed(LOGS_PROTOBUF, METRICS_PROTOBUF)[:-3], 2, "cut short"),
        (prefixed(LOGS_PROTOBUF) + b"\x00\x00", 2, "cut short"),
        (prefixed(LOGS_PROTOBUF) + b"\xff\xff\xff\xff12", 2, "longer than"),
        (prefixed(zstd.compress(LOGS)[:-4], LOGS_PROTOBUF), 1, "cut short"),
        (prefixed(zstd.compress(LOGS)[:4] + b"nonsense", LOGS_PROTOBUF), 1, "damaged"),
        (archive(a=LOGS_PROTOBUF, b=METRICS)[:1600], 1, "archive is damaged"),
        (archive(a=b"nonsense", b=LOGS), 1, "not JSON"),
        (b"SQLite format 3\0", 1, "store"),
        (gzip.compress(gzip.compress(gzip.compress(gzip.compress(LOGS)))), 1, "too often"),
        (LOGS_PROTOBUF[:-3], 1, "not an OTLP"),
    ],
)
def test_a_bad_piece_is_named_and_the_others_are_read(
    tmp_path: Path, content: bytes, *, number: int, words: str
) -> None:
    """Damage costs the message or the member that it is in."""
    bad = [piece for piece in read(written(tmp_path, content)) if piece.problem]
    assert [piece.number for piece in bad] == [number]
    assert words in bad[0].problem
    assert not bad[0].batches


def test_a_bomb_costs_its_message(tmp_path: Path) -> None:
    """What unpacks to more than a message may have is left out, unpacked no further."""
    bomb = zstd.compress(bytes(LIMIT + 1))
    first, second = read(written(tmp_path, prefixed(bomb, LOGS_PROTOBUF)))
    assert "longer than" in first.problem
    assert len(second.batches) == 1


def test_a_long_name_in_an_archive_is_not_read(tmp_path: Path) -> None:
    """A header that announces a name of gigabytes ends the archive, not the memory."""
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 2**33 - 1
    (bad,) = read(written(tmp_path, header.tobuf(tarfile.GNU_FORMAT) + bytes(4096)))
    assert "archive" in bad.problem


@given(st.binary(max_size=300))
def test_nothing_in_a_stream_is_an_error(content: bytes) -> None:
    """Whatever a file holds, reading it ends in batches and problems."""
    for piece in read_saved(io.BytesIO(content), received_unix_nano=9):
        assert bool(piece.batches) != bool(piece.problem)
