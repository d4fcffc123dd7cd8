"""Codex's own words: for decisions, for withheld texts, and for conversations that it hides."""

from typing import NamedTuple

from receiver.dialects.values import parsed_object, text
from store.domain import Content, Decider, DecisionScope, Verdict
from store.signals import AnyValue, LogRecord

PREFIX = "codex."
"""How the names of its events begin."""

ALIAS = "~trace:"
"""How the session begins under which spans stand that name only their trace, and its turn."""

REDACTED = "[REDACTED]"

TITLE = "title"
REVIEWER = "reviewer"

_HIDDEN = {
    "Generate a concise, single-line task title": TITLE,
    "The following is the Codex agent history": REVIEWER,
}
"""How the prompts begin that Codex itself gives to conversations of its own."""

_TITLED_PROMPT = "\n\nUser prompt:\n"

_DECIDERS = {
    "config": Decider.CONFIG,
    "user": Decider.USER,
    "automatedreviewer": Decider.REVIEWER,
    "hook": Decider.HOOK,
}
_VERDICTS = {
    "approved": Verdict.ACCEPTED,
    "denied": Verdict.REJECTED,
    "abort": Verdict.ABORTED,
}


class Decision(NamedTuple):
    """What a ``tool_decision`` says."""

    verdict: Verdict
    decider: Decider
    scope: DecisionScope


class Tool(NamedTuple):
    """The names of a tool."""

    tool: str | None
    mcp_server: str | None = None
    mcp_tool: str | None = None


def decision_of(decision: str | None, source: str | None) -> Decision:
    """Return a decision; its word tells verdict and scope, its source (in any case) who decided.

    ``approved_for_session`` is also told of later calls that a person's answer covers.
    """
    decider = _DECIDERS.get((source or "").lower(), Decider.UNKNOWN)
    verdict = _VERDICTS.get((decision or "").partition("_")[0], Verdict.UNKNOWN)
    return Decision(verdict, decider, _scope_of(decision, decider))


def _scope_of(decision: str | None, decider: Decider) -> DecisionScope:
    match decision:
        case "approved_for_session":
            return DecisionScope.SESSION
        case "approved_with_amendment":
            return DecisionScope.PERMANENT
        case "approved" | "denied" | "abort" if decider in {Decider.USER, Decider.REVIEWER}:
            return DecisionScope.ONCE
    return DecisionScope.UNKNOWN


def tool_of(name: str | None, namespace: str | None, *, server: str | None = None) -> Tool:
    """Return a tool's names; the namespace of an MCP tool is its server's."""
    if namespace is not None and namespace.startswith("mcp__"):
        return Tool(name, server or namespace.removeprefix("mcp__"), name)
    return Tool(name, server, name if server else None)


def hidden_role(prompt: str | None) -> str | None:
    """Return what a conversation is for whose prompt nobody typed; ``None`` for a person's."""
    for beginning, role in _HIDDEN.items():
        if prompt is not None and prompt.startswith(beginning):
            return role
    return None


def titled_prompt(prompt: str) -> str | None:
    """Return the prompt that a title is asked for."""
    return prompt.partition(_TITLED_PROMPT)[2] or None


def content_of(told: AnyValue) -> Content:
    """Say why a text is there or not."""
    if told == REDACTED:
        return Content.WITHHELD
    return Content.PRESENT if text(told) else Content.UNKNOWN


def own_key(record: LogRecord) -> str:
    """Name a thing that carries no id: ``~`` and the tail of the record's digest."""
    return f"~{record.digest.hex()[-16:]}"


def command_of(arguments: str | None) -> str | None:
    """Return the command among a tool call's arguments, a JSON object."""
    given = parsed_object(arguments)
    command = given.get("cmd") or given.get("command")
    if isinstance(command, list):
        return " ".join(map(str, command)) or None
    return text(command)


def file_of(arguments: str | None) -> str | None:
    """Return the first file of a patch (``*** Update File: …``)."""
    for line in (arguments or "").splitlines()[:_PATCH_HEAD]:
        for action in ("Update", "Add", "Delete"):
            if line.startswith(head := f"*** {action} File: "):
                return line.removeprefix(head).strip() or None
    return None


_PATCH_HEAD = 5
"""Lines within which a patch names its first file."""
