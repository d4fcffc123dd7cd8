"""Short names of the agents' nouns: agent, model, user, title, what a tool call is about."""

import json
import re

from store.domain import Agent, Content, Outcome, Session, SessionState, ToolCall, Verdict
from store.queries.permission_groups import PERMISSIVE_MODES
from tui import format as formats
from tui.marks import Marks, state_mark
from tui.present.lines import Line, Span, Tone

SHORT_AGENT = {
    Agent.CLAUDE_CODE: "claude",
    Agent.GEMINI_CLI: "gemini",
    Agent.COPILOT_CLI: "copilot",
    Agent.QWEN_CODE: "qwen",
}

_NAMES = frozenset({"mcp_server_name", "mcp_tool_name"})
"""Parameters that only repeat which tool of which MCP server was called."""

_SHORT_PATH = 4
"""Parts of a path that is shown whole."""

_STATE_TONE = {
    SessionState.WORKING: Tone.LIVE,
    SessionState.WAITING: Tone.WAITING,
    SessionState.IDLE: Tone.PLAIN,
    SessionState.ENDED: Tone.DIM,
    SessionState.FAILED: Tone.TROUBLE,
}


def agent(agent_name: Agent) -> str:
    """Return an agent's short name: ``claude``."""
    return SHORT_AGENT.get(agent_name, agent_name.value)


def model(name: str | None) -> str:
    """Return a model's name without vendor and date: ``claude-opus-5-5`` is ``opus-5.5``."""
    if not name:
        return formats.UNKNOWN
    short = re.sub(r"-\d{8}$", "", name.rsplit("/", 1)[-1].removeprefix("claude-"))
    return re.sub(r"-(\d+)-(\d+)$", r"-\1.\2", short)


def models(names: tuple[str, ...]) -> str:
    """Return the models of a session, the first and how many more: ``opus-5.5 +1``."""
    if not names:
        return formats.UNKNOWN
    more = f" +{len(names) - 1}" if len(names) > 1 else ""
    return model(names[0]) + more


def user(session: Session) -> str:
    """Return who ran a session: the name before the ``@``, or the first of an opaque id."""
    name = session.attribute("user.email", "enduser.id", "user.name", "user.id")
    if name is None:
        return formats.UNKNOWN
    if re.fullmatch(r"[0-9a-f]{16,}", name):
        return name[:8]
    return name.split("@", 1)[0]


def title(session: Session, marks: Marks) -> Span:
    """Return the first prompt, else repository or directory, else the short id of the session."""
    if session.title:
        return Span(session.title)
    place = session.attribute(
        "vcs.repository.name", "working_directory", "process.working_directory"
    )
    name = place or session.session_id[:8]
    if session.title_content is Content.WITHHELD:
        return Span(f"{marks.withheld} {name}", Tone.WITHHELD)
    return Span(name, Tone.DIM)


def state(session: Session, now_ns: int, marks: Marks) -> Span:
    """Return a session's state with its mark; one that waits says for how long."""
    mark = state_mark(session.state, marks)
    word = session.state.value
    if session.state is SessionState.WAITING:
        asked_at = session.question.at if session.question else session.last_event_at
        word = formats.age(asked_at, now_ns)
    return Span(f"{mark} {word}", _STATE_TONE[session.state])


def flags(session: Session, marks: Marks) -> Line:
    """Return what to look at: a permissive mode, failed requests, lost caches."""
    parts: list[Span] = []
    if session.permission_mode in PERMISSIVE_MODES:
        parts.append(Span(marks.warning, Tone.WAITING))
    if session.errors:
        parts.append(Span("!", Tone.TROUBLE))
    if session.lost.rebuilds:
        parts.append(Span(marks.rebuilt, Tone.WAITING))
    return Line.of(*parts)


def counted(number: int | None, noun: str) -> str:
    """Return a number of things: ``1 turn``, ``1 204 turns``."""
    return f"{formats.count(number)} {noun}{'' if number == 1 else 's'}"


