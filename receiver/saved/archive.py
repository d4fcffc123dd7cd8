"""Archives of request bodies, such as captures keep. Nothing is ever unpacked to disk."""

import tarfile
from collections.abc import Iterator
from typing import IO, Self

from receiver.saved.stream import Stream

_EXTENSION_LIMIT = 1024 * 1024
_EXTENSIONS = frozenset(
    {
        tarfile.XHDTYPE,
        tarfile.XGLTYPE,
        tarfile.SOLARIS_XHDTYPE,
        tarfile.GNUTYPE_LONGNAME,
        tarfile.GNUTYPE_LONGLINK,
    }
)
_MAGIC = slice(257, 262)


class _Member(tarfile.TarInfo):
    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """Read a header; one whose long name is longer than any is none."""
        member = super().frombuf(buf, encoding, errors)
        if member.type in _EXTENSIONS and member.size > _EXTENSION_LIMIT:
            raise tarfile.HeaderError("the extended header is too long")
        return member


def is_archive(head: bytes) -> bool:
    """Tell whether a file that begins so is a tar archive."""
    return head[_MAGIC] == b"ustar"


def members(stream: Stream) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield the name and the content of each file in an archive; raises ``tarfile.TarError``.

    A content must be read before the next one is asked for.
    """
    with tarfile.open(fileobj=stream, mode="r|", tarinfo=_Member) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isreg() else None
            if content is not None:
                yield member.name, content
            archive.members = []  # type: ignore[attr-defined] # else it keeps all it has seen
