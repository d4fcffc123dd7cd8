"""Bytes of a saved file, unpacked as they are read, of which the first can be looked at."""

import gzip
import io
import zlib
from collections.abc import Callable
from typing import Protocol, TypeAlias

from backports.zstd import DecompressionParameter, ZstdError, ZstdFile

HEAD = 512
"""Bytes that any format is recognised by: the length of a header of tar."""

DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile, ZstdError)
"""What reading raises where something packed is damaged or cut short."""

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"

_WINDOW: dict[int, int] = {DecompressionParameter.window_log_max: 26}
"""64 MB: packers take 8 MB unless they are told otherwise, and a frame may ask for 2 GB."""


class Readable(Protocol):
    """Anything that bytes can be read from, fewer than asked for where there are no more yet."""

    def read(self, size: int, /) -> bytes | None:
        """Return at most ``size`` bytes, none at the end."""
        ...


class Source(io.RawIOBase):
    """A stream whose first bytes can be looked at before they are read."""

    def __init__(self, file: Readable, *, read_already: bytes = b"") -> None:
        """Begin with ``read_already``, which was taken from ``file`` before."""
        super().__init__()
        self._read = getattr(file, "read1", file.read)
        self._pending = read_already
        self._position = 0
        self._damage: Exception | None = None
        self.count = 0
        """Bytes that were taken from the file."""

    def head(self) -> bytes:
        """Return the first ``HEAD`` bytes, or all there are; they are read again afterwards.

        So is what was packed before some damage; the damage is met when it has been read.
        """
        while len(self._pending) < HEAD:
            try:
                more = self._take(HEAD - len(self._pending))
            except DAMAGE as damage:
                self._damage = damage
                break
            if not more:
                break
            self._pending += more
        return self._pending[:HEAD]

    def readable(self) -> bool:
        """Tell that this can be read."""
        return True

    def readinto(self, buffer: "bytearray | memoryview", /) -> int:  # type: ignore[override]
        """Fill ``buffer`` as far as bytes are at hand."""
        data = self._pending[self._position : self._position + len(buffer)]
        self._position += len(data)
        if not data:
            self._pending = b""
            if self._damage is not None:
                raise self._damage
            data = self._take(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _take(self, size: int) -> bytes:
        data: bytes = self._read(size) or b""
        self.count += len(data)
        return data


Stream: TypeAlias = "io.BufferedReader[Source]"


def unpacker(head: bytes) -> Callable[[Stream], Readable] | None:
    """Return what unpacks a stream that begins so, or ``None`` where it is not packed."""
    if head.startswith(GZIP):
        return lambda stream: gzip.GzipFile(fileobj=stream)
    if head.startswith(ZSTD):
        return lambda stream: ZstdFile(stream, options=_WINDOW)
    return None
