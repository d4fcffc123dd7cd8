"""The commands that look after a store."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from sessionscope.options import block, configuration, store_option

_Command = TypeVar("_Command", bound=Callable[..., Any])

_CONFIRMED = (
    click.option("--yes", is_flag=True, help="Do not ask."),
    click.option("--dry-run", is_flag=True, help="Only say what would be removed."),
)


def _asks_first(command: _Command) -> _Command:
    for option in reversed((store_option, *_CONFIRMED)):
        command = option(command)
    return command


def _confirm(*, yes: bool, dry_run: bool) -> bool | None:
    """Return whether to ask, ``None`` for not to do it at all."""
    if not (yes or dry_run or sys.stdin.isatty()):
        raise click.UsageError("nobody can be asked here: say --yes or --dry-run")
    return None if dry_run else not yes


@click.command(epilog=block("Example:", "sessionscope backup ~/sessions-2026-11-22.db"))
@click.argument("file", type=click.Path(path_type=Path))
@store_option
@click.pass_context
def backup(ctx: click.Context, file: Path, store: str | None) -> None:
    """Copy the store to FILE, also while it is recorded into.

    The copy is one moment of the store, readable for you alone, and written whole or not at all.
    A file that exists is never overwritten.
    """
    from sessionscope.upkeep import backup as back_up

    back_up(configuration(ctx, {"store": store}).store, file)


@click.command(
    epilog=block(
        "Examples:",
        "sessionscope prune --older-than 90d --dry-run",
        "sessionscope prune --max-size 2g --yes",
    )
)
@click.option("--older-than", metavar="AGE", help="Sessions not heard of for 90d, 12h, 2w.")
@click.option("--max-size", metavar="SIZE", help="The oldest, until the store has 500m, 2g.")
@_asks_first
@click.pass_context
def prune(
    ctx: click.Context,
    /,
    *,
    older_than: str | None,
    max_size: str | None,
    **options: Any,  # noqa: ANN401
) -> None:
    """Remove the oldest sessions, raw records and all.

    Ages count back from the newest record. Stop the recorder first: the store must be yours alone.
    """
    from sessionscope import upkeep

    if older_than is None and max_size is None:
        raise click.UsageError("say --older-than or --max-size")
    try:
        age = None if older_than is None else upkeep.span(older_than)
        size = None if max_size is None else upkeep.size(max_size)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    store = configuration(ctx, {"store": options["store"]}).store
    confirm = _confirm(yes=options["yes"], dry_run=options["dry_run"])
    if not upkeep.prune(store, older_than_s=age, max_size=size, confirm=confirm):
        ctx.exit(0 if confirm is None else 1)


@click.command(
    epilog=block(
        "Examples:",
        "sessionscope forget --session 844d77b1",
        "sessionscope forget --user bob@example.com --yes",
    )
)
@click.option("--session", metavar="ID", help="The session of this id, or beginning of one.")
@click.option("--user", metavar="NAME", help="All sessions of this user's id, name or address.")
@_asks_first
@click.pass_context
def forget(
    ctx: click.Context,
    /,
    *,
    session: str | None,
    user: str | None,
    **options: Any,  # noqa: ANN401
) -> None:
    """Remove a session, or all of a user, and leave no trace of it in the store's files.

    Stop the recorder first, and close other programs that read the store. Backups are yours to
    delete; copies beside the store are named.
    """
    from sessionscope import upkeep

    if bool(session) == bool(user):
        raise click.UsageError("say --session or --user")
    store = configuration(ctx, {"store": options["store"]}).store
    confirm = _confirm(yes=options["yes"], dry_run=options["dry_run"])
    if not upkeep.forget(store, session=session, user=user, confirm=confirm):
        ctx.exit(0 if confirm is None else 1)


@click.command(epilog=block("Examples:", "sessionscope doctor", "sessionscope doctor --json"))
@store_option
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@click.pass_context
def doctor(ctx: click.Context, store: str | None, *, as_json: bool) -> None:
    """Say why nothing arrives, and what is wrong with what does.

    Looks at recorder, ports, store and at the settings of agents that start from this directory.
    The exit code is 0 when nothing is wrong, 1 when something is; nothing is changed.
    """
    from sessionscope.doctor.visit import visit

    config = configuration(ctx, {"store": store})
    if not visit(config, environment=os.environ, as_json=as_json):
        ctx.exit(1)
