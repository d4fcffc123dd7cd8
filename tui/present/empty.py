"""What Sessions shows before the first event: what listens, and what to paste to connect."""

from tui.marks import Marks
from tui.present.lines import Line, Span, Tone
from tui.source import RecorderState

_HTTP_PORT = "4318"


def empty(state: RecorderState, marks: Marks) -> list[Line]:
    """Return the lines of the empty state."""
    return [
        Line.of(
            Span("No session yet.", Tone.STRONG),
            Span("  To look around first: ", Tone.DIM),
            Span("sessionscope demo", Tone.KEY),
        ),
        *_listening(state, marks),
        Line(),
        Line.of("Paste this into the shell that starts Claude Code:"),
        Line(),
        *(_export(setting) for setting in settings(endpoint(state))),
        Line(),
        Line.of(
            Span(
                "The last two send what you type and what tools are called with; leave them",
                Tone.DIM,
            )
        ),
        Line.of(
            Span("out to send neither, and sessions still show figures and decisions.", Tone.DIM)
        ),
    ]


def _listening(state: RecorderState, marks: Marks) -> list[Line]:
    if not state.doors:
        reason = state.reason or "no recorder is running"
        return [Line.of(Span(f"{marks.idle} Not receiving: {reason}", Tone.WAITING))]
    doors = " and ".join(state.doors)
    return [Line.of(Span(f"{marks.working} Listening on {doors}", Tone.LIVE))]


def endpoint(state: RecorderState) -> str:
    """Return the OTLP/HTTP endpoint to send to: the last door, HTTP's, or the standard one."""
    return f"http://{state.doors[-1]}" if state.doors else f"http://127.0.0.1:{_HTTP_PORT}"


def settings(otlp_endpoint: str) -> tuple[tuple[str, str], ...]:
    """Return the environment that makes Claude Code send its telemetry here."""
    return (
        ("CLAUDE_CODE_ENABLE_TELEMETRY", "1"),
        ("OTEL_LOGS_EXPORTER", "otlp"),
        ("OTEL_METRICS_EXPORTER", "otlp"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", otlp_endpoint),
        ("OTEL_LOGS_EXPORT_INTERVAL", "500"),
        ("OTEL_LOG_USER_PROMPTS", "1"),
        ("OTEL_LOG_TOOL_DETAILS", "1"),
    )


def _export(setting: tuple[str, str]) -> Line:
    name, value = setting
    return Line.of(
        "  ", Span("export ", Tone.DIM), Span(name), Span("=", Tone.DIM), Span(value, Tone.KEY)
    )
