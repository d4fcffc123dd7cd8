"""Long work on a store that nobody records into meanwhile, with a bar that shows how far it is."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from store.errors import StoreLocked
from store.lock import StoreLock


@contextmanager
def ownership(store: Path) -> Iterator[None]:
    """Own the store; raises ``StoreLocked``, saying what to do, when a recorder does."""
    try:
        lock = StoreLock.acquire(store)
    except StoreLocked as error:
        raise StoreLocked(f"{error}; stop it first, or name another store with --store") from error
    with lock:
        yield


@contextmanager
def progress_bar(length: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on standard error, where that is a terminal; what is yielded advances it."""
    is_hidden = not sys.stderr.isatty()
    with click.progressbar(length=length, file=sys.stderr, hidden=is_hidden) as bar:
        yield bar.update
