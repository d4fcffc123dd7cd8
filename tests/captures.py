"""Real exports of coding agents with what the model APIs behind them answered.

``tests/data/<client>/<capture>/``: ``raw.tar.gz`` holds the request bodies as sent (``raw/
0001.logs.http-protobuf.bin``, ``raw/0001-http-logs.json``), ``truth.jsonl.gz`` the answers of the
API, a line each. Token figures are made up and exact; the vendors' own prompt texts are blanked or
cut. Captures of Claude Code go by their bare name, others as ``<client>/<capture>``.
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

_CLIENTS = Path(__file__).parent / "data"
DATA = _CLIENTS / "claude-code"
CAPTURES = tuple(sorted(path.name for path in DATA.iterdir() if (path / "raw.tar.gz").exists()))
RECEIVED_UNIX_NANO = 1_800_000_000_000_000_000

_NAME = re.compile(r"raw/\d+[.-](?:\w+-)?(?P<signal>logs|metrics|traces)\.(?P<protocol>[\w.-]+)$")


class Export(NamedTuple):
    """One export request as a client sent it, uncompressed."""

    signal: Signal
    encoding: Encoding
    body: bytes


def captures_of(client: str) -> tuple[str, ...]:
    """Return the captures of another client."""
    found = (_CLIENTS / client).glob("*/raw.tar.gz")
    return tuple(sorted(f"{client}/{path.parent.name}" for path in found))


def _folder(capture: str) -> Path:
    return _CLIENTS / capture if "/" in capture else DATA / capture


@cache
def exports(capture: str) -> tuple[Export, ...]:
    """Return the export requests of a capture in the order they were sent."""
    found = []
    with tarfile.open(_folder(capture) / "raw.tar.gz") as archive:
        for member in sorted(archive.getmembers(), key=lambda member: member.name):
            if match := _NAME.match(member.name):
                content = archive.extractfile(member)
                assert content is not None
                is_json = "json" in match["protocol"]
                encoding = Encoding.JSON if is_json else Encoding.PROTOBUF
                found.append(Export(Signal(match["signal"]), encoding, content.read()))
    return tuple(found)


@cache
def truth(capture: str) -> tuple[dict[str, Any], ...]:
    """Return what the model API answered, in order."""
    with gzip.open(_folder(capture) / "truth.jsonl.gz", "rt") as lines:
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
