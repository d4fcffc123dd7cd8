"""What commands print, and a terminal that nobody reads."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from sessionscope.cli import cli
from store.connection import open_reader
from store.lock import owner
from store.signals import Signal
from tests.acceptance.poison import HOSTILE, make_store
from tests.acceptance.senders import HttpSender
from tests.captures import exports
from tests.guarantees import Figure, Noted
from tests.sessionscope.command import FREE_PORTS, run, terminal
from tests.sessionscope.test_screens import EMPTY

TYPED = HOSTILE.replace("\0", "")
"""What can be typed in a shell."""
NAME = TYPED.replace("/", "")[:100]
"""What can be the name of a file."""

COMMANDS: tuple[Sequence[str], ...] = (
    ["sessions"],
    ["requests"],
    ["permissions"],
    ["mcp"],
    ["trouble"],
    ["sessions", "--csv"],
    ["permissions", "--csv"],
    ["sessions", "--where", TYPED],
    ["transcript", "A"],
    ["transcript", TYPED],
    ["transcript", "A", "--json"],
    ["sessions", "--json"],
    ["doctor"],
    ["doctor", "--json"],
    ["reindex"],
    ["reprice"],
    ["backup", f"/{NAME}/x"],
    ["import", NAME],
    ["export", "A", "--as", "markdown"],
    ["export", "A", "--as", "csv"],
    ["export", TYPED],
    ["export", "--where", TYPED],
    ["replay", NAME],
    ["prune", "--older-than", TYPED],
    ["prune", "--max-size", "1k", "--dry-run"],
    ["forget", "--session", TYPED, "--dry-run"],
    ["forget", "--user", TYPED, "--dry-run"],
    ["view"],
    ["demo"],
    ["serve", "--host", TYPED],
    ["serve", "--grpc-port", TYPED],
    [TYPED],
    [f"--{TYPED}"],
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of telemetry that is hostile in every field, its path too."""
    folder = tmp_path_factory.mktemp("streams") / NAME
    folder.mkdir(mode=0o700)
    (folder / ".claude").mkdir()
    (folder / ".claude" / "settings.json").write_text(json.dumps({"env": {"OTEL_X": HOSTILE}}))
    return make_store(folder / "sessions.db", HOSTILE)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0][:12])
def test_s22_no_command_prints_a_control(
    hostile: Path, command: Sequence[str], *, record_property: Noted
) -> None:
    """Neither what is stored nor what is typed, configured or a file's name acts on a terminal."""
    environment = {"SESSIONSCOPE_STORE": str(hostile), "OTEL_EXPORTER_OTLP_ENDPOINT": TYPED}
    finished = run(*command, **environment)
    words = f"{finished.stdout}{finished.stderr}".replace("\r\n", "\n")
    leaked = [line for line in re.split("[\n\t]", words) if not line.isprintable()]
    record_property(Figure.LEAKED, len("".join(leaked).encode()))
    assert leaked == []
    assert finished.stdout + finished.stderr


def test_s22_every_command_is_tried() -> None:
    """None is left out."""
    assert {command[0] for command in COMMANDS} >= set(cli.commands)


def test_s22_a_configuration_is_quoted_safely(tmp_path: Path) -> None:
    """A key that is not known, and a file that is no TOML."""
    for text in (f'"{TYPED.encode("unicode_escape").decode()}" = 1', TYPED):
        folder = tmp_path / "sessionscope"
        folder.mkdir(exist_ok=True)
        (folder / "config.toml").write_text(text)
        finished = run("sessions", XDG_CONFIG_HOME=str(tmp_path))
        assert finished.returncode == 2
        assert "\x1b" not in finished.stderr


def test_g5_a_terminal_that_is_not_read_costs_no_record(tmp_path: Path) -> None:
    """While nobody reads it the recorder answers; what came is shown once somebody does."""
    store = tmp_path / "sessions.db"
    with terminal("--store", store, *FREE_PORTS) as screen:
        screen.wait_for(EMPTY)
        recorder = owner(store)
        assert recorder is not None
        screen.press("?\x1b" * 200)
        sender = HttpSender(recorder)
        sent = [item for item in exports("tour-full") if item.signal is Signal.LOGS]
        for item in sent:
            sender.send(item.signal, item.body)
        sender.close()
        count = open_reader(store).execute("select count(*) from records").fetchone()
        assert count[0] > len(sent)
        screen.press("1")
        screen.wait_for("claude")
        screen.press("q")
        assert screen.finish() == 0
