"""Which file systems a store can be on: those whose locks and shared memory all processes share.

The write-ahead log's index is memory that all connections map, which no network file system offers
(sqlite.org, "Write-Ahead Logging", §1: "WAL does not work over a network filesystem").
"""

from pathlib import Path

from store.errors import StoreUnusable

_MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = frozenset(
    {
        "9p",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "coda",
        "davfs",
        "drvfs",
        "fuse.glusterfs",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.sshfs",
        "glusterfs",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "orangefs",
        "smb3",
        "smbfs",
        "vboxsf",
        "virtiofs",
        "vmhgfs",
    }
)


def check_is_local(path: Path) -> None:
    """Raise ``StoreUnusable`` where a store cannot be; where mounts cannot be read, allow it."""
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return
    kind = file_system(path, mounts)
    if kind in _NETWORK:
        raise StoreUnusable(
            f"{path} is on a network file system ({kind}), where SQLite's write-ahead log does not "
            "work; name a store on a disk of this machine with --store"
        )


def file_system(path: Path, mounts: str) -> str | None:
    """Return the type of the file system of ``path``, given ``/proc/self/mountinfo``.

    A line is: id, parent, device, root, mount point, options, optional fields, ``-``, type, source
    (Linux, ``proc(5)``). Of mounts on one point the last one counts.
    """
    place = path.resolve()
    found: tuple[int, str] | None = None
    for line in mounts.splitlines():
        mount, _, source = line.partition(" - ")
        fields = mount.split(" ")
        if len(fields) < 5 or not source:  # noqa: PLR2004 - as the docstring has it
            continue
        point = Path(fields[4].encode().decode("unicode_escape"))
        if place.is_relative_to(point) and (found is None or len(point.parts) >= found[0]):
            found = (len(point.parts), source.split(" ")[0])
    return found[1] if found else None