def tool(call: ToolCall, marks: Marks) -> str:
    """Return a tool's name: ``Bash``, ``⌁ ledger.balance``."""
    if call.mcp_server or call.mcp_tool:
        server, name = call.mcp_server or formats.UNKNOWN, call.mcp_tool or formats.UNKNOWN
        return f"{marks.mcp} {server}.{name}"
    return call.tool or formats.UNKNOWN


def what(call: ToolCall, marks: Marks) -> Span:
    """Return what a tool call is about: command, file, skill, else its input, if it was sent."""
    if text := call.command or _member(call.input, "command") or call.skill:
        return Span(text)
    if file_path := call.file_path or _member(call.input, "file_path"):
        return Span(_end_of_path(file_path))
    if call.subagent_type:
        asked = _member(call.input, "description") or _member(call.input, "prompt")
        return Span(f'{call.subagent_type}  "{asked}"' if asked else call.subagent_type)
    if said := _members(call.input or call.parameters or ""):
        return Span(said)
    if call.input_bytes is not None and call.input_bytes <= len("{}"):
        return Span("no input", Tone.DIM)
    return Span(f"{marks.withheld} details not sent", Tone.WITHHELD)


def _end_of_path(path: str) -> str:
    """Return the end of a long path, by which a file is known: ``…/src/retry.py``."""
    parts = path.split("/")
    return path if len(parts) <= _SHORT_PATH else f"…/{'/'.join(parts[-2:])}"


def about(call: ToolCall, marks: Marks) -> Line:
    """Return what a call is about and what came of it: lines changed, commit, another command."""
    parts: list[str | Span] = [what(call, marks)]
    if call.asked_command and call.command and call.asked_command != call.command:
        parts.append(Span("  rewritten before it ran", Tone.WAITING))
    if changed := lines_changed(call):
        parts.append(Span(f"  {changed}", Tone.DIM))
    if call.commit_id:
        where = f" on {call.branch}" if call.branch else ""
        parts.append(Span(f"  commit {call.commit_id[:8]}{where}", Tone.LIVE))
    return Line.of(*parts)


def lines_changed(call: ToolCall) -> str:
    """Return how many lines an edit changed, ``+12 −3``; empty where that is not known."""
    if call.lines_added is None or call.lines_removed is None:
        return ""
    return f"+{formats.count(call.lines_added)} −{formats.count(call.lines_removed)}"


def _member(json_text: str | None, name: str) -> str | None:
    """Return a text of a JSON object; ``None`` where it has none of that name."""
    try:
        members = json.loads(json_text or "null")
    except (ValueError, RecursionError):
        return None
    value = members.get(name) if isinstance(members, dict) else None
    return value if isinstance(value, str) else None


def _members(json_text: str) -> str:
    """Return a JSON object as ``name: value, name: value``; what is none, or cut, as it is."""
    try:
        members = json.loads(json_text)
    except (ValueError, RecursionError):
        return json_text
    if not isinstance(members, dict):
        return json_text
    return ", ".join(f"{name}: {value}" for name, value in members.items() if name not in _NAMES)


def outcome(call: ToolCall, marks: Marks) -> Span:
    """Return how a call ended and how long it took: ``21 ms``, ``failed 4.1 s``, ``no result``."""
    match call.outcome:
        case Outcome.SUCCEEDED:
            return Span(formats.duration(call.duration_ms))
        case Outcome.FAILED:
            took = "" if call.duration_ms is None else f" {formats.duration(call.duration_ms)}"
            return Span(f"failed{took}", Tone.TROUBLE)
        case Outcome.NOT_RUN:
            return Span("not run", Tone.DIM)
        case Outcome.UNKNOWN:
            if call.is_running:
                return Span(f"running{marks.running}", Tone.LIVE)
            if call.verdict is Verdict.ACCEPTED:
                return Span("no result", Tone.WAITING)
            return Span(formats.UNKNOWN, Tone.DIM)
