"""Files that nobody else may read: made so from the first moment, never through a link."""

import os
import stat
from pathlib import Path

from store.errors import StoreUnusable

PRIVATE_FILE = 0o600
_OTHERS = 0o077


def create_private(path: Path) -> int:
    """Create a file, 0600 whatever the umask, and return its descriptor.

    Raises ``FileExistsError`` where there is one, also where it is a link that leads nowhere.
    """
    descriptor = os.open(
        path, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_WRONLY | os.O_CLOEXEC, PRIVATE_FILE
    )
    os.fchmod(descriptor, PRIVATE_FILE)
    return descriptor


def create_empty(path: Path) -> None:
    """Create an empty file that others fill; raises as ``create_private`` does."""
    os.close(create_private(path))


def is_lax(path: Path) -> bool:
    """Tell whether others than its owner have any right to a file; raises ``OSError``."""
    return bool(stat.S_IMODE(path.stat().st_mode) & _OTHERS)


def check_is_own(path: Path) -> None:
    """Raise ``StoreUnusable`` for a link, or for what belongs to another user."""
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        raise StoreUnusable(f"{path} is a symbolic link; a store must be a file of its own")
    if status.st_uid != os.getuid():
        raise StoreUnusable(f"{path} belongs to another user")
