"""Options that several commands share, and the configuration they make."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from sessionscope.config import Config

_Command = TypeVar("_Command", bound=Callable[..., Any])

store_option = click.option(
    "--store",
    metavar="PATH",
    help="The store to use; by default sessionscope/sessions.db in the XDG state directory.",
)
_DOORS = (
    click.option(
        "--host", metavar="ADDRESS", help="Address to listen on [localhost]; none opens no port."
    ),
    click.option("--grpc-port", metavar="PORT", help="Port for OTLP/gRPC [4317]."),
    click.option("--http-port", metavar="PORT", help="Port for OTLP/HTTP [4318]."),
    click.option(
        "--sockets", metavar="DIRECTORY", help="Listen on Unix sockets in a directory of yours too."
    ),
    click.option(
        "--token-file", metavar="FILE", help="Take only what brings the bearer token in this file."
    ),
    click.option("--tls-certificate", metavar="FILE", help="Answer with TLS: the chain, as PEM."),
    click.option("--tls-key", metavar="FILE", help="The certificate's private key, as PEM."),
    click.option(
        "--allowed-hosts", metavar="NAMES", help="Names by which other machines call this one."
    ),
)


def recorder_options(command: _Command) -> _Command:
    """Let a command be told the store and the doors."""
    for option in reversed((store_option, *_DOORS)):
        command = option(command)
    return command


def configuration(ctx: click.Context, flags: dict[str, str | None]) -> "Config":
    """Return the configuration; a command's own flags count before those of the program."""
    from sessionscope.config import load

    outer = ctx.parent.params if ctx.parent else {}
    given = {name: value for name, value in flags.items() if value is not None}
    return load({**outer, **given}, environment=os.environ)


def block(title: str, *lines: str) -> str:
    r"""Return lines that click shows as they are (it takes ``\b`` for *do not wrap*)."""
    return "\n".join(("\b", title, *(f"  {line}" for line in lines)))
