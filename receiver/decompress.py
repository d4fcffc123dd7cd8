"""HTTP bodies unpacked piece by piece, never beyond a limit."""

import zlib
from collections.abc import Iterator
from typing import Any, Protocol

from receiver.errors import BadData, TooLarge, UnsupportedMedia

PIECE = 1024 * 1024
"""Most bytes that one step unpacks."""

_GZIP = 16 + zlib.MAX_WBITS
_ZLIB = zlib.MAX_WBITS
_RAW_DEFLATE = -zlib.MAX_WBITS
_DEFLATE_METHOD = 8


class Unpacker(Protocol):
    """Turns the bytes of a body, as they arrive, into what was packed."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what the bytes hold, in pieces of at most ``PIECE`` bytes when packed."""
        ...

    def finish(self) -> None:
        """Say that the body is over; raises ``BadData`` where its packing is not."""
        ...


class Identity:
    """A body that is not packed."""

    def __init__(self, limit: int) -> None:
        self._left = limit

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the bytes themselves; raises ``TooLarge`` beyond the limit."""
        self._left -= len(data)
        if self._left < 0:
            raise TooLarge("The request body is over the size limit.")
        yield data

    def finish(self) -> None:
        """Nothing can be missing."""


class Inflate:
    """A gzip body of one or more members, or a deflate body with or without a zlib header."""

    def __init__(self, limit: int, *, is_gzip: bool) -> None:
        self._packed_left = limit
        self._left = limit
        self._is_gzip = is_gzip
        self._stream: Any = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what the bytes hold; raises ``TooLarge`` or ``BadData``."""
        self._packed_left -= len(data)
        is_at_piece_end = False
        while data or is_at_piece_end:
            if self._stream is None or self._stream.eof:
                self._stream = self._next_stream(data[0])
            piece = self._unpack(data)
            yield piece
            is_at_piece_end = len(piece) == PIECE and not self._stream.eof
            data = self._stream.unused_data or self._stream.unconsumed_tail

    def finish(self) -> None:
        """Raise ``BadData`` where the body is empty or cut short."""
        if self._stream is None or not self._stream.eof:
            raise BadData("The compressed body is empty or cut short.")

    def _next_stream(self, first_byte: int) -> Any:
        if self._is_gzip:
            return zlib.decompressobj(_GZIP)
        if self._stream is not None:
            raise BadData("The deflate body goes on after its end.")
        has_zlib_header = first_byte & 0x0F == _DEFLATE_METHOD
        return zlib.decompressobj(_ZLIB if has_zlib_header else _RAW_DEFLATE)

    def _unpack(self, data: bytes) -> bytes:
        try:
            piece: bytes = self._stream.decompress(data, PIECE)
        except zlib.error as error:
            raise BadData("The body is not what its Content-Encoding says.") from error
        self._left -= len(piece)
        if self._left < 0 or self._packed_left < 0:
            raise TooLarge("The request body is over the size limit.")
        return piece


def unpacker(content_encoding: str, limit: int) -> Unpacker:
    """Return what unpacks a ``Content-Encoding``; raises ``UnsupportedMedia``."""
    match content_encoding.strip().lower():
        case "" | "identity":
            return Identity(limit)
        case "gzip" | "x-gzip":
            return Inflate(limit, is_gzip=True)
        case "deflate":
            return Inflate(limit, is_gzip=False)
        case _:
            raise UnsupportedMedia("Content-Encoding must be gzip, deflate or identity.")
