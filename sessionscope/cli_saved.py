"""The commands that have to do with saved telemetry."""

import os
from pathlib import Path

import click

from sessionscope.options import block, configuration, store_option


@click.command(
    "import",
    epilog=block(
        "Examples:",
        "sessionscope import telemetry.jsonl older/*.jsonl.gz",
        "sessionscope import --store ~/case.db incident/",
        "zstdcat telemetry.jsonl.zst | sessionscope import -",
    ),
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@store_option
@click.pass_context
def import_(ctx: click.Context, files: tuple[str, ...], store: str | None) -> None:
    """Load saved telemetry into the store.

    FILEs are what the OpenTelemetry Collector's file exporter writes (lines of OTLP/JSON, or
    protobuf messages with their length), single OTLP requests in protobuf or JSON, tar archives of
    these, any of it in gzip or zstd, and other stores. They are recognised by content. Folders are
    searched, patterns in quotes expanded, and - is standard input. Loading a file twice is the same
    as loading it once. What cannot be read is named by its line and left out; the exit code is
    then 1.
    """
    from sessionscope.importing import import_files

    config = configuration(ctx, {"store": store})
    if not import_files(config, files, environment=os.environ):
        ctx.exit(1)


@click.command(
    epilog=block(
        "Examples:",
        "sessionscope export 844d77b1 --as markdown -o session.md",
        "sessionscope export --where 'repo:payments since:7d' --as otlp -o payments.jsonl",
        "sessionscope export 844d77b1 --as html --redact -o for-the-vendor.html",
    )
)
@click.argument("sessions", metavar="SESSION...", nargs=-1)
@click.option("--where", metavar="FILTER", help="The sessions that a filter admits; '' is all.")
@click.option(
    "--as",
    "form",
    type=click.Choice(["otlp", "json", "markdown", "csv", "html"]),
    default="otlp",
    show_default=True,
    help="What to write; otlp can be imported and replayed.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="A file that is not there yet, instead of standard output.",
)
@click.option("--redact", is_flag=True, help="Replace content, paths and identities.")
@store_option
@click.pass_context
def export(
    ctx: click.Context,
    /,
    *,
    sessions: tuple[str, ...],
    where: str | None,
    form: str,
    output: Path | None,
    redact: bool,
    store: str | None,
) -> None:
    """Write sessions for others to read, or to load and replay elsewhere.

    SESSION is a session's id or the beginning of it. A file is private to you, is written whole or
    not at all, and never replaces another. With --redact every text is replaced but models, tools,
    decisions and kinds of events; the same text always by the same word.
    """
    from sessionscope.exporting import Form
    from sessionscope.exporting import export as write

    if not sessions and where is None:
        raise click.UsageError("say which sessions: their ids, or --where FILTER")
    config = configuration(ctx, {"store": store})
    write(config, sessions, where=where, form=Form(form), output=output, redact=redact)


@click.command(
    epilog=block(
        "Examples:",
        "sessionscope replay telemetry.jsonl",
        "sessionscope replay incident/ --from 14:03 --paused",
        "sessionscope replay night.jsonl.gz --speed 100 --max-gap 5s",
    )
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--speed", type=click.FloatRange(0.25, 1000), default=1.0, show_default=True)
@click.option("--from", "start", metavar="TIME", default="", help="Begin at 14:03, +30m or 50%.")
@click.option("--max-gap", metavar="SPAN", help="Cut idle times to 5s, 1m.")
@click.option("--paused", "is_paused", is_flag=True, help="Begin paused.")
@click.option("--loop", "is_looped", is_flag=True, help="At the end, begin again.")
@click.pass_context
def replay(
    ctx: click.Context,
    /,
    *,
    files: tuple[str, ...],
    speed: float,
    start: str,
    max_gap: str | None,
    is_paused: bool,
    is_looped: bool,
) -> None:
    """Play saved telemetry through the live screens, at the pace it happened.

    FILEs are what import reads, stores too. Totals, states and ages are as of the moment that is
    shown. Space plays and pauses, ? lists the other keys. Your own store is not touched, and
    nothing is left behind.
    """
    from sessionscope.terminal import can_show_screens

    if not can_show_screens():
        raise click.ClickException("a replay needs a terminal; to load the files use import")
    from sessionscope.replaying import Manner
    from sessionscope.replaying import replay as play
    from sessionscope.timeline import span

    try:
        max_gap_ns = None if max_gap is None else span(max_gap)
    except ValueError as error:
        from tui.safe_text import safe_text

        raise click.UsageError(f"--max-gap: {safe_text(str(error))}") from error
    manner = Manner(
        start=start,
        speed=speed,
        is_paused=is_paused,
        max_gap_ns=max_gap_ns,
        is_looped=is_looped,
    )
    ctx.exit(play(configuration(ctx, {}), files, manner))
