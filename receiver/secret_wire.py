"""Secrets masked in an encoded export request, before anything is made of it.

Only texts are replaced, and the lengths around them; all other bytes stay as they came, unknown
fields too. So what is stored, what it is recognised by and what is understood of it agree, and the
same export sent again is masked into the same bytes.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeAlias

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from receiver.protobuf_schema import EXPORT_REQUESTS
from receiver.secrets import Masker
from store.signals import Signal

Mask: TypeAlias = Callable[[Signal, bytes], bytes]
"""Returns an encoded export request without its secrets."""

_BLOCK = 6
"""Places of keywords are kept in units of 64 bytes, so that many take little memory."""
_DEPTH = 120
"""More than protobuf's runtime parses; what is nested deeper is refused as a whole."""
_VARINT, _FIXED64, _BYTES, _GROUP, _END_GROUP, _FIXED32 = range(6)
"""Wire types (protobuf, "Encoding")."""
_SIZES = {_FIXED64: 8, _GROUP: 0, _END_GROUP: 0, _FIXED32: 4}
_IDS = frozenset({"trace_id", "span_id", "parent_span_id"})
_VARINT_SIZE = 10


class _Malformed(ValueError):
    """The bytes are no protobuf message: the decoder will say so to the sender."""


def request_mask(masker: Masker) -> Mask:
    """Return what masks whole export requests with ``masker``."""

    def mask(signal: Signal, body: bytes) -> bytes:
        suspects = sorted({place >> _BLOCK for place in masker.suspects(body)})
        if not suspects:
            return body
        try:
            return _Request(masker, body, suspects).message(
                (0, len(body)), EXPORT_REQUESTS[signal].DESCRIPTOR
            )
        except _Malformed:
            return body

    return mask


class _Request:
    """One request in which keywords stand."""

    def __init__(self, masker: Masker, body: bytes, suspects: Sequence[int]) -> None:
        self._masker = masker
        self._body = body
        self._suspects = suspects

    def message(self, span: tuple[int, int], descriptor: Descriptor, depth: int = 0) -> bytes:
        """Return the message in ``span`` with its texts masked."""
        if depth > _DEPTH or not self._is_suspect(span):
            return self._body[slice(*span)]
        fields = _fields(descriptor)
        parts = []
        position, end = span
        groups = 0
        while position < end:
            start = position
            tag, position = self._varint(position, end)
            kind = tag & 7
            groups += (kind == _GROUP) - (kind == _END_GROUP)
            if kind != _BYTES:
                position = self._after(position, end, kind)
                parts.append(self._body[start:position])
                continue
            size, position = self._varint(position, end)
            if position + size > end:
                raise _Malformed
            value = (position, position + size)
            masked = self._value(value, None if groups else fields.get(tag >> 3), depth)
            head = self._body[start:position]
            if len(masked) != size:
                head = _encoded(tag) + _encoded(len(masked))
            parts += (head, masked)
            position += size
        return b"".join(parts)

    def _value(self, span: tuple[int, int], field: FieldDescriptor | None, depth: int) -> bytes:
        raw = self._body[slice(*span)]
        if not self._is_suspect(span):
            return raw
        if field is None:
            return self._masker.blank(raw)
        if field.message_type:
            return self.message(span, field.message_type, depth + 1)
        is_text = field.type == FieldDescriptor.TYPE_BYTES and field.name not in _IDS
        return self._masker.mask(raw) if is_text else raw

    def _is_suspect(self, span: tuple[int, int]) -> bool:
        index = bisect_left(self._suspects, span[0] >> _BLOCK)
        return index < len(self._suspects) and self._suspects[index] <= span[1] >> _BLOCK

    def _varint(self, position: int, end: int) -> tuple[int, int]:
        value = 0
        for index in range(_VARINT_SIZE):
            if position + index >= end:
                raise _Malformed
            octet = self._body[position + index]
            value |= (octet & 0x7F) << 7 * index
            if octet < 0x80:  # noqa: PLR2004 - the bit that says that more follows
                return value, position + index + 1
        raise _Malformed

    def _after(self, position: int, end: int, kind: int) -> int:
        """Return where a value that is no text ends."""
        if kind == _VARINT:
            return self._varint(position, end)[1]
        if kind not in _SIZES:
            raise _Malformed
        position += _SIZES[kind]
        if position > end:
            raise _Malformed
        return position


@cache
def _fields(descriptor: Descriptor) -> dict[int, FieldDescriptor]:
    return {field.number: field for field in descriptor.fields}


def _encoded(value: int) -> bytes:
    """Encode a varint."""
    encoded = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits a byte
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
