"""``backup``, ``prune`` and ``forget``: what a store is kept in order with."""

import re
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click

from sessionscope.ownership import ownership
from store import removal
from store.backup import back_up
from store.connection import Database, open_reader, open_writer
from store.queries.filter_keys import USER_ATTRIBUTES
from store.queries.newest import newest_record
from store.queries.sessions import session_ids
from store.removal import Removal
from tui.safe_text import one_line, safe_text

_NS_PER_S = 1_000_000_000
_SPANS = {"h": 3600, "d": 86_400, "w": 7 * 86_400}
_SIZES = {"k": 2**10, "m": 2**20, "g": 2**30}
_NAMED = 10
_COPIES = re.compile(r"\.(damaged|rescued|before-schema|log-of-lost)-")


def backup(store: Path, target: Path) -> None:
    """Copy the store, also while it is recorded into; raises ``StoreError``."""
    size = back_up(store, target.absolute())
    click.echo(f"{safe_text(str(target))}: {_size(size)}.", err=True)


def prune(
    store: Path, *, older_than_s: int | None, max_size: int | None, confirm: bool | None
) -> bool:
    """Remove the oldest sessions; return whether that was done, or there was nothing to do.

    ``confirm`` is ``True`` to ask first, ``False`` to go ahead, ``None`` to only say what would go.
    """
    with _changeable(store, is_dry_run=confirm is None) as db:
        doomed = Removal((), 0)
        if older_than_s is not None:
            doomed = removal.older_than(db, _moment(db) - older_than_s * _NS_PER_S)
        if max_size is not None:
            doomed = max(doomed, removal.down_to(db, max_size), key=lambda each: each.records)
        if not doomed.records:
            click.echo("There is nothing to remove.", err=True)
            return True
        if not _agreed(doomed, confirm=confirm):
            return False
        before = removal.used_bytes(db)
        removal.remove(db, doomed)
        removal.give_back(db)
        click.echo(f"Removed: {_size(before - removal.used_bytes(db))}.", err=True)
    return True


def forget(store: Path, *, session: str | None, user: str | None, confirm: bool | None) -> bool:
    """Remove a session, or all of a user, without a trace; return whether that was done.

    Raises ``click.ClickException`` where there is no such session or user, and ``StoreError``.
    """
    with _changeable(store, is_dry_run=confirm is None) as db:
        doomed = (
            (_session(db, session),)
            if session
            else removal.of_user(db, USER_ATTRIBUTES, user or "")
        )
        if not doomed:
            raise click.ClickException(f"no session is of user {one_line(user or '')!r}")
        what = Removal(doomed, removal.count_records(db, doomed))
        if not _agreed(what, confirm=confirm):
            return False
        removal.remove(db, what, holding=user or "")
        removal.leave_no_trace(db)
    click.echo("Forgotten.", err=True)
    copies = [
        file.name for file in store.parent.glob(f"{store.name}.*") if _COPIES.search(file.name)
    ]
    if copies:
        click.echo(
            f"Copies beside the store may still hold it: {', '.join(sorted(copies))}", err=True
        )
    return True


def span(text: str) -> int:
    """Read ``90d``, ``12h`` or ``2w`` as seconds; raises ``ValueError``."""
    return _quantity(text, _SPANS, "a number with h, d or w, such as 90d")


def size(text: str) -> int:
    """Read ``500m`` or ``2g`` as bytes; raises ``ValueError``."""
    return _quantity(text, _SIZES, "a number with k, m or g, such as 500m")


def _quantity(text: str, units: dict[str, int], wanted: str) -> int:
    number, unit = text[:-1], text[-1:].lower()
    if unit not in units or not number.isascii() or not number.isdecimal():
        raise ValueError(f"{wanted}, is wanted, not {text!r}")
    return int(number) * units[unit]


def _moment(db: Database) -> int:
    """Return the time that ages count back from: a clock that jumped ahead makes nothing old."""
    newest = newest_record(db)
    return min(time.time_ns(), newest.received_unix_nano if newest else 0)


@contextmanager
def _changeable(store: Path, *, is_dry_run: bool) -> Iterator[Database]:
    """Open a store that exists: to change it, as its only owner, or just to look."""
    with closing(open_reader(store)) as db:
        if is_dry_run:
            yield db
            return
    with ownership(store), closing(open_writer(store)) as db:
        yield db


def _agreed(doomed: Removal, *, confirm: bool | None) -> bool:
    """Say what is to go and, where that is wanted, ask."""
    sessions = len(doomed.session_ids)
    click.echo(f"{sessions} sessions, {doomed.records} records", err=True)
    for session_id in doomed.session_ids[:_NAMED]:
        click.echo(f"  {one_line(session_id)}", err=True)
    if sessions > _NAMED:
        click.echo(f"  and {sessions - _NAMED} more", err=True)
    return confirm is not None and (not confirm or click.confirm("Remove them?", err=True))


def _session(db: Database, id_or_prefix: str) -> str:
    found = session_ids(db, id_or_prefix)
    if id_or_prefix in found:
        return id_or_prefix
    if len(found) != 1:
        words = "no session's id begins" if not found else "several sessions' ids begin"
        raise click.ClickException(f"{words} with {one_line(id_or_prefix)!r}")
    return found[0]


def _size(octets: float) -> str:
    return f"{octets / 2**20:.1f} MB"
