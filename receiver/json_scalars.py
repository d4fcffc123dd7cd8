"""The scalar values of OTLP/JSON, each as the protobuf runtime wants it.

Each function takes what ``json.loads`` made and raises ``Mismatch`` with what it wanted instead.
Numbers outside their type's range are mismatches too, but for times and for the integers of an
``AnyValue``, where real senders write them: refusing one would lose its whole request.
"""

import base64
import binascii
import math
import re
from collections.abc import Mapping
from typing import Any

DIGITS_LIMIT = 24
"""Longer than any 64-bit number; Python itself refuses to read more than 4 300 digits."""

_INT64 = (-(2**63), 2**63 - 1)
_UINT64 = (0, 2**64 - 1)
_SURROGATE = re.compile("[\ud800-\udfff]")
_INTEGER = re.compile(rf"-?[0-9]{{1,{DIGITS_LIMIT}}}", re.ASCII)
_DOUBLES = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class Mismatch(ValueError):
    """A JSON value of the wrong kind; ``str()`` of it is what was wanted."""


class OutOfRange(Mismatch):
    """An integer, but none of the type that was wanted."""


def string(value: Any) -> bytes:
    """Encode a string; a lone surrogate, half of a cut emoji, becomes U+FFFD."""
    if not isinstance(value, str):
        raise Mismatch("a string")
    try:
        return value.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", value).encode()


def hex_id(value: Any) -> bytes:
    """Decode a trace or span id; what is not hex is an id that is not there."""
    if not isinstance(value, str):
        raise Mismatch("a hex string")
    try:
        return binascii.unhexlify(value)
    except ValueError:
        return b""


def octets(value: Any) -> bytes:
    """Decode base64, standard or URL-safe, padded or not, or an object of octets by their index.

    The object is what ``JSON.stringify`` makes of a ``Uint8Array``; opentelemetry-js 0.57.2 sends
    it so.
    """
    try:
        if isinstance(value, dict):
            return bytes(integer(0, 255, value.get(str(index))) for index in range(len(value)))
        standard = string(value).replace(b"-", b"+").replace(b"_", b"/").rstrip(b"=")
        return base64.b64decode(standard + b"=" * (-len(standard) % 4), validate=True)
    except ValueError as error:
        raise Mismatch("a base64 string") from error


def boolean(value: Any) -> bool:
    """Pass a boolean."""
    if not isinstance(value, bool):
        raise Mismatch("true or false")
    return value


def integer(low: int, high: int, value: Any) -> int:
    """Read an integer from a number or a decimal string (proto3 JSON writes 64 bits as string)."""
    is_text = isinstance(value, str) and _INTEGER.fullmatch(value)
    number = int(value) if is_text or (isinstance(value, float) and value.is_integer()) else value
    if not isinstance(number, int) or isinstance(number, bool):
        raise Mismatch(f"an integer from {low} to {high}")
    if not low <= number <= high:
        raise OutOfRange(f"an integer from {low} to {high}")
    return number


def integer_or_double(value: Any) -> int | float:
    """Read the integer of an ``AnyValue``, or as a double a number that is no 64-bit integer.

    opentelemetry-js calls every number without a fraction an integer, 1e300 too.
    """
    try:
        return integer(*_INT64, value)
    except Mismatch:
        if isinstance(value, str) and not _INTEGER.fullmatch(value):
            raise
        return double(value)


def nanoseconds(value: Any) -> int:
    """Read a time; one before 1970 or after 64 bits of nanoseconds is 0, OTLP's unknown time."""
    try:
        return integer(*_UINT64, value)
    except OutOfRange:
        return 0


def double(value: Any) -> float:
    """Read a double from a number, a decimal string, or ``NaN``, ``Infinity``, ``-Infinity``."""
    if isinstance(value, str) and value in _DOUBLES:
        return _DOUBLES[value]
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Mismatch("a number")
    try:
        number = float(value)
    except (ValueError, OverflowError) as error:
        raise Mismatch("a number") from error
    if not math.isfinite(number):
        raise Mismatch("a number")
    return number


def enum(numbers: Mapping[str, int], value: Any) -> int:
    """Read an enum from its number, or from a name that OTLP knows."""
    if isinstance(value, str) and value in numbers:
        return numbers[value]
    if isinstance(value, str):
        raise Mismatch("an enum number")
    return integer(-(2**31), 2**31 - 1, value)
