"""Everything in a transcript that is neither request nor tool call, in words."""

from collections.abc import Mapping

from store.domain import Event
from tui.marks import Marks
from tui.present.lines import Line, Span, Tone


def event_words(event: Event, marks: Marks) -> tuple[Span, Line]:
    """Return an event's kind and what it says."""
    attributes = event.attributes
    match event.kind:
        case "prompt":
            return Span("prompt", Tone.DIM), _prompt(event, marks)
        case "mode_change":
            change = (
                f"{_word(attributes, 'from_mode')} {marks.arrow} {_word(attributes, 'to_mode')}"
            )
            return Span("mode", Tone.DIM), Line.of(
                Span(change, Tone.STRONG), Span(f"  {_word(attributes, 'trigger')}", Tone.DIM)
            )
        case "mcp_connection":
            return Span(f"{marks.mcp} mcp", Tone.DIM), _mcp_connection(attributes)
        case _:
            return Span(event.name, Tone.DIM), Line.of(Span(summary(event), Tone.DIM))


def summary(event: Event) -> str:
    """Return an event's text, else its attributes as ``name=value``."""
    if event.text:
        return event.text
    return "  ".join(f"{name}={value}" for name, value in event.attributes.items())


def _prompt(event: Event, marks: Marks) -> Line:
    if event.text:
        return Line.of(f'"{event.text.strip()}"')
    return Line.of(Span(f"{marks.withheld} withheld", Tone.WITHHELD))


def _mcp_connection(attributes: Mapping[str, object]) -> Line:
    status = _word(attributes, "status")
    server = _word(attributes, "server_name") or "a server"
    tone = Tone.TROUBLE if status == "failed" else Tone.PLAIN
    detail = (_word(attributes, "transport_type"), _word(attributes, "error_code", "error"))
    return Line.of(
        Span(server, Tone.STRONG),
        " ",
        Span(status, tone),
        Span("  " + "  ".join(word for word in detail if word), Tone.DIM),
    )


def _word(attributes: Mapping[str, object], *names: str) -> str:
    for name in names:
        if (value := attributes.get(name)) is not None:
            return str(value)
    return ""
