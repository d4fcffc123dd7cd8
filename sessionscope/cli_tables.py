"""The commands that print what the screens show."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from sessionscope.options import block, configuration, store_option

_Command = TypeVar("_Command", bound=Callable[..., Any])

_OPTIONS = (
    store_option,
    click.option(
        "--where",
        metavar="FILTER",
        default="",
        help="Only what this admits, such as 'agent:claude tool:Bash decision:reject since:2h'.",
    ),
    click.option(
        "--limit",
        metavar="N",
        type=click.IntRange(min=0),
        default=100,
        show_default=True,
        help="The newest N; 0 for all.",
    ),
    click.option("--json", "form", flag_value="json", help="One JSON array."),
    click.option("--jsonl", "form", flag_value="jsonl", help="A JSON object a line."),
    click.option("--csv", "form", flag_value="csv", help="RFC 4180, nested names with dots."),
)

_SORT = click.option(
    "--sort",
    type=click.Choice(["time", "cost"]),
    default="time",
    show_default=True,
    help="Newest first, or most expensive first.",
)

_FILTER = block(
    "Filters: every term must hold; - negates, a comma is or, quotes keep words together.",
    "session: agent: model: user: team: repo: mode:   begins with, or holds, the text",
    "tool: mcp: decision: by: status: kind: is:       of tool calls, requests, troubles, states",
    "cost>1 tokens>100k duration>30s                  also with <",
    "since:2h until:14:30 since:2026-11-22            local time",
    '"double charge"                                  in prompts, commands, answers',
)


def _prints_a_table(command: _Command) -> _Command:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def _examples(*lines: str) -> str:
    return f"{_FILTER}\n\n{block('Examples:', *lines)}"


@click.command(
    epilog=_examples(
        "sessionscope sessions --where 'is:live'",
        "sessionscope sessions --limit 0 --json | jq '.[] | {title, usd: .cost.reported_usd}'",
    )
)
@_prints_a_table
@_SORT
@click.pass_context
def sessions(ctx: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - see _OPTIONS
    """List sessions with their totals, newest activity first."""
    _print("sessions", ctx, **options)


@click.command(
    epilog=_examples(
        "sessionscope requests --where 'since:1d' --sort cost --limit 10",
        "sessionscope requests --where 'session:844d77b1' --csv > requests.csv",
    )
)
@_prints_a_table
@_SORT
@click.pass_context
def requests(ctx: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - see _OPTIONS
    """List model requests with tokens by class and cost, newest first."""
    _print("requests", ctx, **options)


@click.command(
    epilog=_examples(
        "sessionscope permissions --where 'decision:reject,abort'",
        "sessionscope permissions --where 'by:config mode:bypass' --jsonl",
    )
)
@_prints_a_table
@click.pass_context
def permissions(ctx: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - see _OPTIONS
    """List tool calls with who allowed or refused them, newest first."""
    _print("permissions", ctx, **options)


@click.command(
    epilog=_examples(
        "sessionscope mcp --where 'since:7d'",
        "sessionscope mcp --where 'mcp:ledger user:ana' --json",
    )
)
@_prints_a_table
@click.pass_context
def mcp(ctx: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - see _OPTIONS
    """List MCP servers with connections, calls and failures, newest use first."""
    _print("mcp", ctx, **options)


@click.command(
    epilog=_examples(
        "sessionscope trouble --where 'kind:api_error,retries since:1d'",
        "sessionscope trouble --where '-kind:tool_failed' --jsonl | jq .message",
    )
)
@_prints_a_table
@click.pass_context
def trouble(ctx: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - see _OPTIONS
    """List what went wrong, newest first.

    Its kinds are api_error, retries_exhausted, refusal, tool_failed, mcp_failed, hook_blocked,
    loop, gap, internal_error, compaction_failed and auth_failed.
    """
    _print("trouble", ctx, **options)


def _print(
    name: str,
    ctx: click.Context,
    *,
    store: str | None,
    where: str,
    limit: int,
    form: str | None,
    sort: str = "time",
) -> None:
    from sessionscope.listing import Format, print_table

    config = configuration(ctx, {"store": store})
    print_table(
        name,
        config.store,
        where=where,
        limit=limit,
        form=Format(form or "people"),
        by_cost=sort == "cost",
    )


@click.command(
    epilog=block(
        "Examples:",
        "sessionscope transcript 844d77b1",
        "sessionscope transcript 844d77b1 --json | jq '.turns[].nodes[].kind'",
    )
)
@click.argument("session")
@store_option
@click.option("--json", "as_json", is_flag=True, help="The tree, with the ids of raw records.")
@click.pass_context
def transcript(ctx: click.Context, session: str, *, store: str | None, as_json: bool) -> None:
    """Print one session: its turns, and in each what happened, in order.

    SESSION is the session's id or the beginning of it.
    """
    from sessionscope.transcripts import print_transcript

    config = configuration(ctx, {"store": store})
    print_transcript(config.store, session, as_json=as_json)
