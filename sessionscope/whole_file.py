"""Files for a person: private, whole or not there at all, and never in place of another."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from store.private_files import create_private
from tui.safe_text import safe_text


@contextmanager
def whole_file(target: Path) -> Iterator[TextIO]:
    """Write a file that is there, 0600, when the block ends well and not when it does not.

    Raises ``click.ClickException`` where there is one already, and ``OSError``.
    """
    if os.path.lexists(target):
        raise click.ClickException(f"{safe_text(str(target))} exists; nothing is overwritten")
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.partial")
    descriptor = create_private(unfinished)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.link(unfinished, target)
    except FileExistsError as error:
        raise click.ClickException(
            f"{safe_text(str(target))} exists; nothing is overwritten"
        ) from error
    finally:
        unfinished.unlink()
