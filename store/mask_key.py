"""The key of the hashes that stand for masked secrets: 32 random bytes in a file beside the store.

Beside it and not in it, so that a copy of the store alone lets nobody try guesses; kept, so that
the same export is masked into the same bytes, and known as a repetition, after a restart.
"""

import os
from pathlib import Path

from store.errors import StoreUnusable
from store.private_files import check_is_own, create_private

_SIZE = 32


def mask_key_path(store: Path) -> Path:
    """Return where the key of ``store`` is."""
    return store.with_name(f"{store.name}.key")


def mask_key(store: Path) -> bytes:
    """Return the key of ``store``, which is made when it is first asked for.

    The owner of the store's lock calls this, so that no two make one at once. Raises
    ``StoreUnusable`` where it cannot be made or read, or is not ours.
    """
    path = mask_key_path(store)
    try:
        if not os.path.lexists(path):
            _make(path)
        check_is_own(path)
        key = path.read_bytes()
    except OSError as error:
        raise StoreUnusable(f"cannot use the key file {path}: {error.strerror}") from error
    if len(key) != _SIZE:
        raise StoreUnusable(f"{path} is not a key file; remove it to have a new one made")
    return key


def _make(path: Path) -> None:
    """Write the whole key under another name first: half a key would be one for good."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(create_private(unfinished), "wb") as file:
        file.write(os.urandom(_SIZE))
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
