"""OTLP/JSON, read into the protobuf message it means.

OTLP's JSON is not protobuf's own (OTLP 1.11 "JSON Protobuf Encoding"): ids are hex instead of
base64, keys are lowerCamelCase only, unknown keys are ignored. What comes out is protobuf bytes,
so that a record is the same whichever encoding brought it.

Lenient where nothing is lost: known enum names, 64-bit numbers as strings or numbers, ``null``
for absent, base64 of either alphabet. Of a repeated key the last value counts. A time out of range
is absent, and an ``intValue`` that no 64 bits hold is a double. What else has the wrong type
refuses the request.
"""

import json
from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple, NoReturn, TypeAlias

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from receiver.errors import BadData, TooLarge
from receiver.json_scalars import (
    Mismatch,
    boolean,
    double,
    enum,
    hex_id,
    integer,
    integer_or_double,
    nanoseconds,
    octets,
    string,
)
from receiver.protobuf_schema import EXPORT_REQUESTS
from store.signals import Signal

VALUE_LIMIT = 8_000_000
"""Most brackets and commas of a body: real telemetry has one in 15 bytes, thus half as many in the
longest body; each stands for an object of a hundred bytes here."""

Read: TypeAlias = Callable[[Any], Any]

_BYTES: dict[str, Read] = {
    "trace_id": hex_id,
    "span_id": hex_id,
    "parent_span_id": hex_id,
    "bytes_value": octets,
}
"""The fields that OTLP itself calls bytes; the others of this schema are strings."""

_SCALARS: dict[int, Read] = {
    FieldDescriptor.TYPE_BOOL: boolean,
    FieldDescriptor.TYPE_DOUBLE: double,
    FieldDescriptor.TYPE_INT32: partial(integer, -(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_SINT32: partial(integer, -(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_UINT32: partial(integer, 0, 2**32 - 1),
    FieldDescriptor.TYPE_FIXED32: partial(integer, 0, 2**32 - 1),
    FieldDescriptor.TYPE_INT64: partial(integer, -(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_SINT64: partial(integer, -(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_SFIXED64: partial(integer, -(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_UINT64: partial(integer, 0, 2**64 - 1),
    FieldDescriptor.TYPE_FIXED64: partial(integer, 0, 2**64 - 1),
}


class Field(NamedTuple):
    """How one JSON key is read."""

    name: str
    """The protobuf field."""
    oneof: str
    """The oneof it is a member of, or nothing."""
    read: Read


def parse_json(body: bytes) -> Any:
    """Parse a body or a line; raises ``BadData``.

    The text must be UTF-8; a broken byte in it costs a character, as in protobuf. Raises
    ``TooLarge`` for one that would make too many objects.
    """
    if len(body) > VALUE_LIMIT and sum(map(body.count, (b"{", b"[", b","))) > VALUE_LIMIT:
        raise TooLarge("The JSON holds more values than are taken at once.")
    try:
        return json.loads(body.decode("utf-8", "replace"), parse_constant=_refuse_constant)
    except RecursionError as error:
        raise BadData("The JSON is nested too deeply.") from error
    except json.JSONDecodeError as error:
        raise BadData(
            f"The body is not JSON in UTF-8: {error.msg} at character {error.pos}."
        ) from error
    except ValueError as error:
        raise BadData("The JSON holds a number that is too long.") from error


def protobuf_from_json(signal: Signal, document: Any) -> bytes:
    """Return the protobuf encoding of a parsed export request; raises ``BadData``."""
    request = EXPORT_REQUESTS[signal]
    try:
        encoded: bytes = request(**_message(request.DESCRIPTOR, document)).SerializeToString()
    except RecursionError as error:
        raise BadData("The JSON is nested too deeply.") from error
    return encoded


def _refuse_constant(name: str) -> NoReturn:
    raise BadData(f"The bare word {name} is not JSON; as a number it is written as a string.")


def _message(descriptor: Descriptor, value: Any) -> dict[str, Any]:
    """Return a JSON object as the keyword arguments of its message class."""
    if not isinstance(value, dict):
        raise BadData(f"An OTLP {descriptor.name} must be a JSON object.")
    fields = _fields(descriptor)
    arguments: dict[str, Any] = {}
    chosen: set[str] = set()
    for key, item in value.items():
        if item is None or key not in fields:
            continue
        field = fields[key]
        if field.oneof:
            if field.oneof in chosen:
                raise BadData(f"An OTLP {descriptor.name} holds more than one of {field.oneof}.")
            chosen.add(field.oneof)
        try:
            arguments[field.name] = field.read(item)
        except Mismatch as error:
            raise BadData(f"{key} of an OTLP {descriptor.name} must be {error}.") from error
    return arguments


def _any_value(descriptor: Descriptor, value: Any) -> dict[str, Any]:
    arguments = _message(descriptor, value)
    if isinstance(arguments.get("int_value"), float):
        arguments["double_value"] = arguments.pop("int_value")
    return arguments


@cache
def _fields(descriptor: Descriptor) -> dict[str, Field]:
    return {field.json_name: _field(field) for field in descriptor.fields}


def _field(field: FieldDescriptor) -> Field:
    read = _reader(field)
    if field.is_repeated:
        read = partial(_list, read, field.message_type)
    return Field(field.name, field.containing_oneof.name if field.containing_oneof else "", read)


def _list(read: Read, message_type: Descriptor | None, value: Any) -> list[Any]:
    """Read an array; ``null`` among messages is an empty one, since places in arrays count."""
    if not isinstance(value, list):
        raise Mismatch("an array")
    return [{} if item is None and message_type else read(item) for item in value]


def _reader(field: FieldDescriptor) -> Read:
    if field.message_type:
        read = _any_value if field.message_type.name == "AnyValue" else _message
        return partial(read, field.message_type)
    if field.name == "int_value":
        return integer_or_double
    if field.name.endswith("time_unix_nano"):
        return nanoseconds
    if field.enum_type:
        names = field.enum_type.values_by_name
        return partial(enum, {name: value.number for name, value in names.items()})
    if field.type == FieldDescriptor.TYPE_BYTES:
        return _BYTES.get(field.name, string)
    return _SCALARS[field.type]
