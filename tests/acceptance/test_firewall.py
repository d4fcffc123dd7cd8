"""No byte of telemetry acts on the terminal: the output of the real program, taken apart."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.acceptance.control import controls, frames, leaks, rings, text
from tests.acceptance.poison import HOSTILE, make_store, poisoned_fields
from tests.guarantees import Figure, Noted
from tests.house.tree import ROOT
from tui.safe_text import safe_text

TWINS = {"hostile": HOSTILE, "harmless": safe_text(HOSTILE)}


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two stores of the same telemetry, hostile in every field, and with what is shown of it."""
    folder = tmp_path_factory.mktemp("firewall")
    return {name: make_store(folder / name, words) for name, words in TWINS.items()}


def _output(store: Path, words: str) -> str:
    """Return all that the program writes to its terminal on its way through a store."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 45, 160, 0, 0))
    escaped = words.encode("unicode_escape").decode()
    with subprocess.Popen(
        [sys.executable, "-m", "tests.acceptance.walk", str(store), escaped],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        start_new_session=True,
    ) as process:
        os.close(slave)
        output = b""
        while read := _read(master):
            output += read
        os.close(master)
        assert process.wait() == 0, output[-2000:]
    return output.decode()


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65_536)
    except OSError:
        return b""


def test_s21_s25_no_byte_of_telemetry_is_a_control(
    stores: dict[str, Path], *, record_property: Noted
) -> None:
    """On every screen all that is written is text and controls that harmless text brings about."""
    with ThreadPoolExecutor(2) as terminals:
        written = dict(
            zip(TWINS, terminals.map(_output, stores.values(), TWINS.values()), strict=True)
        )
    leaked = leaks(written["hostile"])
    record_property(Figure.HOSTILE_INPUTS, poisoned_fields(HOSTILE))
    record_property(Figure.LEAKED, len("".join(leaked).encode()))
    assert leaked == leaks(written["harmless"]) == []
    hostile, harmless = (frames(output) for output in written.values())
    assert len(hostile) == len(harmless)
    assert rings(written["hostile"]) == rings(written["harmless"])
    assert controls(written["hostile"]) <= controls(written["harmless"])
    assert sum("␛]52" in text(frame) for frame in hostile) > len(hostile) // 2
