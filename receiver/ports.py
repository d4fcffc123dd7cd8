"""Listening sockets, and who holds a port that is taken."""

import errno
import socket
from collections.abc import Iterator
from pathlib import Path

from receiver.errors import DoorUnusable, PortInUse

BACKLOG = 128
LOOPBACK_V4 = "127.0.0.1"
LOOPBACK_V6 = "::1"

_LISTENING = "0A"
_PROC = Path("/proc")


def addresses(host: str) -> tuple[str, ...]:
    """Return the addresses to listen on; ``localhost`` is both loopbacks, where there are two.

    An empty host is none.
    """
    if not host:
        return ()
    if host != "localhost":
        return (host,)
    try:
        with socket.create_server((LOOPBACK_V6, 0), family=socket.AF_INET6):
            return (LOOPBACK_V4, LOOPBACK_V6)
    except OSError:
        return (LOOPBACK_V4,)


def listen(address: str, port: int, *, door: str, setting: str) -> socket.socket:
    """Return a socket that listens; raises ``PortInUse`` or ``DoorUnusable`` in people's words.

    ``door`` is what the socket is for; ``setting`` is how its port is changed.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family, backlog=BACKLOG)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            reason = error.strerror or type(error).__name__
            raise DoorUnusable(f"{door} cannot listen on {address}:{port}: {reason}.") from error
        raise PortInUse(
            f"Port {port}, which {door} needs, is in use by {owner(port)}. "
            f"Stop that process, or choose another port with {setting}.",
            port,
        ) from error


def owner(port: int) -> str:
    """Name the process that listens on a TCP port, as far as this system and user may know."""
    inodes = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for directory in _PROC.glob("[0-9]*"):
        try:
            if any(str(handle.readlink()) in inodes for handle in (directory / "fd").iterdir()):
                name = (directory / "comm").read_text(errors="replace").strip()
                return f"{name} (process {directory.name})"
        except OSError:
            continue
    return "another process"


def _listening_inodes(port: int) -> Iterator[str]:
    """Yield the inodes of the sockets that listen on a port (Linux: proc(5), ``/proc/net/tcp``)."""
    for table in (_PROC / "net/tcp", _PROC / "net/tcp6"):
        try:
            lines = table.read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            columns = line.split()
            if columns[1].endswith(f":{port:04X}") and columns[3] == _LISTENING:
                yield columns[9]
