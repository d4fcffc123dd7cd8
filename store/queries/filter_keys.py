"""The keys of the filter language and the conditions they become.

A condition is constant text with ``{}`` where the name of a bound parameter goes, ``{op}`` where a
comparison does, and ``{match}`` where a text is to be like a parameter or equal to it. It speaks of
one table by its alias: ``s`` sessions, ``r`` requests, ``c`` tool calls, ``p`` troubles, ``m`` what
happened with MCP servers. ``:filter_now`` is the present (ns). A total is known when any row it
sums is (``…_known``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from store.domain import Decider, RequestStatus, SessionState, Verdict
from store.insights import TroubleKind
from store.queries import filter_values as values
from store.queries.state import STATE


class Rows(StrEnum):
    """The kinds of rows that can be filtered, each the name of its table or view.

    What happened with MCP servers has none: other rows ask of tool calls instead.
    """

    SESSIONS = "sessions"
    REQUESTS = "requests"
    TOOL_CALLS = "tool_calls"
    TROUBLES = "troubles"
    MCP = "mcp"


ALIASES: Mapping[Rows, str] = {
    Rows.SESSIONS: "s",
    Rows.REQUESTS: "r",
    Rows.TOOL_CALLS: "c",
    Rows.TROUBLES: "p",
    Rows.MCP: "m",
}


@dataclass(frozen=True, slots=True)
class Key:
    """One key: how its values are read, and the condition for each kind of row it can speak of."""

    read: values.Reader
    conditions: Mapping[Rows, str]
    compares: bool = False
    """Written with ``>`` or ``<``; else with a colon."""
    exact: Mapping[Rows, str] = field(default_factory=dict)
    """The conditions for ``:=`` where they are others."""
    read_exact: values.Reader = values.itself

    @property
    def is_text(self) -> bool:
        """Whether ``:=`` can be asked for: a text may be like another or be it."""
        return any("{match}" in condition for condition in self.conditions.values())

    def condition(self, subject: Rows, *, is_exact: bool) -> str:
        """Return the condition with a place for a parameter."""
        found = self.exact.get(subject, "") if is_exact else ""
        match = "= {}" if is_exact else r"like {} escape '\'"
        return (found or self.conditions[subject]).replace("{match}", match)

    def subject(self, rows: Rows) -> Rows:
        """Return what the key speaks of when ``rows`` are asked for: those, else their session."""
        for candidate in (rows, Rows.SESSIONS):
            if candidate in self.conditions:
                return candidate
        return next(iter(self.conditions))


def _like(column: str) -> str:
    return f"{column} {{match}}"


def _any_like(*columns: str) -> str:
    return "(" + " or ".join(map(_like, columns)) + ")"


def _attribute(*names: str) -> str:
    listed = ", ".join(f"'{name}'" for name in names)
    return (
        "exists (select 1 from session_attributes a where a.session_id = s.session_id"
        f" and a.name in ({listed}) and {_like('a.value')})"
    )


_TOKENS = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens")


def _tokens(row: str, *, known: str) -> str:
    """Compare the sum of the known classes, if any is; ``known`` says that one is."""
    total = " + ".join(f"ifnull({row}.{name}, 0)" for name in _TOKENS)
    is_any_known = " or ".join(known.format(f"{row}.{name}") for name in _TOKENS)
    return f"(({is_any_known}) and {total} {{op}} {{}})"


_LIVE = "live"
USER_ATTRIBUTES = (
    "user.email",
    "user.name",
    "enduser.id",
    "user.account_uuid",
    "user.account_id",
    "user.id",
)
"""The attributes that say who a session belongs to, the most telling first."""

REPOSITORY_ATTRIBUTES = ("vcs.repository.name", "vcs.repository.url.full")
_TEAM_ATTRIBUTES = ("team.id", "team.name", "team")

_DURATION_OF_SESSION = "(s.last_event_unix_nano - s.started_unix_nano) / 1000000 {op} {}"
_DURATION_OF_REQUEST = "coalesce(r.duration_ms, r.failed_duration_ms, r.traced_duration_ms) {op} {}"
_PROMPT = (
    "exists (select 1 from turns t join events e on e.digest = t.prompt_digest"
    f" where t.session_id = s.session_id and {_like('e.text')})"
)
WORDS = Key(
    values.contains,
    {
        Rows.SESSIONS: f"({_like('s.title')} or {_PROMPT})",
        Rows.REQUESTS: _any_like("r.response", "r.error"),
        Rows.TOOL_CALLS: _any_like(
            "c.tool", "c.command", "c.file_path", "c.parameters", "c.input", "c.error"
        ),
        Rows.TROUBLES: _any_like("p.subject", "p.message"),
        Rows.MCP: _any_like("m.server", "m.tool", "m.error"),
    },
)
"""Words without a key: they search the content of the rows asked for."""

KEYS: Mapping[str, Key] = {
    "session": Key(values.begins, {Rows.SESSIONS: _like("s.session_id")}),
    "agent": Key(values.contains, {Rows.SESSIONS: _like("s.agent")}),
    "model": Key(values.contains, {Rows.REQUESTS: _like("r.model")}),
    "user": Key(values.contains, {Rows.SESSIONS: _attribute(*USER_ATTRIBUTES)}),
    "team": Key(values.contains, {Rows.SESSIONS: _attribute(*_TEAM_ATTRIBUTES)}),
    "repo": Key(values.contains, {Rows.SESSIONS: _attribute(*REPOSITORY_ATTRIBUTES)}),
    "tool": Key(values.equals, {Rows.TOOL_CALLS: _like("c.tool")}),
    "mcp": Key(
        values.contains,
        {Rows.TOOL_CALLS: _like("c.mcp_server"), Rows.MCP: _like("m.server")},
        exact={
            Rows.TOOL_CALLS: "((c.mcp_server is not null or c.tool = 'mcp_tool')"
            " and mcp_server_of(c.session_id, 'tool:' || c.tool_call_id) = {})",
            Rows.MCP: "mcp_server_of(m.session_id, m.key) = {}",
        },
        read_exact=values.server,
    ),
    "decision": Key(values.one_of(*Verdict), {Rows.TOOL_CALLS: "c.verdict = {}"}),
    "by": Key(
        values.one_of(*Decider),
        {
            Rows.TOOL_CALLS: "case when c.decided_rank is not null then c.decider"
            " when c.reported_verdict is not null then c.reported_decider"
            " else ifnull(c.traced_decider, 'unknown') end = {}"
        },
    ),
    "mode": Key(
        values.contains,
        {Rows.SESSIONS: _like("s.permission_mode"), Rows.TOOL_CALLS: _like("c.mode")},
    ),
    "status": Key(
        values.one_of(*RequestStatus),
        {
            Rows.REQUESTS: "case when r.refused_rank is not null then 'refused'"
            " when r.made_rank is not null then 'ok'"
            " when r.failed_rank is not null or r.traced_success = 0 then 'error'"
            " when r.traced_success is null then 'unknown'"
            " when r.stop_reason = 'refusal' then 'refused' else 'ok' end = {}"
        },
    ),
    "kind": Key(values.one_of(*TroubleKind), {Rows.TROUBLES: "p.kind = {}"}),
    "cost": Key(
        values.dollars,
        {
            Rows.SESSIONS: "(s.micros_known > 0 and s.micros {op} {})",
            Rows.REQUESTS: "r.micros {op} {}",
        },
        compares=True,
    ),
    "tokens": Key(
        values.count,
        {
            Rows.SESSIONS: _tokens("s", known="{}_known"),
            Rows.REQUESTS: _tokens("r", known="{} is not null"),
        },
        compares=True,
    ),
    "duration": Key(
        values.milliseconds,
        {
            Rows.SESSIONS: _DURATION_OF_SESSION,
            Rows.REQUESTS: _DURATION_OF_REQUEST,
            Rows.TOOL_CALLS: "c.duration_ms {op} {}",
        },
        compares=True,
    ),
    "since": Key(
        values.moment,
        {
            Rows.SESSIONS: "s.last_event_unix_nano >= {}",
            Rows.REQUESTS: "r.started_unix_nano >= {}",
            Rows.TOOL_CALLS: "c.started_unix_nano >= {}",
            Rows.TROUBLES: "p.at_unix_nano >= {}",
            Rows.MCP: "m.at_unix_nano >= {}",
        },
    ),
    "until": Key(
        values.moment,
        {
            Rows.SESSIONS: "s.started_unix_nano <= {}",
            Rows.REQUESTS: "r.started_unix_nano <= {}",
            Rows.TOOL_CALLS: "c.started_unix_nano <= {}",
            Rows.TROUBLES: "p.at_unix_nano <= {}",
            Rows.MCP: "m.at_unix_nano <= {}",
        },
    ),
    "is": Key(
        values.one_of(_LIVE, *SessionState),
        {
            Rows.SESSIONS: f"{STATE} in ({{}}, iif({{}} = '{_LIVE}', 'working', ''),"
            f" iif({{}} = '{_LIVE}', 'waiting', ''))"
        },
    ),
}
