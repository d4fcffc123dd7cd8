"""Saved telemetry, read piece by piece into the same batches that come through the doors.

The format is recognised by content, never by name:

- lines of OTLP/JSON, signals mixed, as the Collector's file exporter writes them;
- the same exporter's messages with 4-byte lengths, in protobuf or compressed;
- one export request, in protobuf or in JSON;
- a tar archive of any of these;
- any of them in gzip or zstd.

A bad piece costs that piece, and memory is bounded by the longest one.
"""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

from receiver.saved.archive import is_archive, members
from receiver.saved.json_lines import read_json
from receiver.saved.messages import read_messages, read_request
from receiver.saved.piece import LIMIT, Found
from receiver.saved.requests import Requests
from receiver.saved.stream import DAMAGE, Readable, Source, Stream, unpacker
from receiver.secret_wire import Mask

__all__ = ["Found", "is_store", "read_file", "read_saved"]

_SQLITE = b"SQLite format 3\0"
_RESOURCE_FIELD = 0x0A
_LONGEST_LENGTH = LIMIT >> 24
_MAX_DEPTH = 4
"""Wrappings within each other: compressed bodies in a compressed archive have three."""


def read_file(path: Path, *, received_unix_nano: int, mask: Mask | None = None) -> Iterator[Found]:
    """Yield the pieces of a file; see ``read_saved``. Raises ``OSError`` where it cannot be read.

    Must not be called on a store: nobody opens one around SQLite.
    """
    with path.open("rb", buffering=0) as file:
        yield from read_saved(file, received_unix_nano=received_unix_nano, mask=mask)


def read_saved(
    file: Readable, *, received_unix_nano: int, mask: Mask | None = None
) -> Iterator[Found]:
    """Yield what is in a stream, bad pieces with their problem.

    ``received_unix_nano`` is put on each batch as the time it came in, ``mask`` takes secrets out.
    """
    source = Source(file)
    requests = Requests(received_unix_nano, mask)
    for found in _read(source, requests, depth=0):
        yield found._replace(bytes_read=source.count)


def is_store(path: Path) -> bool:
    """Tell whether a file is a SQLite database.

    Must not be called where this process has the file open in SQLite: closing it again would drop
    SQLite's locks.
    """
    with path.open("rb", buffering=0) as file:
        return Source(file).head().startswith(_SQLITE)


def _read(source: Source, requests: Requests, *, depth: int) -> Iterator[Found]:
    last = Found(0, (), "")
    try:
        for last in _read_whole(source, requests, depth=depth):
            yield last
    except DAMAGE:
        problem = "The compressed file is damaged or cut short here."
    except tarfile.TarError:
        problem = "The archive is damaged or cut short here."
    else:
        return
    if last.problem != problem:
        yield Found(last.number + 1, (), problem)


def _read_whole(source: Source, requests: Requests, *, depth: int) -> Iterator[Found]:
    head = source.head()
    stream = io.BufferedReader(source)
    if depth == _MAX_DEPTH:
        yield Found(1, (), "The file is packed too often.")
    elif unpack := unpacker(head):
        yield from _read_whole(Source(unpack(stream)), requests, depth=depth + 1)
    elif is_archive(head):
        yield from _read_members(stream, requests, depth=depth)
    elif head.startswith(_SQLITE):
        yield Found(1, (), "A store cannot be read as part of a stream; name its file.")
    elif head and head[0] == _RESOURCE_FIELD and not head.lstrip().startswith(b"{"):
        yield from read_request(stream, requests)
    elif head and head[0] <= _LONGEST_LENGTH:
        yield from read_messages(stream, requests)
    else:
        yield from read_json(stream, requests)


def _read_members(stream: Stream, requests: Requests, *, depth: int) -> Iterator[Found]:
    for name, content in members(stream):
        for found in _read(Source(content), requests, depth=depth + 1):
            yield found._replace(member=f"{name}/{found.member}".rstrip("/"))
