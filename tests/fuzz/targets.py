"""What is fed with damaged inputs; each raises when something happens that must not."""

import gzip
import random
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from google.protobuf.message import DecodeError

from receiver.decode import Decoder, Encoding
from receiver.decompress import PIECE, unpacker
from receiver.dialects import Dialects
from receiver.errors import BadData, TooLarge
from receiver.files import read_file as read_saved_file
from receiver.json_decode import parse_json, protobuf_from_json
from receiver.protobuf_schema import EXPORT_REQUESTS
from receiver.secret_wire import request_mask
from receiver.secrets import Masker
from store.changes import Facts
from store.signals import Batch, Signal
from tests.captures import Export

LIMIT = 300_000
_NAMES = {
    Signal.LOGS: ("resource_logs", "scope_logs", "log_records"),
    Signal.METRICS: ("resource_metrics", "scope_metrics", "metrics"),
    Signal.TRACES: ("resource_spans", "scope_spans", "spans"),
}
_DECODER = Decoder()
_MASKING_DECODER = Decoder(request_mask(Masker(bytes(32))))
_DIALECTS = Dialects()


def decode(export: Export) -> None:
    """Decode and interpret: bad data, or exactly as many records as were sent."""
    with suppress(BadData, TooLarge):
        batch = _DECODER.decode(export.signal, export.encoding, export.body, received_unix_nano=5)
        body = export.body
        if export.encoding is Encoding.JSON:
            body = protobuf_from_json(export.signal, parse_json(body))
        _interpret(batch)
        with suppress(DecodeError):
            assert len(batch.records) + batch.rejected == _records_in(export.signal, body)


def _records_in(signal: Signal, body: bytes) -> int:
    """Count the records of a request with messages that nest as OTLP says.

    Raises ``DecodeError`` where damage is in what the decoder never looks at: a rejected span, or
    an earlier one of two fields that must not be repeated.
    """
    resources, scopes, items = _NAMES[signal]
    found = [
        item
        for resource in getattr(EXPORT_REQUESTS[signal].FromString(body), resources)
        for scope in getattr(resource, scopes)
        for item in getattr(scope, items)
    ]
    return sum(map(_points_in, found)) if signal is Signal.METRICS else len(found)


def _points_in(metric: Any) -> int:  # noqa: ANN401 - a message of a private pool
    kind = metric.WhichOneof("data")
    return len(getattr(metric, kind).data_points) if kind else 0


def _interpret(batch: Batch) -> None:
    facts = Facts()
    for record in batch.records:
        assert len(record.digest) == 16
        placement = _DIALECTS.place(record, batch.received_unix_nano)
        _DIALECTS.interpret(record, placement, facts)


def mask(export: Export) -> None:
    """Decode with secrets masked: the same verdict, and as many records."""
    assert _counts(_MASKING_DECODER, export) == _counts(_DECODER, export)


def _counts(decoder: Decoder, export: Export) -> tuple[int, int] | None:
    try:
        batch = decoder.decode(export.signal, export.encoding, export.body, received_unix_nano=5)
    except (BadData, TooLarge):
        return None
    return len(batch.records), batch.rejected


def decompress(export: Export) -> None:
    """Unpack in chunks of chance: bounded pieces that make up the whole, or a refusal."""
    chance = random.Random(export.body)
    for encoding in ("gzip", "deflate"):
        for packed in (export.body, _packed_and_damaged(encoding, export.body, chance)):
            stream = unpacker(encoding, LIMIT)
            size = chance.choice((1, 7, 500, 100_000))
            unpacked = b""
            with suppress(BadData, TooLarge):
                for start in range(0, len(packed), size):
                    for piece in stream.feed(packed[start : start + size]):
                        assert len(piece) <= PIECE
                        unpacked += piece
                        assert len(unpacked) <= LIMIT
                stream.finish()
                assert unpacked == _unpacked_otherwise(encoding, packed)


def _packed_and_damaged(encoding: str, body: bytes, chance: random.Random) -> bytes:
    content = body * chance.choice((1, 1, 5, 50))
    packed = bytearray(
        gzip.compress(content, 1) if encoding == "gzip" else zlib.compress(content, 1)
    )
    for _ in range(chance.randint(0, 2)):
        packed[chance.randrange(len(packed))] = chance.randrange(256)
    return bytes(packed[: chance.choice((None, None, -1, len(packed) // 2))])


def _unpacked_otherwise(encoding: str, packed: bytes) -> bytes:
    if encoding == "gzip":
        return gzip.decompress(packed)
    with suppress(zlib.error):
        return zlib.decompress(packed)
    return zlib.decompress(packed, wbits=-zlib.MAX_WBITS)


def read_file(export: Export) -> None:
    """Read as a file, plain and packed: lines with batches or with a problem, in order."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "saved"
        for content in (export.body, gzip.compress(export.body + b"\n{}\n", 1)[:-9]):
            path.write_bytes(content)
            lines = list(read_saved_file(path, received_unix_nano=5))
            assert all(bool(line.batches) != bool(line.problem) for line in lines)
            numbers = [line.number for line in lines]
            assert numbers == sorted(set(numbers))


TARGETS: dict[str, Callable[[Export], None]] = {
    "decode": decode,
    "mask": mask,
    "decompress": decompress,
    "read_file": read_file,
}
