"""Stores that the command itself made."""

from pathlib import Path

import pytest

from tests.sessionscope.command import capture, run

NAMES = ("tour-full", "tui-permissions", "tour-redacted", "smoke")


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of four real sessions; tests only read it."""
    store = tmp_path_factory.mktemp("imported") / "sessions.db"
    finished = run("import", "--store", store, *map(capture, NAMES))
    assert finished.returncode == 0, finished.stderr
    return store
