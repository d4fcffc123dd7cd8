"""Saved telemetry as it is named on the command line: files, folders, patterns, ``-``, stores."""

import glob
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import click

from receiver.files import Found, is_store, read_file, read_saved
from receiver.secret_wire import Mask
from receiver.stored import StoredDecoder
from store.domain import RawRecord
from store.foreign import foreign_records
from store.signals import Batch, Signal
from tui.safe_text import safe_text

STANDARD_INPUT = "-"
_BESIDE_A_STORE = ("-wal", "-shm", "-journal")


class Saved(NamedTuple):
    """Something that holds, or may hold, telemetry."""

    path: Path | None
    """``None`` for standard input."""
    is_store: bool = False
    is_named: bool = True
    """Whether it was asked for by name; what a folder holds may be anything."""

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return "standard input" if self.path is None else str(self.path)

    @property
    def size(self) -> int:
        """Bytes on disk, 0 where that cannot be told."""
        return 0 if self.path is None else self.path.stat().st_size


def find(arguments: Sequence[str], *, target: Path) -> list[Saved]:
    """Return what the arguments name, what is in folders and matches patterns by their names.

    ``target`` is the store that is written: it is never opened here, nor are the files beside it.
    Must be called before SQLite has it open. Raises ``click.UsageError``.
    """
    own = {target.name, *(f"{target.name}{end}" for end in _BESIDE_A_STORE)}
    found: dict[Saved, None] = {}
    for argument in arguments:
        if argument == STANDARD_INPUT:
            found[Saved(None)] = None
            continue
        for path, is_named in _paths(argument):
            if path.name in own and path.parent.resolve() == target.parent.resolve():
                if is_named:
                    raise click.UsageError(
                        f"{safe_text(str(path))} is the store itself; there is nothing to load"
                    )
                continue
            found[Saved(path, is_store(path), is_named)] = None
    return list(found)


def _paths(argument: str) -> Iterator[tuple[Path, bool]]:
    path = Path(argument)
    matches = [path] if path.exists() else [Path(name) for name in sorted(glob.glob(argument))]  # noqa: PTH207 - keeps the names as they were given
    if not matches:
        raise click.UsageError(f"there is no file {safe_text(str(argument))}")
    for match in matches:
        if match.is_dir():
            yield from ((file, False) for file in sorted(match.rglob("*")) if _is_candidate(file))
        else:
            yield match, True


def _is_candidate(file: Path) -> bool:
    is_hidden = any(part.startswith(".") for part in file.parts if part not in {".", ".."})
    is_part = file.name.endswith(_BESIDE_A_STORE)
    return file.is_file() and not (file.is_symlink() or is_hidden or is_part)


def read(saved: Saved, *, received_unix_nano: int, mask: Mask | None) -> Iterator[Found]:
    """Yield what is in it, bad pieces with their problem.

    ``received_unix_nano`` is when it came in, but for stores, whose records know that themselves.
    Raises ``OSError`` and ``StoreUnusable``.
    """
    if saved.path is None:
        file = sys.stdin.buffer
        yield from read_saved(file, received_unix_nano=received_unix_nano, mask=mask)
    elif saved.is_store:
        yield from _read_store(saved.path, mask)
    else:
        yield from read_file(saved.path, received_unix_nano=received_unix_nano, mask=mask)


def _read_store(path: Path, mask: Mask | None) -> Iterator[Found]:
    decoder = StoredDecoder(mask)
    number = 0
    for page in foreign_records(path):
        sound = [raw for raw in page if raw is not None and raw.signal in set(Signal)]
        lost = len(page) - len(sound)
        for (received_unix_nano, signal), group in groupby(sound, key=_arrival):
            raws = list(group)
            records = [record for raw in raws if (record := decoder.decode(raw)) is not None]
            lost += len(raws) - len(records)
            yield Found(
                number + 1, (Batch(Signal(signal), records, 0, "", received_unix_nano),), ""
            )
        number += len(page)
        if lost:
            yield Found(number, (), f"{lost} of the last {len(page)} rows are not records.")


def _arrival(raw: RawRecord) -> tuple[int, str]:
    return raw.received_unix_nano, raw.signal
