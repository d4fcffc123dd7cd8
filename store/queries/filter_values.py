"""The values of the filter language: from what a person writes to what a query is given.

Every reader takes the text and the present (ns) and raises ``ValueError`` in a sentence.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TypeAlias

from store.queries.mcp_identity import key_of_name

Value: TypeAlias = str | int
Reader: TypeAlias = Callable[[str, int], Value]

_UNITS_NS = {
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3_600 * 10**9,
    "d": 86_400 * 10**9,
}
_SCALES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)")
_COUNT = re.compile(r"([0-9]+(?:\.[0-9]+)?)([kKmMgG]?)")
_DOLLARS = re.compile(r"\$?([0-9]+(?:\.[0-9]+)?)()")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def contains(text: str, _now_ns: int) -> str:
    r"""Return the ``like`` pattern (``escape '\'``) of texts that hold ``text``."""
    return f"%{_literal(text)}%"


def equals(text: str, _now_ns: int) -> str:
    r"""Return the ``like`` pattern (``escape '\'``) of ``text`` itself, in either case."""
    return _literal(text)


def itself(text: str, _now_ns: int) -> str:
    """Return ``text`` as it is."""
    return text


def server(text: str, _now_ns: int) -> str:
    """Return the key of an MCP server: one without a name has a key that begins with ``~``."""
    return text if text.startswith("~") else key_of_name(text)


def begins(text: str, _now_ns: int) -> str:
    r"""Return the ``like`` pattern (``escape '\'``) of texts that begin with ``text``."""
    return f"{_literal(text)}%"


def one_of(*words: str) -> Reader:
    """Return a reader of ``words`` or of the beginning of one (``reject`` for ``rejected``)."""

    def read(text: str, _now_ns: int) -> str:
        wanted = text.lower()
        found = [str(word) for word in words if word.startswith(wanted)]
        if wanted in found:
            return wanted
        if len(found) == 1:
            return found[0]
        raise ValueError(f"{text!r} is none of {', '.join(words)}")

    return read


def dollars(text: str, _now_ns: int) -> int:
    """Return an amount of money in micro-dollars: ``1``, ``0.05``, ``$2``."""
    amount, _ = _amount(_DOLLARS, text, "an amount of dollars, such as 0.50")
    return int(amount * 10**6)


def count(text: str, _now_ns: int) -> int:
    """Return a number: ``900``, ``100k``, ``1.5M``."""
    amount, scale = _amount(_COUNT, text, "a number, such as 900, 100k or 1.5M")
    return int(amount * _SCALES[scale.lower()])


def milliseconds(text: str, _now_ns: int) -> int:
    """Return a duration in ms: ``500ms``, ``30s``, ``5m``, ``2h``, ``1d``."""
    return _nanoseconds(text) // _UNITS_NS["ms"]


def moment(text: str, now_ns: int) -> int:
    """Return a point in time in ns.

    ``2h`` is so long ago, ``14:30`` the last time the local clock showed it, ``2026-11-22`` or
    ``2026-11-22T14:30`` local time unless an offset is given.
    """
    if _DURATION.fullmatch(text):
        return now_ns - _nanoseconds(text)
    try:
        clock = _CLOCK.fullmatch(text)
        at = _last(clock, now_ns) if clock else datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        wanted = "so long ago (2h), a time of day (14:30) or a date (2026-11-22)"
        raise ValueError(f"{text!r} is not a time; write {wanted}") from error
    return (at - _EPOCH) // timedelta(microseconds=1) * 1_000


def _last(clock: re.Match[str], now_ns: int) -> datetime:
    hour, minute, second = (int(part or 0) for part in clock.groups())
    now = datetime.fromtimestamp(now_ns // _UNITS_NS["s"], tz=UTC).astimezone()
    at = now.replace(hour=hour, minute=minute, second=second)
    return at if at <= now else at - timedelta(days=1)


def _nanoseconds(text: str) -> int:
    amount, unit = _amount(_DURATION, text, "a duration, such as 500ms, 30s, 5m, 2h or 1d")
    return int(amount * _UNITS_NS[unit])


def _amount(pattern: re.Pattern[str], text: str, wanted: str) -> tuple[Decimal, str]:
    if match := pattern.fullmatch(text):
        return Decimal(match[1]), match[2]
    raise ValueError(f"{text!r} is not {wanted}")


def _literal(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)
