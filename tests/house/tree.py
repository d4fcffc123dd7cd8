"""The working tree as these tests see it: the rooms' sources and what belongs to the project."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("sessionscope", "receiver", "store", "tui")

_FOLDERS = (*ROOMS, "tests", "screenshots", "benchmarks", "docs", ".ci")
_NOT_OURS = {".coverage", ".git", "snapshot_report.html"}


def project_files() -> Iterator[Path]:
    """Yield the files of the project, without environments, caches, reports and compiled code."""
    yield from (path for path in ROOT.iterdir() if path.is_file() and path.name not in _NOT_OURS)
    for folder in _FOLDERS:
        yield from (
            path
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        )


def sources(*rooms: str) -> Iterator[Path]:
    """Yield the Python files of the given rooms."""
    for room in rooms:
        yield from sorted((ROOT / room).rglob("*.py"))


def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def relative(path: Path) -> str:
    """Return the path as it is known in the project."""
    return path.relative_to(ROOT).as_posix()
