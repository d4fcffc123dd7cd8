"""The commands that have to do with saved telemetry."""

import os

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
