"""``paused 14:03:22 ×10 ├───────●─────✗──┤ 14:41:07``: where one is in a file that plays."""

from collections.abc import Sequence

from tui import format as formats
from tui.marks import Marks
from tui.playback import Playing
from tui.present.lines import Line, Span, Tone

_SHORTEST = 10


def replay_line(playing: Playing, troubles: Sequence[int], *, width: int, marks: Marks) -> Line:
    """Return the bar; its scale takes the cells that are left."""
    sign = "playing" if playing.is_playing else "paused"
    times = "×" if marks.utf8 else "x"
    notes = [" idle cut"] if playing.is_idle_cut else []
    notes += [" seeking"] if playing.is_seeking else []
    head = Span(
        f"{sign} {formats.clock(playing.position_ns)} {times}{playing.speed:g} ", Tone.STRONG
    )
    tail = Span(f" {formats.clock(playing.end_ns)}{''.join(notes)}", Tone.DIM)
    cells = max(_SHORTEST, width - head.width - tail.width)
    return Line.of(head, *_scale(playing, troubles, cells=cells, marks=marks), tail)


def _scale(playing: Playing, troubles: Sequence[int], *, cells: int, marks: Marks) -> list[Span]:
    length = max(playing.end_ns - playing.start_ns, 1)

    def cell(time_ns: int) -> int:
        share = (time_ns - playing.start_ns) * (cells - 1) // length
        return max(0, min(cells - 1, share))

    spans = [Span(marks.rule, Tone.DIM)] * cells
    for time_ns in troubles:
        spans[cell(time_ns)] = Span(marks.rejected, Tone.TROUBLE)
    spans[cell(playing.position_ns)] = Span(marks.working, Tone.LIVE)
    return spans
