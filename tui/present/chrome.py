"""The top line and the bottom line of every screen."""

from collections.abc import Sequence

from store.queries.burn import Burn
from tui import format as formats
from tui.commands import Command
from tui.marks import Marks
from tui.present.lines import Line, Span, Tone, spread
from tui.source import Reception


def top_line(
    where: Sequence[str], reception: Reception, *, width: int, now_ns: int, marks: Marks
) -> Line:
    """Return name, place, whether anything is received, and what is spent where there is room."""
    place: list[str | Span] = [Span("sessionscope", Tone.BRAND), "  "]
    for index, name in enumerate(where):
        if index:
            place.append(Span(f" {marks.trail} ", Tone.DIM))
        place.append(Span(name, Tone.STRONG if index == len(where) - 1 else Tone.PLAIN))
    is_live = receiving(reception, now_ns=now_ns, marks=marks)
    spent = spending(reception.burn)
    both = Line.of(is_live, "    ", spent) if spent.spans else is_live
    room = width - Line.of(*place).width - 2
    return spread(Line.of(*place), both if both.width <= room else is_live, width)


def spending(burn: Burn | None) -> Line:
    """Return ``today $14.21  $2.90/h``; nothing where nothing was spent that is known."""
    if burn is None or burn.today_micros is None:
        return Line()
    parts = [Span("today ", Tone.DIM), Span(formats.money(burn.today_micros), Tone.COST)]
    if burn.hour_micros is not None:
        parts.append(Span(f"  {formats.money(burn.hour_micros)}/h"))
    return Line.of(*parts)


def receiving(reception: Reception, *, now_ns: int, marks: Marks) -> Line:
    """Return ``● 4317 4318  12/s  2 s ago``, or that nothing is received and why."""
    state = reception.state
    if not reception.is_known:
        return Line()
    if not state.doors:
        reason = f": {state.reason}" if state.reason else ""
        return Line.of(Span(f"{marks.idle} not receiving{reason}", Tone.WAITING))
    ports = " ".join(door.rsplit(":", 1)[-1] for door in state.doors)
    parts: list[Span] = [Span(f"{marks.working} {ports}", Tone.LIVE)]
    if state.reason:
        parts.append(Span(f"  {state.reason}", Tone.WAITING))
    if reception.per_second:
        parts.append(Span(f"  {_rate(reception.per_second)}"))
    if state.last_received_at is not None:
        parts.append(Span(f"  {formats.age(state.last_received_at, now_ns)} ago", Tone.DIM))
    else:
        parts.append(Span("  nothing yet", Tone.DIM))
    return Line.of(*parts)


def _rate(per_second: float) -> str:
    return f"{per_second:.0f}/s" if per_second >= 1 else f"{per_second * 60:.0f}/min"


def key_line(commands: Sequence[Command], width: int) -> Line:
    """Return the keys that work here with their names; the last ones give way when it is narrow."""
    parts: list[Span | str] = []
    used = 0
    for command in commands:
        key = Span(command.shown_keys.split()[0], Tone.KEY)
        label = Span(f" {command.label}", Tone.DIM)
        need = key.width + label.width + (3 if parts else 0)
        if used + need > width:
            break
        parts += ["   " if parts else "", key, label]
        used += need
    return Line.of(*parts)


def views_line(views: Sequence[str], seen: str, marks: Marks) -> Line:
    """Return the names of a screen's views, the one that is seen marked."""
    names: list[str | Span] = []
    for view in views:
        mark, tone = (marks.open, Tone.STRONG) if view == seen else (" ", Tone.DIM)
        names += [Span(f"{mark} {view}", tone), "   "]
    return Line.of(*names)
