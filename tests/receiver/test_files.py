"""Saved telemetry: what is good is read, what is bad is named by its line."""

import gzip
from pathlib import Path

import pytest

from receiver import files
from receiver.files import Line, read_lines
from store.signals import Signal
from tests.receiver.otlp import event, logs_request, otlp_json

LOGS = otlp_json(logs_request(event("a"), event("b")))
METRICS = b"""{"resourceMetrics":[{"scopeMetrics":[{"metrics":[
{"name":"m","gauge":{"dataPoints":[{"asInt":"1"}]}}]}]}]}""".replace(b"\n", b"")
TRACES = b"""{"resourceSpans":[{"scopeSpans":[{"spans":[
{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174"}]}]}]}"""
TRACES = TRACES.replace(b"\n", b"")


def read(path: Path) -> list[Line]:
    """Read a file as if it came in at time 9."""
    return list(read_lines(path, received_unix_nano=9))


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
    batches = [batch for line in lines for batch in line.batches]
    assert [(batch.signal, len(batch.records)) for batch in batches] == [
        (Signal.LOGS, 2),
        (Signal.METRICS, 1),
        (Signal.TRACES, 1),
    ]
    assert {batch.received_unix_nano for batch in batches} == {9}
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
    monkeypatch.setattr(files, "LINE_LIMIT", 2000)
    long, after = read(written(tmp_path, b'"' + b"x" * 9000 + b'"', METRICS))
    assert (long.number, long.batches) == (1, ())
    assert "longer than 2000 bytes" in long.problem
    assert (after.number, len(after.batches)) == (2, 1)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """Nothing is made up for a missing file."""
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "missing")
