"""Events around the work, in words: hooks, skills, plugins, settings, sign-in, raw bodies."""

from collections.abc import Callable, Mapping

from tui import format as formats
from tui.marks import Marks
from tui.present.lines import Line, Span, Tone
from tui.present.told import Told

_PERMISSION_HOOK = "PermissionRequest"


def _hook_name(told: Told) -> Span:
    name = told.word("hook_name", "hook_event") or "hook"
    return Span(name, Tone.STRONG)


def _hook_registered(told: Told, marks: Marks) -> Line:
    matcher = told.word("hook_matcher")
    event = told.word("hook_event") + (f":{matcher}" if matcher else "")
    return Line.of(
        "registered for ",
        Span(event, Tone.STRONG),
        _details(marks, told.word("hook_type"), told.word("hook_source"), told.word("plugin.name")),
    )


def _hook_start(told: Told, marks: Marks) -> Line:
    asked = told.word("hook_event") == _PERMISSION_HOOK
    return Line.of(
        _hook_name(told),
        " started",
        Span("  a permission is asked for", Tone.WAITING) if asked else "",
        _details(marks, told.counted(("num_hooks", "hook"))),
    )


def _hook(told: Told, marks: Marks) -> Line:
    blocked = told.counted(("num_blocking", "blocked"))
    failed = told.counted(("num_non_blocking_error", "error"), ("num_cancelled", "cancellation"))
    return Line.of(
        _hook_name(told),
        " ",
        Span("blocked", Tone.REJECTED) if blocked else "ran",
        Span(f"  {failed}" if failed else "", Tone.TROUBLE),
        _details(
            marks,
            told.counted(("num_hooks", "hook")),
            told.duration("total_duration_ms"),
            told.counted(("additional_context_chars", "character")),
        ),
    )


def _skill(told: Told, marks: Marks) -> Line:
    return Line.of(
        Span(told.word("skill.name") or "a skill", Tone.STRONG),
        _details(
            marks,
            told.word("invocation_trigger"),
            told.word("skill.source"),
            told.word("skill.kind"),
            told.word("plugin.name"),
        ),
    )


def _plugin(told: Told, marks: Marks) -> Line:
    is_installation = bool(told.word("install.trigger"))
    holds = [
        told.counted(
            ("skill_path_count", "skill"),
            ("command_path_count", "command"),
            ("agent_path_count", "agent"),
        ),
        "hooks" if told.is_true("has_hooks") else "",
        "MCP servers" if told.is_true("has_mcp") else "",
    ]
    return Line.of(
        Span(told.word("plugin.name") or "a plugin", Tone.STRONG),
        Span(f" {told.word('plugin.version')}".rstrip()),
        " installed" if is_installation else " loaded",
        _details(
            marks,
            told.word("marketplace.name"),
            told.word("enabled_via", "install.trigger"),
            *holds,
        ),
    )


def _mention(told: Told, marks: Marks) -> Line:
    found = told.is_true("success")
    outcome = Span("  not found", Tone.TROUBLE) if found is False else Span("")
    return Line.of(f"@{told.word('mention_type') or 'mention'}", outcome, _details(marks))


def _auth(told: Told, marks: Marks) -> Line:
    action = told.word("action") or "sign-in"
    failed = told.is_true("success") is False
    return Line.of(
        Span(action, Tone.STRONG),
        Span(" failed", Tone.TROUBLE) if failed else Span(""),
        _details(
            marks,
            told.word("auth_method"),
            told.word("error_category"),
            told.word("status_code"),
        ),
    )


def _settings(told: Told, marks: Marks) -> Line:
    sources = told.word("managed_settings.sources")
    return Line.of(
        "managed settings resolved",
        _details(
            marks,
            told.word("managed_settings.trigger"),
            f"from {sources}" if sources else "no source",
            told.word("managed_settings.settings"),
        ),
    )


def _feedback(told: Told, marks: Marks) -> Line:
    return Line.of(
        told.word("survey_type") or "survey",
        _details(marks, told.word("event_type"), told.word("response")),
    )


def _retention(told: Told, marks: Marks) -> Line:
    days = told.number("period_days")
    deleted = told.counted(
        ("transcripts_deleted", "transcript"),
        ("session_files_deleted", "session file"),
        ("artifacts_deleted", "artifact"),
        ("history_entries_pruned", "old prompt"),
    )
    return Line.of(
        "sweep of the agent's own files  ",
        Span(f"{deleted} deleted", Tone.WAITING) if deleted else "nothing deleted",
        _details(
            marks,
            "" if days is None else f"older than {days} days",
            told.word("result"),
            told.word("skip_reason"),
        ),
    )


def _body(told: Told, marks: Marks) -> Line:
    length = told.number("body_length")
    return Line.of(
        "in full" if told.is_true("body_truncated") is not True else "cut by the sender",
        _details(
            marks,
            "" if length is None else f"{formats.count(length)} characters",
            told.word("model"),
            told.word("body_ref"),
        ),
    )


def _system_prompt(told: Told, marks: Marks) -> Line:
    length = told.number("system_prompt_length")
    return Line.of(
        "system prompt",
        _details(
            marks,
            "" if length is None else f"{formats.count(length)} characters",
            told.word("system_prompt_hash"),
        ),
    )


def _tool_definition(told: Told, marks: Marks) -> Line:
    name = Span(told.word("tool_name") or "a tool", Tone.STRONG)
    return Line.of(name, " is offered", _details(marks, told.word("tool_hash")))


def _hook_metrics(told: Told, marks: Marks) -> Line:
    return Line.of(
        _hook_name(told), " told figures of its own", _details(marks, told.word("plugin_id"))
    )


def _details(marks: Marks, *words: str) -> Span:
    known = f" {marks.separator} ".join(word for word in words if word)
    return Span(f"  {known}" if known else "", Tone.DIM)


def _hook_badge(marks: Marks) -> str:
    return f"{marks.hook} hook"


SETUP: Mapping[str, tuple[Callable[[Marks], str], Callable[[Told, Marks], Line]]] = {
    "hook_registered": (_hook_badge, _hook_registered),
    "hook_start": (_hook_badge, _hook_start),
    "hook": (_hook_badge, _hook),
    "hook_metrics": (_hook_badge, _hook_metrics),
    "skill": (lambda marks: f"{marks.skill} skill", _skill),
    "plugin": (lambda _marks: "plugin", _plugin),
    "mention": (lambda _marks: "mention", _mention),
    "auth": (lambda _marks: "sign-in", _auth),
    "settings": (lambda _marks: "settings", _settings),
    "feedback": (lambda _marks: "feedback", _feedback),
    "retention": (lambda _marks: "retention", _retention),
    "request_body": (lambda _marks: "request body", _body),
    "response_body": (lambda _marks: "reply body", _body),
    "system_prompt": (lambda _marks: "prompt text", _system_prompt),
    "tool_definition": (lambda _marks: "tool", _tool_definition),
}
"""The badge and the words of each kind of event that surrounds the work."""
