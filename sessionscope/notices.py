"""Which notices a person has been given, kept beside the store so that each is given once.

It is no part of the store: the viewer only reads that, and what it holds can be rebuilt.
"""

import json
import logging
import os
from collections.abc import Iterable
from pathlib import Path

_log = logging.getLogger(__name__)

_KEPT = 1_000
"""Newest notices that are remembered."""


class Notices:
    """Remembers keys in a file of the user's alone."""

    def __init__(self, store: Path) -> None:
        self._path = store.with_name(f"{store.name}.notices")
        self._given = self._read()

    def new(self, keys: Iterable[str]) -> list[str]:
        """Return the keys that were never asked about before, and remember them."""
        found = [key for key in dict.fromkeys(keys) if key not in self._given]
        if found:
            self._given = [*self._given, *found][-_KEPT:]
            self._write()
        return found

    def _read(self) -> list[str]:
        try:
            kept = json.loads(self._path.read_text())
        except FileNotFoundError:
            return []
        except (OSError, ValueError):
            _log.warning("%s cannot be read; notices may be given again", self._path)
            return []
        return [key for key in kept if isinstance(key, str)] if isinstance(kept, list) else []

    def _write(self) -> None:
        """Replace the file as a whole; where that cannot be, notices are remembered until then."""
        unfinished = self._path.with_name(f"{self._path.name}.new")
        try:
            descriptor = os.open(unfinished, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "w") as file:
                json.dump(self._given, file)
            unfinished.replace(self._path)
        except OSError:
            _log.warning("%s cannot be written; notices may be given again", self._path)
