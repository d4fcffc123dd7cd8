"""Secrets do not reach the disk, by either door or from a file, unless the person keeps them."""

import stat
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

import pytest

from sessionscope.config import ConfigError, load
from store.connection import open_reader
from store.mask_key import mask_key_path
from tests.receiver.clients import grpc_export
from tests.receiver.otlp import event, logs_request
from tests.receiver.secret_samples import a
from tests.sessionscope.command import run, serving

TOKEN = f"ghp_{a(36)}"
PROMPT = {
    "event.name": "user_prompt",
    "session.id": "s",
    "prompt.id": "p",
    "prompt": f"is {TOKEN} ok",
}
BODY = logs_request(event(**PROMPT)).SerializeToString()
LINE = (
    '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"7","attributes":'
    f'[{{"key":"prompt","value":{{"stringValue":"is {TOKEN} ok"}}}}]}}]}}]}}]}}\n'
)


def _by_http(port: int) -> None:
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/v1/logs", BODY, {"Content-Type": "application/x-protobuf"})
    assert connection.getresponse().status == 200
    connection.close()


def _by_grpc(port: int) -> None:
    grpc_export(port, BODY)


def files(store: Path) -> dict[str, bytes]:
    """Return what is in the files of a store that nobody has open."""
    return {path.name: path.read_bytes() for path in store.parent.iterdir()}


@pytest.mark.parametrize("send", [_by_http, _by_grpc])
def test_s51_a_secret_sent_is_in_no_file(send: Callable[[int], None], tmp_path: Path) -> None:
    """Killed right after the answer: neither database nor write-ahead log nor log has it."""
    store = tmp_path / "s.db"
    with serving(store) as recorder:
        owner = recorder.owner
        port = owner.http_port if send is _by_http else owner.grpc_port
        assert port
        send(port)
    found = files(store)
    assert b"[REDACTED:github-token:" in found["s.db"] + found["s.db-wal"]
    assert all(TOKEN.encode() not in content for content in found.values())
    assert stat.S_IMODE(mask_key_path(store).stat().st_mode) == 0o600


def test_s51_the_same_export_is_a_repetition_also_after_a_restart(tmp_path: Path) -> None:
    """The key is kept, so that the same secret is masked the same by another process."""
    store = tmp_path / "s.db"
    for _ in range(2):
        with serving(store) as recorder:
            assert recorder.owner.http_port
            _by_http(recorder.owner.http_port)
    db = open_reader(store)
    assert db.execute("select count(*) from records").fetchone() == (1,)
    assert db.execute("select duplicates from recorder").fetchone() == (1,)
    db.close()


def test_s51_an_imported_file_is_masked_and_reindexed_alike(tmp_path: Path) -> None:
    """Import takes the same way, and reading the raw records anew finds what was stored."""
    store, file = tmp_path / "s.db", tmp_path / "lines.jsonl"
    file.write_text(LINE)
    assert run("import", "--store", store, file).returncode == 0
    file.unlink()
    assert run("reindex", "--store", store).returncode == 0
    assert all(TOKEN.encode() not in content for content in files(store).values())


def test_s51_a_kind_is_kept_where_the_person_says_so(tmp_path: Path) -> None:
    """``[secrets]`` in the configuration switches kinds off one by one."""
    store, file = tmp_path / "s.db", tmp_path / "lines.jsonl"
    file.write_text(LINE)
    config = tmp_path / "sessionscope" / "config.toml"
    config.parent.mkdir()
    config.write_text("[secrets]\ngithub-token = false\n")
    assert run("import", "--store", store, file, XDG_CONFIG_HOME=str(tmp_path)).returncode == 0
    assert TOKEN.encode() in store.read_bytes()


@pytest.mark.parametrize(
    ("setting", "words"),
    [("secrets = 'none'", "true, false, or a table"), ("[secrets]\ngithub = false", "no kind")],
)
def test_s51_a_wrong_setting_is_named(setting: str, words: str, tmp_path: Path) -> None:
    """A kind that does not exist is an error: nobody believes in a switch that does nothing."""
    config = tmp_path / "sessionscope" / "config.toml"
    config.parent.mkdir()
    config.write_text(setting)
    with pytest.raises(ConfigError, match=words):
        load({}, environment={"XDG_CONFIG_HOME": str(tmp_path)})
