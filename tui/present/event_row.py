"""Everything in a transcript that is neither request nor tool call, in words."""

import re
from collections.abc import Callable, Mapping

from store.domain import Event
from tui import format as formats
from tui.marks import Marks
from tui.present.event_setup import SETUP
from tui.present.lines import Line, Span, Tone, joined
from tui.present.told import Told

Teller = Callable[[Told, Marks], Line]
"""Puts the attributes of an event into words."""

_TRIGGERS = {"shift_tab": "shift+tab", "exit_plan_mode": "plan approved"}
_REPORT = "<task-notification>"
"""How Claude Code's own report of a finished background agent begins."""
_SUMMARY = re.compile(r"<summary>([^<]{1,500})</summary>")


def event_words(event: Event, marks: Marks) -> tuple[Span, Line]:
    """Return an event's badge and what it says; one of an unknown kind as it came."""
    if event.kind == "prompt":
        return Span("prompt", Tone.DIM), _prompt(event, marks)
    badge, tell = _WORDS.get(event.kind, (None, None))
    if badge is None or tell is None:
        mark = f"{marks.unknown} " if event.kind == "unknown" else ""
        return Span(f"{mark}{event.name}", Tone.DIM), Line.of(Span(summary(event), Tone.DIM))
    return Span(badge(marks), Tone.DIM), tell(Told(event.attributes), marks)


def summary(event: Event) -> str:
    """Return an event's text, else its attributes as ``name=value``."""
    if event.text:
        return event.text
    return "  ".join(f"{name}={value}" for name, value in event.attributes.items())


def is_report(prompt: str | None) -> bool:
    """Tell whether a prompt is a background agent's report, which no person typed."""
    return (prompt or "").lstrip().startswith(_REPORT)


def report_summary(prompt: str | None) -> str:
    """Return what a background agent's report says of itself, else that it is one."""
    found = _SUMMARY.search(prompt or "")
    return found[1].strip() if found else "a background agent reports"


def _prompt(event: Event, marks: Marks) -> Line:
    if not event.text:
        return Line.of(Span(f"{marks.withheld} withheld", Tone.WITHHELD))
    if is_report(event.text):
        return Line.of(Span(f"typed by nobody: {report_summary(event.text)}", Tone.DIM))
    late = event.attributes.get("delivery.mode") == "mid_turn"
    return Line.of(
        f'"{event.text.strip()}"', Span("  while the turn ran" if late else "", Tone.DIM)
    )


def _mode(told: Told, marks: Marks) -> Line:
    trigger = told.word("trigger")
    return Line.of(
        Span(
            f"{told.word('from_mode')} {marks.arrow} {told.word('to_mode')}",
            Tone.STRONG,
        ),
        Span(f"  {_TRIGGERS.get(trigger, trigger)}", Tone.DIM),
    )


def _mcp_connection(told: Told, marks: Marks) -> Line:
    status = told.word("status")
    server = told.word("server_name", "plugin.name")
    name = Span(server, Tone.STRONG) if server else Span(f"{marks.withheld} server", Tone.WITHHELD)
    tone = Tone.TROUBLE if status == "failed" else Tone.PLAIN
    took = told.duration("duration_ms")
    return Line.of(
        name,
        " ",
        Span(status, tone),
        Span(f" after {took}" if took and status == "disconnected" else "", Tone.DIM),
        _dim(
            told.word("transport_type"),
            told.word("server_scope"),
            " ".join(filter(None, (told.word("error_code"), told.word("error")))),
            took if status == "connected" else "",
        ),
    )


def _compaction(told: Told, marks: Marks) -> Line:
    before, after = told.number("pre_tokens"), told.number("post_tokens")
    sizes = f"{formats.tokens(before)} {marks.arrow} {formats.tokens(after)} tokens"
    if told.is_true("success") is False:
        said = Span(f"failed {told.word('error')}".rstrip(), Tone.TROUBLE)
    else:
        said = Span(sizes, Tone.STRONG)
    return Line.of(said, _dim(told.word("trigger"), told.duration("duration_ms")))


def _subagent_end(told: Told, marks: Marks) -> Line:
    tokens = told.number("total_tokens")
    model = told.word("final_model", "model")
    if told.is_true("model_swapped"):
        model = f"{told.word('model')} {marks.arrow} {told.word('final_model')}"
    return Line.of(
        Span(told.word("agent_type") or "sub-agent", Tone.STRONG),
        " finished",
        _dim(
            told.counted(("total_tool_uses", "tool use")),
            "" if tokens is None else f"{formats.tokens(tokens)} tokens at its end",
            told.duration("duration_ms"),
            model,
            "in the background" if told.is_true("is_async") else "",
        ),
    )


def _retries_exhausted(told: Told, _marks: Marks) -> Line:
    tried = told.counted(("total_attempts", "attempt")) or "all attempts"
    return Line.of(
        Span(f"gave up after {tried}", Tone.TROUBLE),
        _dim(told.duration("total_retry_duration_ms"), told.word("status_code")),
        Span(f"  {told.word('error')}", Tone.TROUBLE),
    )


def _internal_error(told: Told, _marks: Marks) -> Line:
    name = told.word("error_name") or "an error of the agent's own"
    return Line.of(Span(name, Tone.TROUBLE), _dim(told.word("error_code")))


def _safety(told: Told, _marks: Marks) -> Line:
    said = joined(
        [Span(word) for word in (told.word("category"), told.word("decision")) if word], " · "
    )
    return Line.of(said, _dim(told.word("decision_source"), told.word("tool_name")))


def _not_itemised(told: Told, _marks: Marks) -> Line:
    cost = told.word("cost_usd")
    return Line.of(
        Span(f"{formats.tokens(told.number('tokens'))} tokens", Tone.WAITING),
        Span(f"  ${cost}" if cost else "", Tone.COST),
        _dim(told.word("model"), "told by the metrics alone"),
    )


def _dim(*words: str) -> Span:
    """Return what is known of ``words``, each set off by two blanks."""
    return Span("".join(f"  {word}" for word in words if word), Tone.DIM)


_WORDS: Mapping[str, tuple[Callable[[Marks], str], Teller]] = {
    **SETUP,
    "mode_change": (lambda _marks: "mode", _mode),
    "mcp_connection": (lambda marks: f"{marks.mcp} mcp", _mcp_connection),
    "compaction": (lambda _marks: "compaction", _compaction),
    "subagent_end": (lambda marks: f"{marks.subagent} agent", _subagent_end),
    "retries_exhausted": (lambda marks: f"{marks.failed} gave up", _retries_exhausted),
    "internal_error": (lambda marks: f"{marks.failed} internal", _internal_error),
    "not_itemised": (lambda _marks: "not itemised", _not_itemised),
    "safety": (lambda marks: f"{marks.warning} safety", _safety),
}
