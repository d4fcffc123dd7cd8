"""Real exports of coding agents with what the model API behind them answered.

``tests/data/<client>/<capture>/``: ``raw.tar.gz`` holds the request bodies as sent and accepted
(Claude Code: ``raw/0001.logs.http-protobuf.bin``, others: ``raw/0001-http-logs.pb``),
``truth.jsonl.gz`` the answers of the API, a line each. Token figures are made up and exact; the
vendors' own prompt texts are blanked or cut. A capture of another client than Claude Code is named
with it (``codex/exec-edit``).
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

_ROOT = Path(__file__).parent / "data"
DATA = _ROOT / "claude-code"
CAPTURES = tuple(sorted(path.name for path in DATA.iterdir() if (path / "raw.tar.gz").exists()))
RECEIVED_UNIX_NANO = 1_800_000_000_000_000_000

_NAME = re.compile(
    r"raw/\d+(\.(?P<signal>logs|metrics|traces)\.[\w-]+?(?P<json>json)?\.\w+"
    r"|-\w+-(?P<other_signal>logs|metrics|traces)\.(?P<other_json>json)?\w*)$"
)


class Export(NamedTuple):
    """One export request as a client sent it, uncompressed."""

    signal: Signal
    encoding: Encoding
    body: bytes


def captures_of(client: str) -> tuple[str, ...]:
    """Return the names of a client's captures."""
    found = sorted(path.parent.name for path in (_ROOT / client).glob("*/raw.tar.gz"))
    return tuple(f"{client}/{name}" for name in found)


@cache
def exports(capture: str) -> tuple[Export, ...]:
    """Return the export requests of a capture in the order they were sent."""
    found = []
    with tarfile.open(_folder(capture) / "raw.tar.gz") as archive:
        for member in sorted(archive.getmembers(), key=lambda member: member.name):
            if match := _NAME.match(member.name):
                content = archive.extractfile(member)
                assert content is not None
                is_json = match["json"] or match["other_json"]
                encoding = Encoding.JSON if is_json else Encoding.PROTOBUF
                signal = Signal(match["signal"] or match["other_signal"])
                found.append(Export(signal, encoding, content.read()))
    return tuple(found)


@cache
def truth(capture: str) -> tuple[dict[str, Any], ...]:
    """Return what the model API answered, in order."""
    with gzip.open(_folder(capture) / "truth.jsonl.gz", "rt") as lines:
        return tuple(json.loads(line) for line in lines)


def _folder(capture: str) -> Path:
    return _ROOT / capture if "/" in capture else DATA / capture


def batches(requests: Sequence[Export]) -> list[Batch]:
    """Decode export requests as a door does."""
    decoder = Decoder()
    return [
        decoder.decode(
            export.signal, export.encoding, export.body, received_unix_nano=RECEIVED_UNIX_NANO
        )
        for export in requests
    ]
