"""Receiving and showing: a viewer sees to it that somebody records into its store.

Viewer and recorder are two processes that share the store alone. The recorder that a viewer starts
is its child in a session of its own, so that keys and hang-ups of the terminal do not reach it; it
drains and ends when the pipe to its standard input closes, however the viewer ended.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TypeAlias

import click

from sessionscope.config import Config, make_store_directory
from sessionscope.readiness import Readiness
from store.errors import StoreError
from store.lock import owner

_Child: TypeAlias = "subprocess.Popen[str]"

_DRAIN_S = 5
_LOG_LIMIT = 1_000_000
"""Bytes of the child's log above which it starts anew."""


_NO_CERTIFICATES = {"SSL_CERT_FILE": os.devnull}
"""aiohttp loads all the system's certificates when it is imported, which takes 40 ms; the recorder
connects to nobody."""


class RecorderFailed(StoreError):
    """The recorder that a viewer started could not begin."""


def receive_and_show(config: Config, *, environment: Mapping[str, str]) -> int:
    """Show the store, with a recorder of its own if it has none; return the exit code.

    Raises ``RecorderFailed`` before anything is shown. The screens, which take long to load, load
    while the recorder starts.
    """
    make_store_directory(config.store, environment=environment)
    child = None if owner(config.store) else _start_recorder(config)
    try:
        from sessionscope.show import show

        if child is not None:
            _wait_until_ready(child, config.store)
        return show(config)
    finally:
        if child is not None:
            _let_go(child)


def _start_recorder(config: Config) -> _Child:
    arguments = {
        "--store": config.store,
        "--host": config.host,
        "--grpc-port": config.grpc_port,
        "--http-port": config.http_port,
        "--sockets": config.sockets,
        "--token-file": config.token_file,
        "--tls-certificate": config.tls_certificate,
        "--tls-key": config.tls_key,
        "--allowed-hosts": ",".join(config.allowed_hosts) or None,
    }
    with _open_log(log_path(config.store)) as log:
        return subprocess.Popen(
            [
                sys.executable,
                "-P",
                Path(__file__).with_name("__main__.py"),
                "serve",
                "--child",
                *(
                    str(part)
                    for argument in arguments.items()
                    if argument[1] is not None
                    for part in argument
                ),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
            env={**os.environ, **_NO_CERTIFICATES},
        )


def log_path(store: Path) -> Path:
    """Return where a recorder that a viewer started writes what it has to say."""
    return store.with_name(f"{store.name}.log")


def _open_log(path: Path) -> IO[str]:
    """Open the log for appending, for this user alone."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    os.fchmod(descriptor, 0o600)
    if os.fstat(descriptor).st_size > _LOG_LIMIT:
        os.ftruncate(descriptor, 0)
    return os.fdopen(descriptor, "a")


def _wait_until_ready(child: _Child, store: Path) -> None:
    """Wait for the child's one line; a recorder that was quicker is as good as the child."""
    readiness = Readiness.from_line(child.stdout.readline() if child.stdout else "")
    if readiness.error is not None and not readiness.is_locked:
        raise RecorderFailed(f"{readiness.error} (log: {log_path(store)})")


def _let_go(child: _Child) -> None:
    """Tell the child that its viewer leaves, and give it time to commit what waits."""
    try:
        child.communicate(timeout=_DRAIN_S)
    except subprocess.TimeoutExpired:
        click.echo(f"The recorder (process {child.pid}) ends when all is written.", err=True)
