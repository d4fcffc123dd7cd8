"""Real exports of Claude Code 2.1.330 with what the model API behind it answered.

``tests/data/claude-code/<capture>/``: ``raw.tar.gz`` holds the request bodies as sent (``raw/
0001.logs.http-protobuf.bin``), ``truth.jsonl.gz`` the answers of the API, a line each. Token
figures are made up and exact; the vendor's own prompt texts are blanked.
"""

import gzip
import json
import re
import tarfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from receiver.decode import Decoder, Encoding
from store.signals import Batch, Signal

DATA = Path(__file__).parent / "data" / "claude-code"
CAPTURES = tuple(sorted(path.name for path in DATA.iterdir() if (path / "raw.tar.gz").exists()))
RECEIVED_UNIX_NANO = 1_800_000_000_000_000_000

_NAME = re.compile(r"raw/\d+\.(?P<signal>logs|metrics|traces)\.(?P<protocol>[\w-]+)\.\w+$")


class Export(NamedTuple):
    """One export request as a client sent it, uncompressed."""

    signal: Signal
    encoding: Encoding
    body: bytes


@cache
def exports(capture: str) -> tuple[Export, ...]:
    """Return the export requests of a capture in the order they were sent."""
    found = []
    with tarfile.open(DATA / capture / "raw.tar.gz") as archive:
        for member in sorted(archive.getmembers(), key=lambda member: member.name):
            if match := _NAME.match(member.name):
                content = archive.extractfile(member)
                assert content is not None
                is_json = match["protocol"].endswith("json")
                encoding = Encoding.JSON if is_json else Encoding.PROTOBUF
                found.append(Export(Signal(match["signal"]), encoding, content.read()))
    return tuple(found)


@cache
def truth(capture: str) -> tuple[dict[str, Any], ...]:
    """Return what the model API answered, in order."""
    with gzip.open(DATA / capture / "truth.jsonl.gz", "rt") as lines:
        return tuple(json.loads(line) for line in lines)


def batches(requests: Sequence[Export]) -> list[Batch]:
    """Decode export requests as a door does."""
    decoder = Decoder()
    return [
        decoder.decode(
            export.signal, export.encoding, export.body, received_unix_nano=RECEIVED_UNIX_NANO
        )
        for export in requests
    ]
