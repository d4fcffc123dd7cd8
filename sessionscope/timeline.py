"""The time of a saved file: how it passes, and the moments one can go to. Nothing here waits."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

SECOND = 10**9
_UNITS = {"s": SECOND, "m": 60 * SECOND, "h": 3600 * SECOND}
_RELATIVE = re.compile(r"([+-])(\d{1,6}(?:\.\d{1,3})?)([smh])")
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?")
_SHARE = re.compile(r"(\d{1,3})%")


def span(told: str) -> int:
    """Read ``5s``, ``1m`` or ``2h`` as nanoseconds; raises ``ValueError``."""
    match = _RELATIVE.fullmatch(f"+{told}")
    if match is None:
        raise ValueError("a span is 5s, 1m or 2h")
    return round(float(match[2]) * _UNITS[match[3]])


@dataclass(frozen=True, slots=True)
class Timeline:
    """When something happens: nanoseconds since the Unix epoch, distinct and in order."""

    times: Sequence[int]
    max_gap_ns: int | None = None
    """Longest idle time that is played; what is longer is cut to it."""

    @property
    def start_ns(self) -> int:
        """The first moment; 0 where there is none."""
        return self.times[0] if self.times else 0

    @property
    def end_ns(self) -> int:
        """The last moment."""
        return self.times[-1] if self.times else 0

    def within(self, moment_ns: int) -> int:
        """Return the nearest moment that is not outside."""
        return max(self.start_ns, min(moment_ns, self.end_ns))

    def after(self, position_ns: int, amount_ns: int) -> int:
        """Return where one is when ``amount_ns`` of it was played from a position."""
        position = self.within(position_ns)
        index = bisect_right(self.times, position)
        while index < len(self.times):
            reached = self.times[index]
            idle_from = self.times[index - 1]
            if self.max_gap_ns is not None and reached - idle_from > self.max_gap_ns:
                left = max(0, idle_from + self.max_gap_ns - position)
            else:
                left = reached - position
            if amount_ns < left:
                return position + amount_ns
            amount_ns -= left
            position = reached
            index += 1
        return position

    def next(self, position_ns: int) -> int | None:
        """Return the next moment."""
        index = bisect_right(self.times, position_ns)
        return self.times[index] if index < len(self.times) else None

    def previous(self, position_ns: int) -> int | None:
        """Return the moment before."""
        index = bisect_left(self.times, position_ns)
        return self.times[index - 1] if index else None

    def is_idle_cut(self, position_ns: int) -> bool:
        """Tell whether the idle time that a position is in is not played in full."""
        index = bisect_right(self.times, position_ns)
        if self.max_gap_ns is None or not 0 < index < len(self.times):
            return False
        return self.times[index] - self.times[index - 1] > self.max_gap_ns

    def moment(self, told: str, position_ns: int) -> int:
        """Return the moment that a person names; raises ``ValueError``.

        ``14:03`` or ``14:03:22`` is local time on the day of the position, ``+30m`` and ``-10s``
        are from the position, ``50%`` is a share of the whole.
        """
        text = told.strip().removeprefix("@")
        if match := _RELATIVE.fullmatch(text):
            distance = round(float(match[2]) * _UNITS[match[3]])
            return self.within(position_ns + (distance if match[1] == "+" else -distance))
        if match := _SHARE.fullmatch(text):
            share = min(int(match[1]), 100)
            return self.start_ns + (self.end_ns - self.start_ns) * share // 100
        if match := _CLOCK.fullmatch(text):
            hour, minute, second = (int(part or 0) for part in match.groups())
            if hour < 24 and minute < 60 and second < 60:  # noqa: PLR2004 - of a day
                return self.within(self._on_day_of(position_ns, (hour, minute, second)))
        raise ValueError("a time is 14:03, 14:03:22, +30m, -10s or 50%")

    def _on_day_of(self, position_ns: int, clock: tuple[int, int, int]) -> int:
        """Return when it was that time, the day after where the file goes past midnight."""
        day = datetime.fromtimestamp(position_ns // SECOND).astimezone()
        hour, minute, second = clock
        wanted = day.replace(hour=hour, minute=minute, second=second)
        moment = int(wanted.timestamp()) * SECOND
        next_day = int((wanted + timedelta(days=1)).timestamp()) * SECOND
        return next_day if moment < self.start_ns <= next_day <= self.end_ns else moment
