"""Stored records as export requests in OTLP/JSON, a line each (OTLP 1.11 "JSON Protobuf Encoding").

What ``receiver.json_decode`` reads comes back as the same records: ids are hex, 64-bit integers are
strings, enums are numbers. Invalid UTF-8 becomes U+FFFD; fields that OTLP 1.11 has not are lost.
"""

import base64
import json
import math
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError

from receiver.protobuf_schema import EXPORT_REQUESTS
from receiver.stored import request_of
from store.domain import RawRecord
from store.signals import Signal

_PER_LINE = 200
_IDS = frozenset({"trace_id", "span_id", "parent_span_id"})
_LONG = frozenset(
    {
        FieldDescriptor.TYPE_INT64,
        FieldDescriptor.TYPE_UINT64,
        FieldDescriptor.TYPE_FIXED64,
        FieldDescriptor.TYPE_SFIXED64,
        FieldDescriptor.TYPE_SINT64,
    }
)


def lines(raws: Iterable[RawRecord]) -> Iterator[str]:
    """Yield requests of neighbours that share signal, resource and scope, in ASCII.

    What is no record (a damaged store) is left out.
    """
    for (signal, *_), group in groupby(raws, key=_origin):
        while some := list(islice(group, _PER_LINE)):
            try:
                request = EXPORT_REQUESTS[Signal(signal)].FromString(request_of(some))
            except DecodeError:
                continue
            yield json.dumps(_object(request), separators=(",", ":")).replace("\x7f", "\\u007f")


def _origin(raw: RawRecord) -> tuple[str, bytes, bytes, str, str]:
    return (
        raw.signal,
        raw.resource_wire,
        raw.scope_wire,
        raw.resource_schema_url,
        raw.scope_schema_url,
    )


def _object(message: Any) -> dict[str, Any]:
    return {
        field.json_name: [_value(field, item) for item in value]
        if field.is_repeated
        else _value(field, value)
        for field, value in message.ListFields()
    }


def _value(field: FieldDescriptor, value: Any) -> Any:
    match value:
        case bytes():
            return _text(field.name, value)
        case bool():
            return value
        case int():
            return str(value) if field.type in _LONG else value
        case float():
            return value if math.isfinite(value) else _NOT_FINITE[str(value)]
    return _object(value)


def _text(name: str, value: bytes) -> str:
    if name in _IDS:
        return value.hex()
    if name == "bytes_value":
        return base64.b64encode(value).decode()
    return value.decode("utf-8", "replace")


_NOT_FINITE = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
