"""Doors that only this user can reach: Unix sockets in a directory of its own."""

import os
import socket
import stat
import struct
from pathlib import Path

from receiver.errors import DoorUnusable, Forbidden

GRPC_NAME = "grpc.sock"
HTTP_NAME = "http.sock"
BACKLOG = 128
_PRIVATE_DIRECTORY = 0o700
_PRIVATE = 0o600
_CREDENTIALS = struct.Struct("3i")
"""Linux: unix(7), ``struct ucred`` of process, user and group."""


def prepare(directory: Path) -> None:
    """Make a directory for the sockets, and clear away what a dead receiver left in it.

    Raises ``DoorUnusable`` where others could get at the sockets, or a receiver answers on one.
    """
    try:
        directory.mkdir(mode=_PRIVATE_DIRECTORY, parents=True, exist_ok=True)
        found = directory.lstat()
    except OSError as error:
        raise DoorUnusable(
            f"The directory {directory} for sockets cannot be made: {error.strerror}."
        ) from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise DoorUnusable(
            f"{directory} must be a directory of yours that nobody else can enter (mode 700), "
            "for everybody who can may write to the sockets in it."
        )
    for name in (GRPC_NAME, HTTP_NAME):
        _clear(directory / name)


def _clear(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except FileNotFoundError:
            return
        except ConnectionRefusedError:
            path.unlink()
            return
        except OSError as error:
            raise DoorUnusable(
                f"The socket {path} cannot be used: {error.strerror or error}."
            ) from error
    raise DoorUnusable(f"Another receiver listens on {path}.")


def listen(path: Path) -> socket.socket:
    """Return a socket that listens; its directory was prepared."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    make_private(path)
    listening.listen(BACKLOG)
    return listening


def make_private(path: Path) -> None:
    """Close a socket to all but this user, as its directory is already."""
    path.chmod(_PRIVATE)


def check_peer(connection: socket.socket) -> None:
    """Raise ``Forbidden`` unless the peer is this user or root, as the kernel knows it."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return
    raw = connection.getsockopt(socket.SOL_SOCKET, option, _CREDENTIALS.size)
    _, user, _ = _CREDENTIALS.unpack(raw)
    if user not in {0, os.getuid()}:
        raise Forbidden("Only the user who runs the receiver may send to its socket.")
