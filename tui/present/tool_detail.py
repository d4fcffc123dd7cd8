"""One tool call in full."""

from store.domain import DecisionScope, ToolCall
from store.queries.outputs import ToolText
from tui import format as formats
from tui.marks import Marks, decision_badge
from tui.present import words
from tui.present.diff import diff_lines
from tui.present.fields import as_json, fields
from tui.present.lines import Line, Span, Tone, spread, wrap
from tui.present.transcript_row import VERDICT_TONE

_EDITS = frozenset({"Edit", "MultiEdit", "Write", "NotebookEdit"})
"""Tools whose input is a change of a file."""


def tool_call_detail(
    call: ToolCall, width: int, marks: Marks, *, told: ToolText | None = None
) -> list[Line]:
    """Return a tool call in full: who decided, what ran, what it changed and gave back."""
    badge = Line.of(Span(decision_badge(call, marks), VERDICT_TONE[call.verdict]))
    what = call.command or call.file_path or call.skill or call.subagent_type
    changes = diff_lines(call, told.diff if told else None, width) if _is_edit(call, told) else []
    return [
        spread(Line.of(Span(words.tool(call, marks), Tone.STRONG)), badge, width),
        *(wrap(what, width) if what else _no_details(call, width, marks)),
        *([Line(), *changes] if changes else []),
        Line(),
        *fields(
            width,
            ("decided", _decided(call)),
            ("mode", call.mode),
            ("asked for", _asked(call)),
            ("waited", formats.duration(call.waited_ms) if call.waited_ms is not None else None),
            ("outcome", words.outcome(call, marks)),
            ("error", " ".join(text for text in (call.error_type, call.error) if text) or None),
            ("changed", words.lines_changed(call) or None),
            ("commit", call.commit_id),
            ("branch", call.branch),
            ("skill", call.skill),
            ("sub-agent", call.subagent_type),
            ("agent", call.agent_name or call.agent_id),
            ("input size", formats.size(call.input_bytes)),
            ("result size", formats.size(call.result_bytes)),
            ("decided at", formats.date_and_clock(call.decided_at)),
            ("ended at", formats.date_and_clock(call.finished_at)),
            *(("note", Span(note, Tone.WAITING)) for note in call.notes),
            ("asked by", call.request_id),
            ("call id", call.tool_call_id),
        ),
        *_output(told, width),
        *as_json("parameters", call.parameters, width),
        *([] if changes else as_json("input", call.input, width)),
    ]


def _no_details(call: ToolCall, width: int, marks: Marks) -> list[Line]:
    if call.parameters or call.input:
        return []
    return [Line.of(Span(f"{marks.withheld} no details sent", Tone.WITHHELD)).fit(width)]


def _decided(call: ToolCall) -> str:
    scope = "" if call.scope is DecisionScope.UNKNOWN else f", {call.scope.value}"
    told = f" ({call.source_raw})" if call.source_raw else ""
    return f"{call.verdict.value} by {call.decider.value}{scope}{told}"


def _asked(call: ToolCall) -> str | None:
    """Return the command that was decided on, where another one ran."""
    return None if call.asked_command == call.command else call.asked_command


def _is_edit(call: ToolCall, told: ToolText | None) -> bool:
    return call.tool in _EDITS or bool(told and told.diff)


def _output(told: ToolText | None, width: int) -> list[Line]:
    if told is None or not told.output:
        return []
    shortened = told.original_length is not None
    of = f", cut by the sender from {formats.count(told.original_length)}" if shortened else ""
    return [
        Line(),
        Line.of(Span(f"output{of}", Tone.DIM)),
        *wrap(told.output, width),
    ]
