"""Why columns of the tables have no value: every blank that a session's telemetry leaves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from store.domain import Content
from store.insights import Blank, CapabilityState
from store.queries.capabilities import COMMANDS_ON_DECISIONS_SINCE, ENTRYPOINT_SINCE, emitted
from store.queries.filter_keys import REPOSITORY_ATTRIBUTES, USER_ATTRIBUTES


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


def _every(columns: str) -> str:
    """Return columns that requests and sessions both have."""
    return " ".join(f"{table}.{c}" for table in ("requests", "sessions") for c in columns.split())


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
        "sessions.turns sessions.requests sessions.tool_calls sessions.errors"
        " sessions.decisions.accepted sessions.decisions.rejected sessions.decisions.aborted"
        " sessions.decisions.unknown",
        "Only metrics arrived: they count no turns, requests, tool calls, decisions or errors.",
        lambda told: told.log_records == 0 and told.spans == 0,
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
        " sessions.edits.accepted sessions.edits.rejected"
        " sessions.coverage.cost_difference_usd sessions.coverage.not_itemised_tokens",
        "No metrics arrived: only they tell lines, edits, commits, pull requests and active time,"
        " and check the cost.",
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
        " sessions.context_tokens sessions.lost_to_rebuilds.usd",
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
        _every(
            "cost.usd cost.computed_usd cost.price_table cost.price_date cost.by_class.input"
            " cost.by_class.cache_read cost.by_class.cache_write cost.by_class.output"
            " cost.by_class.web_search"
        )
        + " requests.window_tokens requests.cache.rebuilt_usd sessions.lost_to_rebuilds.usd",
        "Some requests cannot be priced by the table: it has no price of their model, their tokens"
        " are not all known, or how long their cache writes live had to be solved from the"
        " reported cost.",
        lambda told: "unpriced_request" in told.some,
    ),
    _Rule(
        _every(
            "cost.usd cost.computed_usd cost.price_table cost.price_date cost.by_class.input"
            " cost.by_class.cache_read cost.by_class.cache_write cost.by_class.output"
            " cost.by_class.web_search"
        ),
        "Costs are split by request, and no request is known to have been answered.",
        lambda told: "answered_request" not in told.some,
    ),
    _Rule(
        "requests.cache.rebuilt_tokens requests.cache.rebuilt_usd requests.cache.cause"
        " requests.cache.idle_ms sessions.lost_to_rebuilds.usd",
        "How some requests used the cache cannot be judged: they failed, their tokens are not"
        " known, or the sub-agent they are of is not.",
        lambda told: "unjudged_request" in told.some,
    ),
    _Rule(
        "requests.cache.idle_ms",
        "Before the first request of a conversation or of a sub-agent no cache was used.",
        lambda told: "first_request" in told.some,
    ),
)


def blanks(told: Told) -> tuple[Blank, ...]:
    """Return why columns are blank, the reasons that weigh most first."""
    return tuple(
        Blank(tuple(rule.columns.split()), rule.reason) for rule in _RULES if rule.holds(told)
    )
