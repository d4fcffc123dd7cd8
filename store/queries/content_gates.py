"""Which content a sender shows, withholds or cannot send, by what arrived of a session."""

from collections.abc import Mapping, Sequence
from typing import Any

from store.connection import Database
from store.domain import Content
from store.insights import CapabilityState
from store.queries.capabilities import ANSWERS_SINCE, RAW_BODIES_SINCE, emitted

_SHOWING_TOOLS = ("Bash", "Edit", "Read", "Write")
"""Whose output a span carries, if the call succeeded."""

_SEEN: Mapping[str, str] = {
    "prompts_present": "turns x where {own} and x.prompt_content = 'present'",
    "prompts_withheld": "turns x where {own} and x.prompt_content = 'withheld'",
    "responses_present": "requests x where {own} and x.response_content = 'present'",
    "responses_withheld": "requests x where {own} and x.response_content = 'withheld'",
    "answered": "requests x where {own} and x.made_rank is not null",
    "tool_details_present": "tool_calls x where {own} and (x.parameters is not null"
    " or x.input is not null or x.traced_command is not null"
    " or x.traced_rank is not null and x.requested_rank is null and x.file_path is not null)",
    "tool_details_withheld": "tool_calls x where {own} and"
    " (x.finished_rank is not null and x.input is null and x.parameters is null"
    " or x.tool = 'Bash' and x.finished_rank is null and x.command is null)",
    "servers_withheld": "events x where {own} and x.kind = 'mcp_connection'"
    " and x.attributes ->> '$.server_name' is null",
    "servers_present": "events x where {own} and x.kind = 'mcp_connection'"
    " and x.attributes ->> '$.server_name' is not null",
    "tool_content_present": "tool_outputs x where {own}",
    "tool_content_withheld": "tool_calls x where {own} and x.traced_rank is not null"
    f" and coalesce(x.success, x.executed_success) = 1 and x.tool in {_SHOWING_TOOLS}",
    "raw_bodies_present": "events x where {own} and x.kind in ('request_body', 'response_body')",
}
"""What is looked for in each session."""

_SELECT = "select s.session_id, {columns} from sessions s where s.session_id in ({marks})"


class Seen:
    """What was seen of a session's content."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self._row = row

    def gates(self, versions: Sequence[str]) -> Mapping[str, Content]:
        """Return the state of each content, for an agent of ``versions``."""
        return {
            "prompts": self._state("prompts"),
            "responses": self._unless_older(self._state("responses"), ANSWERS_SINCE, versions),
            "tool_details": self._tool_details(),
            "tool_content": self._state("tool_content"),
            "raw_bodies": self._raw_bodies(versions),
        }

    def is_mixed(self, content: str) -> bool:
        """Tell whether some of a content is shown and some withheld."""
        return all(self._row.get(f"{content}_{state}") for state in ("present", "withheld"))

    def _state(self, content: str) -> Content:
        for state in (Content.PRESENT, Content.WITHHELD):
            if self._row[f"{content}_{state}"]:
                return state
        return Content.UNKNOWN

    def _tool_details(self) -> Content:
        found = self._state("tool_details")
        return self._state("servers") if found is Content.UNKNOWN else found

    def _raw_bodies(self, versions: Sequence[str]) -> Content:
        if self._row["raw_bodies_present"]:
            return Content.PRESENT
        found = Content.WITHHELD if self._row["answered"] else Content.UNKNOWN
        is_older = emitted(RAW_BODIES_SINCE, versions) is CapabilityState.NOT_EMITTED
        return Content.NOT_EMITTED if is_older else found

    def _unless_older(self, found: Content, since: str, versions: Sequence[str]) -> Content:
        is_older = emitted(since, versions) is CapabilityState.NOT_EMITTED
        return Content.NOT_EMITTED if found is Content.UNKNOWN and is_older else found


def seen_content(db: Database, ids: Sequence[str]) -> Mapping[str, Seen]:
    """Return what was seen of the content of each session."""
    columns = ", ".join(
        f"exists (select 1 from {rows.format(own='x.session_id = s.session_id')}) as {name}"
        for name, rows in _SEEN.items()
    )
    marks = ", ".join("?" * len(ids))
    rows = db.query(_SELECT.format(columns=columns, marks=marks), list(ids))
    return {row["session_id"]: Seen(row) for row in rows}
