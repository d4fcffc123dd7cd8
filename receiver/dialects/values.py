"""Reading attribute values whatever type a sender chose for them.

Agents send numbers as strings, booleans as strings and strings as numbers, and change their minds
between versions; a value that cannot be read is unknown, never 0.
"""

import json
import math
import re
from collections.abc import Container
from typing import Any, cast

from store.signals import AnyValue, Attributes

LARGEST_FIGURE = 2**53
"""Counts and durations above this are taken for faults of the sender: unknown."""

_LONGEST_DIGITS = 20

CUT_AT = 2_000
"""Characters of a value that are kept in an event's attributes; the raw record has all."""

_DECODER = json.JSONDecoder()
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=bytes.hex
)
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Halves of characters, which JSON can spell out and UTF-8, thus the store, cannot hold."""


def text(value: AnyValue) -> str | None:
    """Return a value as text; ``None`` for what is absent or empty."""
    if isinstance(value, str):
        return value or None
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return value.hex() or None
    if isinstance(value, int | float):
        return str(value)
    return json_text(value)


def integer(value: AnyValue) -> int | None:
    """Return a whole number from 0 to ``LARGEST_FIGURE`` sent as a number or spelled as one."""
    if value is None or (value.__class__ is int and 0 <= value <= LARGEST_FIGURE):
        return value
    if isinstance(value, str):
        value = _spelled(value) if len(value) < _LONGEST_DIGITS else None
    if isinstance(value, float):
        value = int(value) if math.isfinite(value) and value.is_integer() else None
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= LARGEST_FIGURE else None


def _spelled(digits: str) -> int | float | None:
    """Return the number a text spells: ``12``, ``12.0``, ``1e3``."""
    try:
        return int(digits)
    except ValueError:
        pass
    try:
        return float(digits)
    except ValueError:
        return None


def boolean(value: AnyValue) -> bool | None:
    """Return a truth value sent as bool or as the words ``true`` and ``false``."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower())
    return None


def parsed_object(value: AnyValue) -> dict[str, Any]:
    """Return the JSON object a text holds; empty where it holds none or was cut in the middle."""
    if not isinstance(value, str) or not value.startswith("{"):
        return {}
    try:
        found, end = _DECODER.raw_decode(value)
    except (ValueError, RecursionError):
        return {}
    if value[end:].strip():
        return {}
    if "\\ud" in value.lower():
        found = _DECODER.decode(_SURROGATE.sub("\ufffd", json_text(found)))
    return cast("dict[str, Any]", found)


def parsed_json(value: AnyValue) -> Any:
    """Return what a text of JSON holds, or a structured value as it is; ``None`` if unreadable."""
    if not isinstance(value, str):
        return value
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return None
    if "\\ud" in value.lower():
        found = json.loads(_SURROGATE.sub("\ufffd", json_text(found)))
    return found


def json_text(value: object) -> str:
    """Return a value as compact JSON; bytes as hex, numbers that JSON lacks as words."""
    try:
        return _ENCODER.encode(value)
    except ValueError:
        return _ENCODER.encode(_finite(value))


def event_attributes(
    attributes: Attributes, *, common: Container[str], resource: Attributes
) -> str:
    """Return the attributes that are an event's own as a JSON object, long values cut."""
    return json_text(
        {
            key: _cut(value)
            for key, value in attributes.items()
            if key not in common and key not in resource
        }
    )


def _cut(value: AnyValue) -> AnyValue:
    if isinstance(value, str) and len(value) > CUT_AT:
        return f"{value[:CUT_AT]}… [{len(value)} characters]"
    return value


def _finite(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return value
