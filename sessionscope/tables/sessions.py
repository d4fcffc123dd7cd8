"""The columns of a session."""

from collections.abc import Iterator, Mapping

from sessionscope.tables.columns import COST, LOST, TOKENS, Columns, at, fields, nested
from store.domain import Cost, Session
from store.queries.filter_keys import REPOSITORY_ATTRIBUTES, USER_ATTRIBUTES
from store.queries.permission_groups import PERMISSIVE_MODES


def _attributes(session: Session) -> Mapping[str, str | list[str]]:
    """Return each attribute's value, or all of them where it changed during the session."""
    return {
        name: values[0] if len(values) == 1 else list(values)
        for name, values in session.attributes.items()
    }


_TOLD_IN_BODY = "working_directory"
_DIRECTORY = (_TOLD_IN_BODY, "process.working_directory")


def _knows_directory_by(session: Session) -> str | None:
    """Return the attribute, or that the body of a request tells it to the model."""
    known_as = session.known_as(*_DIRECTORY)
    return "request body" if known_as == _TOLD_IN_BODY else known_as


def _seconds(milliseconds: int | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


def _flags(session: Session) -> list[str]:
    found = {
        "permissive_mode": session.permission_mode in PERMISSIVE_MODES,
        "rejected_tool_calls": session.decisions.rejected,
        "failed_tool_calls": session.failed_tool_calls,
        "api_errors": session.errors,
        "cache_rebuilds": session.lost.rebuilds,
    }
    return [flag for flag, is_set in found.items() if is_set]


def notes(session: Session) -> list[str]:
    """Return how the session's state, links and cost are known."""
    return [session.state_reason, *session.notes, *_unpriced(session.cost)]


def _unpriced(cost: Cost) -> Iterator[str]:
    count = cost.unpriced_requests
    if count:
        which = "1 request has" if count == 1 else f"{count} requests have"
        bound = "" if cost.micros is None else ": the cost is a lower bound"
        yield f"{which} no known cost{bound}."


COLUMNS: Columns = {
    **fields("session_id", "agent"),
    "agent_version": lambda session: session.attribute("app.version", "service.version"),
    **fields("title"),
    "user": lambda session: session.attribute(*USER_ATTRIBUTES),
    "repository": lambda session: session.attribute(*REPOSITORY_ATTRIBUTES),
    "working_directory": lambda session: session.attribute(*_DIRECTORY),
    "entrypoint": lambda session: session.attribute("app.entrypoint"),
    "terminal": lambda session: session.attribute("terminal.type"),
    "organization": lambda session: session.attribute("organization.id"),
    "known_by.user": lambda session: session.known_as(*USER_ATTRIBUTES),
    "known_by.repository": lambda session: session.known_as(*REPOSITORY_ATTRIBUTES),
    "known_by.working_directory": _knows_directory_by,
    "attributes": _attributes,
    "models": lambda session: list(session.models),
    "started_at": at("started_at"),
    "last_event_at": at("last_event_at"),
    **fields("state", "permission_mode", "turns", "requests", "tool_calls"),
    **nested("decisions", fields("accepted", "rejected", "aborted", "unknown")),
    **fields("errors"),
    **TOKENS,
    **COST,
    **LOST,
    "cache_hit_ratio": lambda session: session.tokens.cache_hit_ratio,
    **fields("context_tokens"),
    "lines_added": lambda session: session.work.lines_added,
    "lines_removed": lambda session: session.work.lines_removed,
    "commits": lambda session: session.work.commits,
    "pull_requests": lambda session: session.work.pull_requests,
    "edits.accepted": lambda session: session.work.edits_accepted,
    "edits.rejected": lambda session: session.work.edits_rejected,
    "active_seconds.user": lambda session: _seconds(session.work.active_user_ms),
    "active_seconds.agent": lambda session: _seconds(session.work.active_agent_ms),
    **fields("parent_session_id", "parent_known_by"),
    "flags": _flags,
}
