"""Saved telemetry, read line by line into the same batches that come through the doors.

The format is that of the Collector's file exporter: a line is an export request in OTLP/JSON, and
the signals may be mixed. A file may be gzip-compressed, whatever its name.
"""

import gzip
import zlib
from collections.abc import Iterator
from io import BufferedIOBase
from pathlib import Path
from typing import NamedTuple

from receiver.decode import Decoder, Encoding
from receiver.errors import ReceiverError
from receiver.json_decode import parse_json, protobuf_from_json
from receiver.secret_wire import Mask
from store.signals import Batch, Signal

LINE_LIMIT = 64 * 1024 * 1024
"""Most bytes of a line, as of a request body."""

_GZIP_MAGIC = b"\x1f\x8b"
_KEYS = {
    "resourceLogs": Signal.LOGS,
    "resourceMetrics": Signal.METRICS,
    "resourceSpans": Signal.TRACES,
}


class Line(NamedTuple):
    """What one line of a file held."""

    number: int
    """Counted from 1."""
    batches: tuple[Batch, ...]
    """One per signal in the line; none where it is bad."""
    problem: str
    """Why the line could not be read; empty where it could."""
    bytes_read: int
    """How far into the file this is, in bytes on disk, compressed or not."""


def read_lines(path: Path, *, received_unix_nano: int, mask: Mask | None = None) -> Iterator[Line]:
    """Yield the lines of a file that are not blank, bad ones with their problem.

    ``received_unix_nano`` is put on each batch as the time it came in, ``mask`` takes secrets out.
    Raises ``OSError`` where the file cannot be opened or read.
    """
    decoder = Decoder(mask)
    with path.open("rb") as file:
        is_gzip = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
        file.seek(0)
        number = 0
        try:
            lines = _raw_lines(gzip.GzipFile(fileobj=file) if is_gzip else file)
            for number, raw in enumerate(lines, 1):
                batches, problem = _decoded(raw, decoder, received_unix_nano)
                if batches or problem:
                    yield Line(number, batches, problem, file.tell())
        except (EOFError, zlib.error, gzip.BadGzipFile):
            problem = "The compressed file is damaged or cut short here."
            yield Line(number + 1, (), problem, file.tell())


def _raw_lines(file: BufferedIOBase) -> Iterator[bytes]:
    """Yield lines, of those over the limit only the part that shows it."""
    while line := file.readline(LINE_LIMIT + 1):
        yield line
        while len(line) > LINE_LIMIT and not line.endswith(b"\n"):
            line = file.readline(LINE_LIMIT + 1)


def _decoded(
    line: bytes, decoder: Decoder, received_unix_nano: int
) -> tuple[tuple[Batch, ...], str]:
    """Return the batches of a line, or why it has none; a blank line has neither."""
    if len(line) > LINE_LIMIT:
        return (), f"The line is longer than {LINE_LIMIT} bytes."
    if line.isspace():
        return (), ""
    try:
        document = parse_json(line)
        if not isinstance(document, dict) or document.keys().isdisjoint(_KEYS):
            return (), "The line is not an OTLP export request in JSON."
        return tuple(
            decoder.decode(
                signal,
                Encoding.PROTOBUF,
                protobuf_from_json(signal, document),
                received_unix_nano=received_unix_nano,
            )
            for key, signal in _KEYS.items()
            if key in document
        ), ""
    except ReceiverError as error:
        return (), str(error)
