"""Attributes and bodies: from OTLP's ``AnyValue`` to Python, each distinct encoding only once."""

from collections.abc import Iterable
from typing import Any, TypeVar

from receiver.protobuf_schema import ANY_VALUE, KEY_VALUE
from store.signals import AnyValue

BYTE_LIMIT = 32 * 1024 * 1024
ENTRY_COST = 256
"""What an entry is charged beside its encoding; it bounds the entries to 131 072."""
KEPT_SIZE = 1024
"""Encodings longer than this are decoded each time: they hardly ever repeat."""

_KEY_TAG, _VALUE_TAG, _TEXT_TAG = 0x0A, 0x12, 0x0A
_LONG = 0x80
"""From this length on, a length takes more than one byte."""
_SHORTEST = 2
_SHORT_TEXT_HEADS = {
    size: bytes((_VALUE_TAG, size + 2, _TEXT_TAG, size)) for size in range(_LONG - 2)
}
"""What stands between the key of an attribute and its text, by the size of the text."""

Decoded = TypeVar("Decoded")


def text(raw: bytes) -> str:
    """Decode a string of a sender; bytes that are not UTF-8 become U+FFFD."""
    return raw.decode("utf-8", "replace")


def any_value(message: Any) -> AnyValue:
    """Turn a parsed ``AnyValue`` into Python; unset, or of a kind not known here, is ``None``.

    The protobuf runtime parses at most 100 nested messages, which bounds this recursion.
    """
    match message.WhichOneof("value"):
        case "string_value":
            return text(message.string_value)
        case "array_value":
            return [any_value(value) for value in message.array_value.values]
        case "kvlist_value":
            return {text(pair.key): any_value(pair.value) for pair in message.kvlist_value.values}
        case "bool_value" | "int_value" | "double_value" | "bytes_value" as kind:
            value: AnyValue = getattr(message, kind)
            return value
        case _:
            return None


class DecodedOnce(dict[bytes, Decoded]):
    """Encoding → decoded value, filled on first use and bounded in bytes and entries.

    What is looked up is shared by all records that hold it and must not be changed. Nothing is
    taken out: a full table is replaced as a whole, between requests, so that ``rewritten`` holds
    whatever the request at hand looked up.
    """

    def __init__(self, rewritten: dict[bytes, bytes]) -> None:
        super().__init__()
        self.rewritten = rewritten
        self.size = 0

    @property
    def is_full(self) -> bool:
        """Whether the table has reached a bound."""
        return self.size >= BYTE_LIMIT

    def __missing__(self, raw: bytes) -> Decoded:
        value, canonical = self.decode(raw)
        if canonical != raw:
            self.rewritten[raw] = canonical
            self.size += len(raw) + ENTRY_COST
        if len(raw) <= KEPT_SIZE and self.size < BYTE_LIMIT:
            self[raw] = value
            self.size += len(raw) + ENTRY_COST
        return value

    def decode(self, raw: bytes) -> tuple[Decoded, bytes]:
        """Decode one encoding; the second part is its canonical encoding."""
        raise NotImplementedError


class Attributes(DecodedOnce[tuple[str, AnyValue]]):
    """Encoded ``KeyValue`` → key and value."""

    def decode(self, raw: bytes) -> tuple[tuple[str, AnyValue], bytes]:
        """Decode one attribute."""
        short = _short_text(raw)
        if short is not None:
            return short, raw
        message = KEY_VALUE.FromString(raw)
        return (text(message.key), any_value(message.value)), message.SerializeToString()


def _short_text(raw: bytes) -> tuple[str, str] | None:
    """Decode an attribute of the commonest form, a short text, if it is encoded canonically."""
    if len(raw) < _SHORTEST or raw[0] != _KEY_TAG or not 0 < raw[1] < _LONG:
        return None
    value = 2 + raw[1]
    start = value + 4
    if raw[value:start] != _SHORT_TEXT_HEADS.get(len(raw) - start):
        return None
    return text(raw[2:value]), text(raw[start:])


class Bodies(DecodedOnce[AnyValue]):
    """Encoded ``AnyValue`` → value; no bytes at all are an unset value."""

    def decode(self, raw: bytes) -> tuple[AnyValue, bytes]:
        """Decode one body."""
        message = ANY_VALUE.FromString(raw)
        return any_value(message), message.SerializeToString()


class Values:
    """The tables of one stretch of requests, and what they found to be oddly encoded."""

    def __init__(self) -> None:
        self.rewritten: dict[bytes, bytes] = {}
        """Encodings seen that differ from their canonical form, with that form."""
        self.attributes = Attributes(self.rewritten)
        self.bodies = Bodies(self.rewritten)
        self.pair = self.attributes.__getitem__
        self.body = self.bodies.__getitem__

    @property
    def is_full(self) -> bool:
        """Whether it is time to start anew."""
        return self.attributes.is_full or self.bodies.is_full

    def decode(self, encoded: Iterable[bytes]) -> dict[str, AnyValue]:
        """Decode attributes; of a repeated key the last value stays."""
        return dict(map(self.pair, encoded))
