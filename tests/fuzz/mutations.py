"""Inputs that are nearly right: real ones with some damage, the same for the same seed."""

import random
from collections.abc import Iterator, Sequence

from receiver.decode import Encoding
from store.signals import Signal
from tests.captures import Export, exports

_CAPTURES = ("tour-json", "tour-grpc", "tour-cumulative", "errors", "hooks")
_LARGEST = 20_000
_TOKENS = (
    *(
        b"\x00",
        b"\xff" * 10,
        b"\x80" * 9 + b"\x01",
        b"\x0a\xff\xff\xff\xff\x0f",
        b"\x0b\x0c",
        b"\x2a\x00",
    ),
    *(
        b"\xed\xa0\xbd",
        b"\xf0\x9f\x98",
        b"\xef\xbb\xbf",
        b"\xe2\x80\xae",
        b"\x1b]52;c;AA==\x07",
        b"[/x]",
    ),
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b'"',
        b",",
        b":",
        b"null",
        b"true",
        b"NaN",
        b"1e999",
        b"-0",
        b"\\ud83d",
    ),
    *(
        b"9223372036854775808",
        b"18446744073709551616",
        b'{"intValue":{}}',
        b'"traceId":5',
        b"1" * 5000,
    ),
    *(b"\x1f\x8b\x08\x00", b"\x78\x9c", b"\r\n\r\n", b"\n"),
)
"""What is likely to hurt: lengths, wire types, half characters, brackets, numbers, magic bytes."""


def seeds() -> list[Export]:
    """Return real exports of moderate size, of every signal and encoding."""
    return [
        export
        for capture in _CAPTURES
        for export in exports(capture)
        if len(export.body) <= _LARGEST
    ] + [Export(signal, Encoding.JSON, b"{}") for signal in Signal]


def damaged(whole: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """Return an input with one damage, or some."""
    found = bytearray(whole)
    for _ in range(chance.choice((1, 1, 1, 2, 6))):
        place = chance.randint(0, len(found))
        end = min(len(found), place + chance.choice((1, 1, 2, 8, 64, 1024)))
        match chance.randrange(7):
            case 0 if found:
                found[place % len(found)] ^= 1 << chance.randrange(8)
            case 1:
                found[place:end] = b""
            case 2:
                found[place:place] = chance.choice(_TOKENS)
            case 3:
                found[place:end] = chance.choice(_TOKENS)
            case 4:
                found[place:place] = found[place:end] * chance.randint(1, 20)
            case 5:
                other = chance.choice(others)
                start = chance.randint(0, len(other))
                found[place:end] = other[start : start + 1024]
            case _:
                found[place:end] = chance.randbytes(end - place)
    return bytes(found)


def inputs(seed: int, count: int) -> Iterator[Export]:
    """Yield so many damaged exports; the body need not be what its encoding says."""
    chance = random.Random(seed)
    whole = seeds()
    bodies = [export.body for export in whole]
    for _ in range(count):
        export = chance.choice(whole)
        yield export._replace(body=damaged(export.body, chance, bodies))
