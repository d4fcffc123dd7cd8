"""Who may send to a recorder, as its settings say."""

import socket
from http.client import HTTPConnection
from pathlib import Path

import pytest

from sessionscope.config import Config, ConfigError
from sessionscope.senders import access
from tests.sessionscope.command import FREE_PORTS, run, serving
from tests.sessionscope.test_recorder import bodies

TOKEN = "0123456789abcdef0123456789abcdef"  # noqa: S105 - made for the test


def written(path: Path, content: bytes = f"{TOKEN}\n".encode(), mode: int = 0o600) -> Path:
    """Write a token file."""
    path.write_bytes(content)
    path.chmod(mode)
    return path


def status(connection: HTTPConnection, **headers: str) -> int:
    """Export something; return the status."""
    sent = {"Content-Type": "application/x-protobuf", **headers}
    connection.request("POST", "/v1/logs", bodies("smoke")[0], sent)
    found = connection.getresponse()
    found.read()
    return found.status


def test_s6_a_recorder_asks_for_its_token(tmp_path: Path) -> None:
    """It takes what brings the token of the file, and nowhere tells what it is."""
    store = tmp_path / "sessions.db"
    token_file = written(tmp_path / "token")
    with serving(store, "--token-file", str(token_file)) as recorder:
        assert recorder.owner.http_port is not None
        connection = HTTPConnection("127.0.0.1", recorder.owner.http_port, timeout=20)
        assert status(connection) == 401
        assert status(connection, Authorization=f"Bearer {TOKEN}") == 200
        connection.close()
        process = Path("/proc") / str(recorder.process.pid)
        assert TOKEN.encode() not in (process / "cmdline").read_bytes()
        assert TOKEN.encode() not in (process / "environ").read_bytes()
        recorder.process.terminate()
        assert recorder.process.stderr is not None
        assert TOKEN not in recorder.process.stderr.read()
    for path in tmp_path.iterdir():
        if path != token_file:
            assert TOKEN.encode() not in path.read_bytes()


def test_s7_a_recorder_opens_sockets_and_no_port(tmp_path: Path) -> None:
    """With ``--host none`` the sockets of this user are the only way in."""
    sockets = tmp_path / "sockets"
    with serving(tmp_path / "s.db", "--host", "none", "--sockets", str(sockets)) as recorder:
        assert (recorder.owner.grpc_port, recorder.owner.http_port) == (0, 0)
        connection = HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(sockets / "http.sock"))
        assert status(connection) == 200
        connection.close()


def test_s1_an_open_recorder_is_refused_in_words(tmp_path: Path) -> None:
    """Without a token and TLS no door opens, and the words say what to set."""
    finished = run("serve", "--store", tmp_path / "s.db", "--host", "0.0.0.0", *FREE_PORTS)  # noqa: S104 - to be refused
    assert finished.returncode == 2
    assert "set token_file, tls_certificate, tls_key too" in " ".join(finished.stderr.split())
    assert not (tmp_path / "s.db").exists()


@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [
        (TOKEN.encode(), 0o640, "chmod 600"),
        (TOKEN.encode(), 0o604, "chmod 600"),
        (b"short\n", 0o600, "16 or more"),
        (b"", 0o600, "16 or more"),
        (b"two lines of\ncharacters", 0o600, "16 or more"),
        (b"\xff" * 32, 0o600, "not text"),
    ],
)
def test_s6_a_bad_token_file_is_refused(
    tmp_path: Path, content: bytes, *, mode: int, words: str
) -> None:
    """A file that others can read, or that holds no token worth the name."""
    config = Config(tmp_path / "s.db", token_file=written(tmp_path / "token", content, mode))
    with pytest.raises(ConfigError, match=words):
        access(config)


def test_s6_a_missing_token_file_is_refused(tmp_path: Path) -> None:
    """A typing error in the setting does not open the door."""
    with pytest.raises(ConfigError, match="cannot be read"):
        access(Config(tmp_path / "s.db", token_file=tmp_path / "missing"))
