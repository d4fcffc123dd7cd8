"""A notice is given once, also by the next viewer."""

import stat
from pathlib import Path

import pytest

from sessionscope.notices import Notices


def test_a_key_is_new_once(tmp_path: Path) -> None:
    """Another viewer of the same store remembers; another store does not."""
    store = tmp_path / "sessions.db"
    assert Notices(store).new(["day 2026-11-22", "session a", "session a"]) == [
        "day 2026-11-22",
        "session a",
    ]
    assert Notices(store).new(["session a", "session b"]) == ["session b"]
    assert Notices(tmp_path / "other.db").new(["session a"]) == ["session a"]


def test_the_file_is_for_the_user_alone(tmp_path: Path) -> None:
    """It names sessions."""
    Notices(tmp_path / "s.db").new(["session a"])
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "{", "{}", "[1]", "\0"])
def test_a_damaged_file_gives_notices_again(tmp_path: Path, content: str) -> None:
    """Nothing else depends on it."""
    store = tmp_path / "s.db"
    Notices(store).new(["session a"])
    (file,) = tmp_path.iterdir()
    file.write_text(content)
    assert Notices(store).new(["session a"]) == ["session a"]
    assert Notices(store).new(["session a"]) == []


def test_what_cannot_be_written_is_remembered_until_the_end(tmp_path: Path) -> None:
    """A viewer whose directory is gone still gives a notice once."""
    notices = Notices(tmp_path / "gone" / "s.db")
    assert notices.new(["session a"]) == ["session a"]
    assert notices.new(["session a"]) == []
