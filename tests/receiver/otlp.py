"""Export requests made with OTLP's published message classes, and other encodings of the same."""

import base64
import json
import math

from google.protobuf import json_format
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

_IDS = frozenset({"traceId", "spanId", "parentSpanId"})
_WIRE_TYPES = {
    FieldDescriptor.TYPE_DOUBLE: (1, bytes(8)),
    FieldDescriptor.TYPE_FIXED64: (1, bytes(8)),
    FieldDescriptor.TYPE_FIXED32: (5, bytes(4)),
    FieldDescriptor.TYPE_STRING: (2, bytes(1)),
    FieldDescriptor.TYPE_BYTES: (2, bytes(1)),
}
"""Wire type and encoded default, by field type; every other type is a varint."""


def logs_request(*records: LogRecord) -> ExportLogsServiceRequest:
    """Return a request of one resource and one scope."""
    request = ExportLogsServiceRequest()
    resource = request.resource_logs.add()
    resource.resource.attributes.append(attribute("service.name", "tests"))
    scope = resource.scope_logs.add()
    scope.scope.name = "tests"
    scope.log_records.extend(records)
    return request


def attribute(key: str, text: str) -> KeyValue:
    """Return an attribute with a string value."""
    return KeyValue(key=key, value=AnyValue(string_value=text))


def event(name: str = "tested", **texts: str) -> LogRecord:
    """Return a log record with string attributes."""
    attributes = [attribute(key, text) for key, text in texts.items()]
    return LogRecord(time_unix_nano=1, event_name=name, attributes=attributes)


def otlp_json(request: Message) -> bytes:
    """Encode a request in OTLP/JSON: protobuf's JSON with integer enums and hex ids."""
    document = json_format.MessageToDict(request, use_integers_for_enums=True)
    return json.dumps(_with_hex_ids(document)).encode()


def _with_hex_ids(value: object) -> object:
    if isinstance(value, list):
        return [_with_hex_ids(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: base64.b64decode(item).hex() if key in _IDS else _with_hex_ids(item)
        for key, item in value.items()
    }


def spelled_out(message: Message) -> bytes:
    """Encode a message as some senders do: last field first, and every default written out."""
    parts: list[bytes] = []
    for field in reversed([*message.DESCRIPTOR.fields]):
        value = getattr(message, field.name)
        if field.is_repeated and field.message_type:
            parts.extend(_delimited(field.number, spelled_out(item)) for item in value)
        elif field.message_type:
            if message.HasField(field.name):
                parts.append(_delimited(field.number, spelled_out(value)))
        elif field.is_repeated or field.has_presence or _is_set(value):
            alone = type(message)()
            if field.is_repeated:
                getattr(alone, field.name).extend(value)
            elif not field.has_presence or message.HasField(field.name):
                setattr(alone, field.name, value)
            parts.append(alone.SerializeToString())
        else:
            wire_type, default = _WIRE_TYPES.get(field.type, (0, bytes(1)))
            parts.append(_varint(field.number << 3 | wire_type) + default)
    return b"".join(parts)


def _is_set(value: object) -> bool:
    """Return whether a value is not its type's default, as -0.0 is not: it has a sign."""
    return bool(value) or (isinstance(value, float) and math.copysign(1, value) < 0)


def _delimited(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    groups = []
    while True:
        groups.append(number & 0x7F | (0x80 if number > 0x7F else 0))
        number >>= 7
        if not number:
            return bytes(groups)
