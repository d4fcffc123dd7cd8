"""Attributes that stand on a span more than once: a map keeps only the last of them."""

from collections.abc import Iterator

from receiver.any_value import any_value
from receiver.any_value import text as decoded
from receiver.protobuf_schema import KEY_VALUE, SPAN
from store.signals import AnyValue, Span


def every_value(record: Span, key: str) -> Iterator[AnyValue]:
    """Yield all values that a span gives one attribute, in order."""
    if key not in record.attributes:
        return
    for encoded in SPAN.FromString(record.wire).attributes:
        pair = KEY_VALUE.FromString(encoded)
        if decoded(pair.key) == key:
            yield any_value(pair.value)
