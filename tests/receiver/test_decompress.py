"""Bodies are unpacked whole, in bounded pieces, or refused."""

import gzip
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.decompress import PIECE, unpacker
from receiver.errors import BadData, TooLarge


def unpack(encoding: str, chunks: list[bytes], *, limit: int = 10 * PIECE) -> bytes:
    """Unpack a body that arrives in chunks, and check the size of each piece."""
    stream = unpacker(encoding, limit)
    pieces = [piece for chunk in chunks for piece in stream.feed(chunk)]
    stream.finish()
    assert all(len(piece) <= PIECE for piece in pieces)
    return b"".join(pieces)


@given(
    st.lists(st.binary(max_size=200), min_size=1, max_size=3),
    st.integers(1, 50),
    st.sampled_from(["gzip", "deflate"]),
)
def test_chunks_of_any_size_give_the_same_bytes(
    members: list[bytes], size: int, encoding: str
) -> None:
    """Where a body is cut on its way, and into how many gzip members it is packed, is no matter."""
    content = b"".join(members)
    packed = b"".join(map(gzip.compress, members)) if encoding == "gzip" else zlib.compress(content)
    chunks = [packed[start : start + size] for start in range(0, len(packed), size)]
    assert unpack(encoding, chunks) == content


@pytest.mark.parametrize("size", [PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_a_small_chunk_that_unpacks_to_much_comes_in_pieces(size: int) -> None:
    """Nothing stays behind in the decompressor when its input is used up."""
    assert unpack("gzip", [gzip.compress(bytes(size))]) == bytes(size)


@pytest.mark.parametrize("encoding", ["", "gzip", "deflate"])
def test_the_limit_is_exact(encoding: str) -> None:
    """As many bytes as the limit are a body; one more is too many."""
    packers: dict[str, Callable[[bytes], bytes]] = {
        "": bytes,
        "gzip": gzip.compress,
        "deflate": zlib.compress,
    }
    pack = packers[encoding]
    assert len(unpack(encoding, [pack(b"x" * 1000)], limit=1000)) == 1000
    with pytest.raises(TooLarge):
        unpack(encoding, [pack(b"x" * 1001)], limit=1000)


def test_members_without_content_do_not_escape_the_limit() -> None:
    """A body may not be endless just because it unpacks to nothing."""
    with pytest.raises(TooLarge):
        unpack("gzip", [gzip.compress(b"")] * 100, limit=1000)


@given(st.integers(0, 60))
def test_a_cut_body_is_bad_data(length: int) -> None:
    """A packed body that ends early is refused wherever it ends."""
    packed = gzip.compress(bytes(range(60)))
    with pytest.raises(BadData):
        unpack("gzip", [packed[:length]])
