"""Why columns of the tables have no value: every blank that a session's telemetry leaves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from store.connection import Database
from store.domain import Content
from store.insights import Blank, CapabilityState
from store.queries.capabilities import COMMANDS_ON_DECISIONS_SINCE, ENTRYPOINT_SINCE, emitted
from store.queries.filter_keys import REPOSITORY_ATTRIBUTES, USER_ATTRIBUTES

_SOME: Mapping[str, str] = {
    "untraced_request": "requests x where {own} and x.traced_rank is null",
    "untitled": "sessions x where {own} and x.title is null",
    "modeless": "sessions x where {own} and x.permission_mode is null",
    "call": "tool_calls x where {own}",
    "untimed_request": "requests x where {own} and x.failed_rank is null"
    " and coalesce(x.ttft_ms, x.traced_ttft_ms) is null",
    "answered_request": "requests x where {own}"
    " and (x.made_rank is not null or x.traced_success = 1)",
    "failed_request": "requests x where {own} and x.made_rank is null"
    " and (x.failed_rank is not null or x.traced_success = 0)",
    "untraced_call": "tool_calls x where {own} and (x.traced_rank is null or not exists ("
    "select 1 from waits w where w.session_id = x.session_id"
    " and w.parent_span_id = x.traced_span_id))",
    "unbilled_request": "requests x where {own} and x.made_rank is null and x.failed_rank is null",
    "undecided_call": "tool_calls x where {own} and x.mode is null",
    "unfinished_call": "tool_calls x where {own} and x.finished_rank is null",
    "request_outside": "requests x where {own} and x.turn_id is null",
    "call_outside": "tool_calls x where {own} and x.turn_id is null",
    "effortless_request": "requests x where {own} and coalesce(x.effort, x.traced_effort) is null",
    "unnamed_agent": "requests x where {own} and x.agent_id is not null and x.agent_name is null",
}
"""What some of a session's facts may be, or lack."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a session's telemetry."""

    log_records: int
    spans: int
    metric_points: int
    attributes: frozenset[str]
    versions: tuple[str, ...]
    content: Mapping[str, Content]
    is_counted: bool
    """Whether the numbers of its events show what is missing."""
    is_metered: bool
    """Whether a metric tells tokens or cost."""
    some: frozenset[str]
    """What some of its facts are, or lack."""


class _Rule(NamedTuple):
    columns: str
    reason: str
    holds: Callable[[Told], bool]


def _is_older(told: Told, since: str) -> bool:
    return emitted(since, told.versions) is CapabilityState.NOT_EMITTED


_RULES = (
    _Rule(
        "sessions.coverage.sequence_gaps",
        "No events arrived: what was done, decided and said stands only in them, and their numbers"
        " show what is missing.",
        lambda told: told.log_records == 0,
    ),
    _Rule(
        "sessions.coverage.sequence_gaps",
        "The events carry no numbers, or two processes send them at once, each with a count of its"
        " own: what is missing is not known.",
        lambda told: told.log_records > 0 and not told.is_counted,
    ),
    _Rule(
        "sessions.title",
        "The prompts are withheld: OTEL_LOG_USER_PROMPTS is off at the sender.",
        lambda told: "untitled" in told.some and told.content["prompts"] is Content.WITHHELD,
    ),
    _Rule(
        "sessions.title",
        "No prompt of a person arrived.",
        lambda told: "untitled" in told.some and told.content["prompts"] is Content.UNKNOWN,
    ),
    _Rule(
        "sessions.title",
        "Slash commands and reports of background agents give a session no title.",
        lambda told: "untitled" in told.some and told.content["prompts"] is Content.PRESENT,
    ),
    _Rule(
        "permissions.command permissions.file_path permissions.mcp_server permissions.mcp_tool"
        " permissions.error requests.agent_name",
        "Commands, file names, MCP servers and texts of errors are withheld:"
        " OTEL_LOG_TOOL_DETAILS is off at the sender.",
        lambda told: told.content["tool_details"] is Content.WITHHELD,
    ),
    _Rule(
        "permissions.command permissions.file_path permissions.mcp_server permissions.mcp_tool",
        "Nothing shows whether the sender withholds commands and file names.",
        lambda told: "call" in told.some and told.content["tool_details"] is Content.UNKNOWN,
    ),
    _Rule(
        "permissions.file_path permissions.duration_ms",
        "What a call was given comes with its result: one that was refused or has not ended"
        " tells no file and no duration.",
        lambda told: "unfinished_call" in told.some,
    ),
    _Rule(
        "permissions.command",
        f"Before {COMMANDS_ON_DECISIONS_SINCE} a decision tells no command.",
        lambda told: _is_older(told, COMMANDS_ON_DECISIONS_SINCE),
    ),
    _Rule(
        "permissions.mode permissions.source_raw sessions.permission_mode",
        "Only the event of a decision tells the permission mode; some or all calls have none.",
        lambda told: "undecided_call" in told.some,
    ),
    _Rule(
        "sessions.permission_mode",
        "Only decisions on tool calls and changes of mode tell the permission mode; none arrived.",
        lambda told: "modeless" in told.some,
    ),
    _Rule(
        "requests.attempts requests.stop_reason permissions.waited_ms",
        "No spans arrived: only they tell how long a decision took, how often a request was tried"
        " and why its answer ended.",
        lambda told: told.spans == 0,
    ),
    _Rule(
        "requests.attempts requests.stop_reason permissions.waited_ms permissions.duration_ms",
        "Some requests or tool calls have no span: it comes when they have ended, and from a"
        " process that was killed never.",
        lambda told: told.spans > 0 and bool(told.some & {"untraced_request", "untraced_call"}),
    ),
    _Rule(
        "sessions.lines_added sessions.lines_removed sessions.commits sessions.pull_requests"
        " sessions.active_seconds.user sessions.active_seconds.agent"
        " sessions.coverage.cost_difference_usd sessions.coverage.not_itemised_tokens",
        "No metrics arrived: only they tell lines, commits, pull requests and active time, and"
        " check the cost.",
        lambda told: told.metric_points == 0,
    ),
    _Rule(
        "sessions.coverage.cost_difference_usd sessions.coverage.not_itemised_tokens",
        "No metric tells tokens or cost yet: metrics are exported once a minute.",
        lambda told: (
            told.metric_points > 0 and not told.is_metered and "answered_request" in told.some
        ),
    ),
    _Rule(
        "requests.cost.reported_usd requests.tokens.input requests.tokens.output"
        " requests.tokens.cache_read requests.tokens.cache_write requests.tokens.cache_write_5m"
        " requests.tokens.cache_write_1h requests.cache.hit_ratio requests.ttft_ms"
        " requests.stop_reason requests.http_status",
        "A request that failed has no tokens, no cost and no answer, and only an answer has a"
        " status.",
        lambda told: "failed_request" in told.some,
    ),
    _Rule(
        "sessions.coverage.cost_difference_usd sessions.coverage.not_itemised_tokens"
        " sessions.cost.reported_usd sessions.tokens.input"
        " sessions.tokens.output sessions.tokens.cache_read sessions.tokens.cache_write"
        " sessions.tokens.cache_write_5m sessions.tokens.cache_write_1h sessions.cache_hit_ratio"
        " sessions.context_tokens",
        "No request is known to have been answered.",
        lambda told: "answered_request" not in told.some,
    ),
    _Rule(
        "requests.turn_id permissions.turn_id",
        "What happens outside of every prompt is of no turn.",
        lambda told: bool(told.some & {"request_outside", "call_outside"}),
    ),
    _Rule(
        "requests.cost.reported_usd requests.tokens.cache_write_5m requests.tokens.cache_write_1h"
        " requests.tokens.input requests.tokens.output requests.tokens.cache_read"
        " requests.tokens.cache_write requests.duration_ms requests.ttft_ms requests.source"
        " requests.source_raw requests.effort requests.speed requests.cache.hit_ratio"
        " sessions.cost.reported_usd sessions.tokens.cache_write_5m"
        " sessions.tokens.cache_write_1h",
        "Some requests have no api_request event, which alone tells the cost and how long cache"
        " writes live.",
        lambda told: "unbilled_request" in told.some or told.log_records == 0,
    ),
    _Rule(
        "requests.effort",
        "The sender tells no effort for some requests.",
        lambda told: "effortless_request" in told.some,
    ),
    _Rule(
        "requests.agent_name permissions.agent_name",
        "The sender does not name the sub-agent of some requests.",
        lambda told: "unnamed_agent" in told.some,
    ),
    _Rule(
        "requests.ttft_ms",
        "The time to the first token is told for some requests only.",
        lambda told: "untimed_request" in told.some,
    ),
    _Rule(
        "sessions.organization",
        "No attribute names an organization: only who signs in with an account has one.",
        lambda told: "organization.id" not in told.attributes,
    ),
    _Rule(
        "sessions.user sessions.known_by.user",
        "No attribute says who the user is.",
        lambda told: not told.attributes & set(USER_ATTRIBUTES),
    ),
    _Rule(
        "sessions.repository sessions.known_by.repository",
        "The sender names no repository: OTEL_METRICS_INCLUDE_REPOSITORY is off, or there is none.",
        lambda told: not told.attributes & set(REPOSITORY_ATTRIBUTES),
    ),
    _Rule(
        "sessions.working_directory sessions.known_by.working_directory",
        "The working directory stands only in raw API bodies and in resource attributes of one's"
        " own; none has it.",
        lambda told: not told.attributes & {"working_directory", "process.working_directory"},
    ),
    _Rule(
        "sessions.entrypoint",
        f"The entrypoint is told since {ENTRYPOINT_SINCE}, and only with"
        " OTEL_METRICS_INCLUDE_ENTRYPOINT.",
        lambda told: "app.entrypoint" not in told.attributes,
    ),
    _Rule(
        "sessions.terminal",
        "No attribute names the terminal.",
        lambda told: "terminal.type" not in told.attributes,
    ),
    _Rule(
        "sessions.agent_version",
        "No attribute tells the agent's version.",
        lambda told: not told.versions,
    ),
    _Rule(
        "sessions.parent_session_id sessions.parent_known_by",
        "No record says that this session continues another.",
        lambda _told: True,
    ),
    _Rule(
        "sessions.tokens.reasoning requests.tokens.reasoning",
        "The agent counts reasoning as output and not apart.",
        lambda _told: True,
    ),
    _Rule(
        "sessions.cost.computed_usd sessions.cost.price_date sessions.cost.by_class.input"
        " sessions.cost.by_class.cache_read sessions.cost.by_class.cache_write"
        " sessions.cost.by_class.output requests.cost.computed_usd requests.cost.price_date"
        " requests.cost.by_class.input requests.cost.by_class.cache_read"
        " requests.cost.by_class.cache_write requests.cost.by_class.output"
        " requests.cache.rebuilt_tokens requests.cache.rebuilt_usd requests.cache.cause",
        "Costs are the agent's own: none is computed, and no cause is given where a cache was"
        " built again.",
        lambda _told: True,
    ),
)


def blanks(told: Told) -> tuple[Blank, ...]:
    """Return why columns are blank, the reasons that weigh most first."""
    return tuple(
        Blank(tuple(rule.columns.split()), rule.reason) for rule in _RULES if rule.holds(told)
    )


def some_facts(db: Database, ids: Sequence[str]) -> Mapping[str, frozenset[str]]:
    """Return what some of each session's facts are, or lack."""
    columns = ", ".join(
        f"exists (select 1 from {rows.format(own='x.session_id = s.session_id')}) as {name}"
        for name, rows in _SOME.items()
    )
    marks = ", ".join("?" * len(ids))
    rows = db.query(
        f"select s.session_id, {columns} from sessions s where s.session_id in ({marks})",
        list(ids),
    )
    return {row["session_id"]: frozenset(name for name in _SOME if row[name]) for row in rows}
