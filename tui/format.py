"""Figures as people read them: money, tokens, durations, ages, clock times, shares.

Pure functions from the store's integers to short strings. What is not known is ``–``, never 0.
"""

from datetime import datetime, tzinfo

UNKNOWN = "–"

_CENT = 10_000
_HUNDREDTH_OF_CENT = 100
_THREE_DIGITS = 99.95
"""From here on one decimal would make a fourth digit."""
_SECOND_MS = 1000
_SIXTY_WHEN_ROUNDED_MS = 59_950
_SKEW_S = 5
"""A clock may be ahead by so much without a word."""
_HALF_PERCENT = 0.005

_NS = 1_000_000_000
_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_YEAR = 365 * _DAY
_THOUSAND_DAYS = 1000 * _DAY


def money(micros: int | None) -> str:
    """Return micro-dollars as dollars and cents: ``$3.84``; less than a cent is ``<$0.01``."""
    if micros is None:
        return UNKNOWN
    if 0 < micros < _CENT:
        return "<$0.01"
    return f"${micros / 1e6:,.2f}".replace(",", " ")


def exact_money(micros: int | None) -> str:
    """Return micro-dollars to a hundredth of a cent: ``$0.0703``."""
    if micros is None:
        return UNKNOWN
    if 0 < micros < _HUNDREDTH_OF_CENT:
        return "<$0.0001"
    return f"${micros / 1e6:,.4f}".replace(",", " ")


def money_to_the_last(micros: int | None) -> str:
    """Return micro-dollars with all their digits: ``$0.070312``."""
    return UNKNOWN if micros is None else f"${micros / 1e6:,.6f}".replace(",", " ")


def difference(micros: int) -> str:
    """Return an amount that is not nothing so that it does not look like it: ``$0.000888``."""
    return money(micros) if micros >= _CENT else money_to_the_last(micros)


def lower_bound(micros: int | None, mark: str = "") -> str:
    """Return what something came to at least, rounded down: ``≥$3.84``, ``≥$0.0009``.

    ``mark`` stands before the figure.
    """
    if micros is None:
        return UNKNOWN
    if 0 < micros < _HUNDREDTH_OF_CENT:
        return f">{mark}$0.00"
    step = _CENT if micros >= _CENT else _HUNDREDTH_OF_CENT
    known = micros // step * step
    return f"≥{mark}{exact_money(known) if 0 < known < _CENT else money(known)}"


def count(number: int | None) -> str:
    """Return a count with its thousands apart: ``1 204``."""
    return UNKNOWN if number is None else f"{number:,}".replace(",", " ")


def tokens(number: int | None) -> str:
    """Return a number of tokens to three digits or so: ``10``, ``16.9 k``, ``310 k``, ``4.1 M``."""
    return UNKNOWN if number is None else _scaled(number, units=("", " k", " M", " G"), base=1000)


def size(number: int | None) -> str:
    """Return a number of bytes: ``310 B``, ``4.2 KiB``."""
    if number is None:
        return UNKNOWN
    return _scaled(number, units=(" B", " KiB", " MiB", " GiB"), base=1024)


def _scaled(number: int, *, units: tuple[str, ...], base: int) -> str:
    value = float(number)
    for index, unit in enumerate(units):
        digits = 0 if index == 0 or value >= _THREE_DIGITS else 1
        text = f"{value:.{digits}f}"
        if float(text) < base or unit == units[-1]:
            return text + unit
        value /= base
    raise AssertionError


def duration(milliseconds: int | None) -> str:
    """Return a duration: ``21 ms``, ``3.2 s``, ``2 m 04 s``, ``1 h 05 m``, ``3 d 04 h``."""
    if milliseconds is None:
        return UNKNOWN
    if milliseconds < _SECOND_MS:
        return f"{milliseconds} ms"
    if milliseconds < _SIXTY_WHEN_ROUNDED_MS:
        return f"{milliseconds / _SECOND_MS:.1f} s"
    seconds = (milliseconds + 500) // _SECOND_MS
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} m {seconds % _MINUTE:02d} s"
    if seconds < _DAY:
        return f"{seconds // _HOUR} h {seconds % _HOUR // _MINUTE:02d} m"
    return f"{seconds // _DAY} d {seconds % _DAY // _HOUR:02d} h"


def age(then_ns: int | None, now_ns: int) -> str:
    """Return how long ago something was: ``42 s``, ``18 m``, ``2 h``, ``3 d``, ``5 y``.

    A time ahead of the clock by more than a few seconds, which a sender whose clock is wrong gives,
    is marked with a plus: ``+2 h``.
    """
    if then_ns is None:
        return UNKNOWN
    seconds = (now_ns - then_ns) // _NS
    sign = ""
    if seconds < 0:
        sign, seconds = ("+", -seconds) if seconds < -_SKEW_S else ("", 0)
    if seconds >= _THOUSAND_DAYS:
        return f"{sign}{seconds // _YEAR} y"
    for unit, length in (("d", _DAY), ("h", _HOUR), ("m", _MINUTE)):
        if seconds >= length:
            return f"{sign}{seconds // length} {unit}"
    return f"{sign}{seconds} s"


def clock(time_ns: int | None, timezone: tzinfo | None = None) -> str:
    """Return a time of day as ``HH:MM:SS``, local unless ``timezone`` is given."""
    moment = _moment(time_ns, timezone)
    return UNKNOWN if moment is None else f"{moment:%H:%M:%S}"


def date_and_clock(time_ns: int | None, timezone: tzinfo | None = None) -> str:
    """Return a time as ``2026-11-22 14:30:12``, local unless ``timezone`` is given."""
    moment = _moment(time_ns, timezone)
    return UNKNOWN if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"


def started(time_ns: int | None, now_ns: int, timezone: tzinfo | None = None) -> str:
    """Return when something started: ``14:30`` on the same day, else ``Nov 20``, else the year."""
    moment, now = _moment(time_ns, timezone), _moment(now_ns, timezone)
    if moment is None or now is None:
        return UNKNOWN
    if moment.date() == now.date():
        return f"{moment:%H:%M}"
    return f"{moment:%b} {moment.day}" if moment.year == now.year else f"{moment:%Y-%m}"


def percent(ratio: float | None) -> str:
    """Return a share: ``94 %``; only nothing is ``0 %`` and only all is ``100 %``."""
    if ratio is None:
        return UNKNOWN
    if 0 < ratio < _HALF_PERCENT:
        return "<1 %"
    if 1 - _HALF_PERCENT <= ratio < 1:
        return ">99 %"
    return f"{ratio * 100:.0f} %"


def _moment(time_ns: int | None, timezone: tzinfo | None) -> datetime | None:
    if time_ns is None:
        return None
    try:
        return datetime.fromtimestamp(time_ns // _NS, tz=timezone)
    except (OverflowError, ValueError, OSError):
        return None
