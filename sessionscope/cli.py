"""The command line: what can be asked for. Each command loads what it needs when it runs."""

import os
import sys
from typing import Any

import click

from sessionscope import __version__
from sessionscope.cli_saved import export, import_, replay
from sessionscope.cli_tables import mcp, permissions, requests, sessions, transcript, trouble
from sessionscope.cli_upkeep import backup, doctor, forget, prune
from sessionscope.options import block, configuration, recorder_options, store_option


class _Group(click.Group):
    """A group that puts failures into words and lists its commands in the order they were added."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click has it
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click has it
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            from sessionscope.failures import in_words

            raise in_words(error) from error


_EPILOG = "\n\n".join(
    (
        block(
            "Connect Claude Code, then use it as always:",
            "export CLAUDE_CODE_ENABLE_TELEMETRY=1",
            "export OTEL_LOGS_EXPORTER=otlp OTEL_METRICS_EXPORTER=otlp",
            "export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
            "export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318",
            "export OTEL_LOGS_EXPORT_INTERVAL=500",
            "export OTEL_LOG_USER_PROMPTS=1 OTEL_LOG_TOOL_DETAILS=1  # send texts and commands",
        ),
        block(
            "Settings come from flags, else from the environment, else from the file",
            "config.toml in $XDG_CONFIG_HOME/sessionscope (by default ~/.config/sessionscope):",
            "--store       SESSIONSCOPE_STORE       store",
            "--host        SESSIONSCOPE_HOST        host",
            "--grpc-port   SESSIONSCOPE_GRPC_PORT   grpc_port",
            "--http-port   SESSIONSCOPE_HTTP_PORT   http_port",
            "              SESSIONSCOPE_PRICES      prices: your own, in a TOML file",
            "              SESSIONSCOPE_SESSION_BUDGET, SESSIONSCOPE_DAY_BUDGET: in dollars",
            "and in the same way sockets, token_file, tls_certificate, tls_key, allowed_hosts.",
        ),
        (
            "Data goes to standard output, words to standard error. Exit codes: 0 done, 1 failed, "
            "2 asked for what cannot be done."
        ),
    )
)


@click.group(
    cls=_Group,
    invoke_without_command=True,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@recorder_options
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, /, **flags: str | None) -> None:
    """Watch coding-agent sessions: what they do, what it costs, and who allowed it.

    Without a command, receive OpenTelemetry on ports 4317 (gRPC) and 4318 (HTTP) of this machine,
    keep it in one SQLite file and show it live. A second sessionscope attaches to the first.
    """
    if ctx.invoked_subcommand is not None:
        return
    from sessionscope.terminal import can_show_screens

    config = configuration(ctx, flags)
    if can_show_screens():
        from sessionscope.watching import receive_and_show

        ctx.exit(receive_and_show(config, environment=os.environ))
    from sessionscope.listing import Format, print_table

    click.echo(
        "The screens need a terminal; this is the list of sessions. To receive without a screen: "
        "sessionscope serve. For more: sessionscope --help",
        err=True,
    )
    print_table("sessions", config.store, where="", limit=100, form=Format.PEOPLE)


@cli.command(
    epilog=block(
        "Examples:",
        "sessionscope serve",
        "sessionscope serve --store ~/team.db --grpc-port 14317 --http-port 14318",
        "sessionscope serve --host none --sockets ~/.local/state/sessionscope/sockets",
        "sessionscope serve --host 0.0.0.0 --allowed-hosts box.example --token-file token \\",
        "    --tls-certificate box.pem --tls-key box.key",
    )
)
@recorder_options
@click.option("--child", is_flag=True, hidden=True)
@click.pass_context
def serve(ctx: click.Context, /, *, child: bool, **flags: str | None) -> None:
    """Receive only: for a service, a container, a machine without a screen.

    SIGTERM, SIGINT and SIGHUP end it with exit code 0, after all that came is written.
    """
    from sessionscope.recorder import record, record_as_child

    config = configuration(ctx, flags)
    if child:
        ctx.exit(record_as_child(config, environment=os.environ))
    record(config, environment=os.environ)


@cli.command(epilog=block("Examples:", "sessionscope view", "sessionscope view ~/team.db"))
@click.argument("path", metavar="[STORE]", required=False)
@store_option
@click.pass_context
def view(ctx: click.Context, path: str | None, store: str | None) -> None:
    """Look only: show a store without receiving or changing anything."""
    from sessionscope.terminal import can_show_screens

    config = configuration(ctx, {"store": path or store})
    if not can_show_screens():
        raise click.ClickException(
            "the screens need a terminal; for a list use: sessionscope sessions --store PATH"
        )
    from sessionscope.show import show

    ctx.exit(show(config))


@cli.command(epilog=block("Example:", "sessionscope demo"))
@click.pass_context
def demo(ctx: click.Context) -> None:
    """Look around: an invented history and a live session, in a store of their own.

    It listens on free ports and leaves nothing behind; your own store is not touched.
    """
    from sessionscope.terminal import can_show_screens

    if not can_show_screens():
        raise click.ClickException("the demo needs a terminal")
    from sessionscope.demo.playing import play

    ctx.exit(play(environment=os.environ))


@cli.command()
@store_option
@click.pass_context
def reindex(ctx: click.Context, store: str | None) -> None:
    """Interpret all raw records anew, as after an upgrade that understands more of them."""
    from sessionscope.importing import rebuild

    rebuild(configuration(ctx, {"store": store}))


@cli.command()
@store_option
@click.pass_context
def reprice(ctx: click.Context, store: str | None) -> None:
    """Work out all costs anew, as after a change of your own prices or of the price table.

    Names the models that have no price: what they cost stays unknown.
    """
    from sessionscope.pricing import price_anew

    price_anew(configuration(ctx, {"store": store}))


for _command in (sessions, requests, permissions, mcp, trouble, transcript):
    cli.add_command(_command)
for _command in (import_, export, replay, backup, prune, forget, doctor):
    cli.add_command(_command)
