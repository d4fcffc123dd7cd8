"""Telemetry without content, paths and identities, still whole enough to be looked at.

Every text is replaced but those that are known to be words of a vocabulary: models, tools,
decisions, kinds of events. The same text is always replaced by the same word, so that what belongs
together still does; with another key by another.
"""

import hmac
import re
from typing import Any

from google.protobuf.message import DecodeError

from receiver.errors import BadData
from receiver.protobuf_schema import EXPORT_REQUESTS
from store.signals import Signal

_WORDS = re.compile(
    rb"event\.(name|timestamp)|(gen_ai\.(request|response)\.)?model|query_source|decision"
    rb"|(decision_)?(source|type)|tool(_name|\.name)|gen_ai\.tool\.name|span\.type|effort|speed"
    rb"|service\.(name|version)|app\.(version|entrypoint)|os\.type|host\.arch|(permission_)?mode"
    rb"|from_mode|to_mode|trigger|transport(_type)?|status(_code)?|http\.response\.status_code"
    rb"|stop_reason|start_type|hook_event|success|gen_ai\.(operation\.name|system|token\.type)"
    rb"|gen_ai\.(provider\.name|response\.finish_reasons|tool\.type)|error(_|\.)type"
)
"""The attributes whose values are words of a vocabulary."""

_WORD = re.compile(rb"[A-Za-z0-9_][A-Za-z0-9_.:+-]{0,79}")
_NUMBER = re.compile(rb"-?\d{1,15}(\.\d{1,15})?|true|false|\d{4}-\d\d-\d\dT[\d:.]{8,18}Z")
_IDENTITY = re.compile(rb"(^|[._])(id|uuid|user|email|name|account|key|login|organization|host)")
_NAMES = frozenset({"name", "event_name", "unit", "schema_url", "version", "severity_text"})
_MCP = b"mcp__"
_DIGITS = 10


class Redactor:
    """A mask over export requests, as ``Decoder`` takes one."""

    def __init__(self, key: bytes) -> None:
        """``key`` is what replacements are made with, so that nobody can guess texts from them."""
        self._key = key

    def __call__(self, signal: Signal, body: bytes) -> bytes:
        """Return the request with its texts replaced; raises ``BadData``."""
        try:
            request = EXPORT_REQUESTS[signal].FromString(body)
        except DecodeError as error:
            raise BadData("The body is not an OTLP export request in protobuf.") from error
        request.DiscardUnknownFields()
        self._mask(request)
        masked: bytes = request.SerializeToString()
        return masked

    def _mask(self, message: Any) -> None:
        """Replace the texts of a message and of all in it."""
        if message.DESCRIPTOR.name == "KeyValue":
            self._mask_value(message.value, message.key)
            return
        for field, value in message.ListFields():
            if field.message_type is not None:
                for inner in value if field.is_repeated else (value,):
                    self._mask(inner)
            elif field.name in _NAMES or field.name == "string_value":
                if not _WORD.fullmatch(value):
                    setattr(message, field.name, self._replacement(value))
            elif field.name in {"message", "trace_state", "description", "bytes_value"}:
                setattr(message, field.name, self._replacement(value))

    def _mask_value(self, value: Any, key: bytes) -> None:
        """Replace the text of an attribute, and of the values in it."""
        match value.WhichOneof("value"):
            case "string_value":
                value.string_value = self._text(value.string_value, key)
            case "bytes_value":
                value.bytes_value = self._replacement(value.bytes_value)
            case "array_value":
                for item in value.array_value.values:
                    self._mask_value(item, key)
            case "kvlist_value":
                for pair in value.kvlist_value.values:
                    self._mask_value(pair.value, key + b"." + pair.key)

    def _text(self, text: bytes, key: bytes) -> bytes:
        if _WORDS.fullmatch(key) and _WORD.fullmatch(text):
            if not text.startswith(_MCP):
                return text
            server, _, tool = text.removeprefix(_MCP).partition(b"__")
            return _MCP + self._replacement(server) + b"__" + self._replacement(tool)
        if not text or (_NUMBER.fullmatch(text) and not _IDENTITY.search(key)):
            return text
        return self._replacement(text)

    def _replacement(self, text: bytes) -> bytes:
        digest = hmac.digest(self._key, text, "sha256").hex()[:_DIGITS]
        return f"redacted-{digest}".encode()
