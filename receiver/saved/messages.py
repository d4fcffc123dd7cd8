"""Messages with their length before them, and files that are one request in protobuf.

The Collector's file exporter writes a length of 4 bytes, big-endian, before each message when its
format is ``proto`` or it compresses; then each message is a zstd frame of its own, of protobuf or
of JSON (opentelemetry-collector-contrib, ``exporter/fileexporter``).
"""

from collections.abc import Iterator

from backports.zstd import ZstdDecompressor, ZstdError

from receiver.errors import BadData, TooLarge
from receiver.saved.piece import LIMIT, Found
from receiver.saved.requests import Requests, attempt
from receiver.saved.stream import ZSTD, Stream
from store.signals import Batch

_LENGTH_SIZE = 4
_STEP = 1024 * 1024


def read_messages(stream: Stream, requests: Requests) -> Iterator[Found]:
    """Yield what each message holds, up to the first that is cut short."""
    number = 0
    while length_bytes := stream.read(_LENGTH_SIZE):
        number += 1
        length = int.from_bytes(length_bytes, "big")
        if length > LIMIT:
            yield Found(number, (), f"The message is longer than {LIMIT} bytes.")
            _skip(stream, length)
            continue
        message = stream.read(length)
        if len(length_bytes) < _LENGTH_SIZE or len(message) < length:
            yield Found(number, (), "The file is cut short in this message.")
            return
        if message:
            yield Found(number, *attempt(lambda body: _decoded(body, requests), message))


def read_request(stream: Stream, requests: Requests) -> Iterator[Found]:
    """Yield what a file holds that is one request in protobuf."""
    body = stream.read(LIMIT + 1)
    if len(body) > LIMIT:
        yield Found(1, (), f"The request is longer than {LIMIT} bytes.")
    else:
        yield Found(1, *attempt(requests.protobuf, body))


def _decoded(message: bytes, requests: Requests) -> tuple[Batch, ...]:
    if message.startswith(ZSTD):
        message = _unpacked(message)
    return requests.json(message) if message[:1] == b"{" else requests.protobuf(message)


def _unpacked(message: bytes) -> bytes:
    frame = ZstdDecompressor()
    try:
        unpacked = frame.decompress(message, LIMIT + 1)
    except ZstdError as error:
        raise BadData("The compressed message is damaged.") from error
    if len(unpacked) > LIMIT:
        raise TooLarge(f"The message is longer than {LIMIT} bytes.")
    if not frame.eof:
        raise BadData("The compressed message is cut short.")
    return unpacked


def _skip(stream: Stream, length: int) -> None:
    while length > 0 and (read := len(stream.read(min(length, _STEP)))):
        length -= read
