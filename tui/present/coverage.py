"""What arrived of a session, what did not and why, and what hints at how it went."""

from collections.abc import Sequence

from store.domain import Content, Metered, Session
from store.insights import Coverage, QualitySign, SignKind
from tui import format as formats
from tui.marks import Marks
from tui.present import words
from tui.present.lines import Line, Span, Tone, joined, spread, wrap

_CONTENT = {
    "prompts": "prompts",
    "responses": "replies",
    "tool_details": "tool details",
    "tool_content": "tool output",
    "raw_bodies": "raw bodies",
}
_SIGNS = {
    SignKind.EDITS_REFUSED: "edits refused",
    SignKind.TOOLS_FAILED: "tools failed",
    SignKind.RETRIES: "retries",
    SignKind.LOOP: "loop",
    SignKind.INTERRUPTIONS: "interrupted",
    SignKind.TURNS_WITHOUT_CHANGE: "turns without a change",
    SignKind.CONTEXT_NEAR_END: "context near its end",
}

_ROUNDING = 100
"""Micro-dollars: below this, events and metrics may differ by the rounding of each request."""


def coverage_line(coverage: Coverage, width: int, marks: Marks) -> Line:
    """Return signals, gaps, withheld content and how events and metrics agree.

    What does not fit gives way from the end; ``?`` explains all of it.
    """
    parts = [_signals(coverage, marks), _gaps(coverage, marks), *_withheld(coverage, marks)]
    parts += [*_difference(coverage), *_unknown(coverage)]
    line = parts[0]
    for part in parts[1:]:
        longer = joined([line, part], f" {marks.separator} ")
        if longer.width > width:
            break
        line = longer
    why = Line.of(Span("?", Tone.KEY), Span(" why", Tone.DIM))
    return spread(line, why, width) if line.width + why.width + 2 <= width else line.fit(width)


def _signals(coverage: Coverage, marks: Marks) -> Line:
    return joined(
        [
            Line.of(
                Span(f"{name} ", Tone.DIM),
                Span(marks.accepted) if number else Span(formats.UNKNOWN, Tone.DIM),
            )
            for name, number in (
                ("logs", coverage.log_records),
                ("metrics", coverage.metric_points),
                ("spans", coverage.spans),
            )
        ],
        " ",
    )


def _gaps(coverage: Coverage, marks: Marks) -> Line:
    events = words.counted(coverage.log_records, "event")
    if coverage.sequence_gaps is None:
        return Line.of(Span(f"{events}, gaps not countable", Tone.DIM))
    if coverage.sequence_gaps:
        missing = formats.count(coverage.sequence_gaps)
        return Line.of(f"{events} ", Span(f"{marks.gap} {missing} missing", Tone.TROUBLE))
    return Line.of(Span(f"{events}, no gap", Tone.DIM))


def _withheld(coverage: Coverage, marks: Marks) -> list[Line]:
    names = [
        _CONTENT.get(name, name)
        for name, content in coverage.content.items()
        if content is Content.WITHHELD
    ]
    if not names:
        return []
    return [Line.of(Span(f"{marks.withheld} {', '.join(names)} withheld", Tone.WITHHELD))]


def _difference(coverage: Coverage) -> list[Line]:
    difference = coverage.cost_difference_micros
    if difference is None:
        return []
    if difference == 0:
        return [] if coverage.not_itemised else [Line.of(Span("events = metrics", Tone.DIM))]
    more = "more" if difference > 0 else "less"
    tone = Tone.DIM if abs(difference) < _ROUNDING else Tone.WAITING
    return [Line.of(Span(f"metrics tell {formats.difference(abs(difference))} {more}", tone))]


def _unknown(coverage: Coverage) -> list[Line]:
    if not coverage.unknowns:
        return []
    said = f"{words.counted(len(coverage.unknowns), 'name')} unknown to this version"
    return [Line.of(Span(said, Tone.WAITING))]


def signs_line(
    coverage: Coverage | None, signs: Sequence[QualitySign], width: int, *, marks: Marks
) -> Line:
    """Return what the requests do not itemise, and the quality signs; empty where there is none."""
    parts = [
        Line.of(Span(f"not itemised: {_metered(metered)}", Tone.WAITING))
        for metered in (coverage.not_itemised if coverage else ())
    ]
    parts += [_sign(sign, marks) for sign in signs if sign.count]
    return joined(parts, f" {marks.separator} ").fit(width)


def _metered(metered: Metered) -> str:
    figures = f"{formats.tokens(metered.tokens.total)} tokens, {formats.money(metered.cost_micros)}"
    return f"{figures} of {words.model(metered.model)}" if metered.model else figures


def _sign(sign: QualitySign, marks: Marks) -> Line:
    mark = f"{marks.rebuilt} " if sign.kind is SignKind.LOOP else ""
    of = "" if sign.of is None else f" of {formats.count(sign.of)}"
    is_once = sign.kind is SignKind.CONTEXT_NEAR_END and sign.count == 1
    number = "" if is_once else f" {formats.count(sign.count)}{of}"
    return Line.of(f"{mark}{_SIGNS[sign.kind]}", Span(number))


def explanation(
    session: Session, coverage: Coverage | None, signs: Sequence[QualitySign], *, width: int
) -> list[Line]:
    """Return why what is blank is blank, and what each figure of the header is made of."""
    lines = [Line.of(Span("This session: what is missing, and why", Tone.STRONG))]
    lines += _indented(f"State: {session.state.value}, {session.state_reason}.", width)
    if coverage is not None:
        for note in coverage.notes or ("Nothing is known to be missing.",):
            lines += _indented(note, width)
        lines += _gap_lines(coverage, width)
        lines += _metered_lines(coverage, width)
    if signs:
        lines += [Line(), Line.of(Span("How it went", Tone.STRONG))]
        for sign in signs:
            lines += _indented(sign.explanation, width)
    return [*lines, Line()]


def _gap_lines(coverage: Coverage, width: int) -> list[Line]:
    lines: list[Line] = []
    for gap in coverage.gaps:
        missing = words.counted(gap.missing, "event")
        lines += _indented(f"{missing} missing after {formats.date_and_clock(gap.after)}.", width)
    if coverage.duplicates:
        times = words.counted(coverage.duplicates, "record")
        lines += _indented(f"{times} came again and changed nothing.", width)
    return lines


def _metered_lines(coverage: Coverage, width: int) -> list[Line]:
    lines: list[Line] = []
    for metered in coverage.not_itemised:
        lines += _indented(
            f"Not itemised: {_metered(metered)}. The metrics tell it and no request does: "
            "replies that were interrupted, and the like.",
            width,
        )
    return lines


def _indented(text: str, width: int) -> list[Line]:
    return [Line.of("  ", line) for line in wrap(text, max(1, width - 2))]
