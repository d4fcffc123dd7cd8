"""S1 to S9: who may send, by which door, and what everybody else finds out."""

import json
import os
import shutil
import socket
import ssl
import stat
import subprocess
import threading
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import grpc
import pytest

from receiver.access import Access, Tls
from receiver.doors import Doors
from receiver.errors import DoorUnusable, Forbidden
from receiver.unix_sockets import GRPC_NAME, HTTP_NAME, check_peer, prepare
from store.signals import Signal
from tests.receiver.clients import EXPORTS, JSON, PROTOBUF, HttpClient
from tests.receiver.otlp import event, logs_request
from tests.receiver.sinks import ListSink

BODY = logs_request(event("a")).SerializeToString()
TOKEN = "0123456789abcdef"  # noqa: S105 - made for the test
LOOPBACKS = {
    "0100007F",
    "0000000000000000FFFF00000100007F",
    "00000000000000000000000001000000",
}
"""127.0.0.1, the same as IPv6 writes it, and ::1, as /proc/net/tcp has them."""
BEARER = {"Content-Type": PROTOBUF, "Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """A certificate for localhost that signs itself."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is needed to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    made = Tls(folder / "chain.pem", folder / "key.pem")
    request = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-nodes", "-keyout", str(made.key), "-out", str(made.certificate)]
    subprocess.run([*request, *names, *files], check=True, capture_output=True)
    return made


def opened(sink: ListSink, access: Access) -> Doors:
    """Open doors on free ports."""
    doors = Doors(sink, "127.0.0.1", grpc_port=0, http_port=0, access=access)
    doors.start()
    return doors


@pytest.fixture
def guarded(sink: ListSink) -> Iterator[Doors]:
    """Doors that ask for the token."""
    doors = opened(sink, Access(token=TOKEN))
    yield doors
    doors.stop()


def test_s1_the_default_is_the_loopback_alone(sink: ListSink) -> None:
    """No socket of the receiver is bound to an address that others can reach."""
    doors = Doors(sink, grpc_port=0, http_port=0)
    doors.start()
    try:
        lines = [
            line.split()
            for table in ("tcp", "tcp6")
            for line in Path(f"/proc/self/net/{table}").read_text().splitlines()[1:]
        ]
        ports = {f"{doors.grpc_port:04X}", f"{doors.http_port:04X}"}
        bound = {line[1] for line in lines if line[3] == "0A" and line[1][-4:] in ports}
        hosts = {address.partition(":")[0] for address in bound}
        assert hosts <= LOOPBACKS
        assert len(bound) >= 2
    finally:
        doors.stop()


@pytest.mark.parametrize("encoding", [PROTOBUF, JSON])
@pytest.mark.parametrize("sent", [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN])
@pytest.mark.parametrize("path", ["/v1/logs", "/nowhere"])
def test_s6_without_the_token_http_is_401_and_tells_nothing(
    guarded: Doors, sink: ListSink, *, sent: str | None, encoding: str, path: str
) -> None:
    """Neither what exists nor how the token differs; the answer names the scheme."""
    headers = {"Content-Type": encoding} | ({} if sent is None else {"Authorization": sent})
    with HttpClient(guarded.http_port) as client:
        answer = client.send(BODY, headers, path=path)
    assert (answer.status, answer.code) == (401, 16)
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == encoding
    assert TOKEN not in str(answer)
    assert not sink.batches


def grpc_call(channel: grpc.Channel, metadata: tuple[tuple[str, str], ...] = ()) -> grpc.StatusCode:
    """Export over a channel of the test's own."""
    call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(EXPORTS[Signal.LOGS])
    try:
        call(BODY, timeout=20, metadata=metadata)
    except grpc.RpcError as error:
        return error.code()
    return grpc.StatusCode.OK


@pytest.mark.parametrize("sent", [None, "", "Bearer wrong", f"Basic {TOKEN}"])
def test_s6_without_the_token_grpc_is_unauthenticated(
    guarded: Doors, sink: ListSink, sent: str | None
) -> None:
    """The same over gRPC, before the message is waited for."""
    with grpc.insecure_channel(f"127.0.0.1:{guarded.grpc_port}") as channel:
        metadata = () if sent is None else (("authorization", sent),)
        assert grpc_call(channel, metadata) is grpc.StatusCode.UNAUTHENTICATED
    assert not sink.batches


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_s6_with_the_token_both_doors_store(guarded: Doors, sink: ListSink, scheme: str) -> None:
    """``OTEL_EXPORTER_OTLP_HEADERS`` brings it as a header, in any case of the scheme."""
    bearer = f"{scheme} {TOKEN}"
    with HttpClient(guarded.http_port) as client:
        assert client.send(BODY, BEARER | {"Authorization": bearer}).status == 200
    with grpc.insecure_channel(f"127.0.0.1:{guarded.grpc_port}") as channel:
        assert grpc_call(channel, (("authorization", bearer),)) is grpc.StatusCode.OK
    assert len(sink.records) == 2


def test_s6_the_token_is_in_no_text_of_the_program() -> None:
    """Whoever prints the settings prints them without it."""
    assert TOKEN not in repr(Access(token=TOKEN))


def test_s1_with_tls_both_doors_speak_nothing_else(tls: Tls, sink: ListSink) -> None:
    """A client that trusts the certificate is served, one without TLS is not."""
    doors = opened(sink, Access(tls=tls))
    try:
        trusted = ssl.create_default_context(cafile=str(tls.certificate))
        secure = HTTPSConnection("localhost", doors.http_port, timeout=20, context=trusted)
        secure.request("POST", "/v1/logs", BODY, {"Content-Type": PROTOBUF})
        assert secure.getresponse().status == 200
        secure.close()
        root = grpc.ssl_channel_credentials(tls.certificate.read_bytes())
        with grpc.secure_channel(f"localhost:{doors.grpc_port}", root) as channel:
            assert grpc_call(channel) is grpc.StatusCode.OK
        assert len(sink.records) == 2
        with pytest.raises(OSError, match=r".*"), HttpClient(doors.http_port) as client:
            client.send(BODY)
        with grpc.insecure_channel(f"localhost:{doors.grpc_port}") as channel:
            assert grpc_call(channel) is grpc.StatusCode.UNAVAILABLE
    finally:
        doors.stop()
    assert len(sink.records) == 2


@pytest.mark.parametrize("damage", ["missing", "no PEM", "another key"])
def test_l3_a_bad_certificate_opens_no_door(
    tls: Tls, sink: ListSink, tmp_path: Path, *, damage: str
) -> None:
    """The refusal names the files."""
    bad = tmp_path / "key.pem"
    if damage == "no PEM":
        bad.write_text("no key")
    elif damage == "another key":
        key = ["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(bad)]
        subprocess.run(key, check=True, capture_output=True)
    with pytest.raises(DoorUnusable, match=str(bad)):
        opened(sink, Access(tls=Tls(tls.certificate, bad)))


def test_s2_other_names_of_this_machine_are_served_when_named(sink: ListSink) -> None:
    """A list of names, without ports; all the others stay forbidden."""
    doors = opened(sink, Access(frozenset({"box.example"})))
    try:
        with HttpClient(doors.http_port) as client:
            named = {"Content-Type": PROTOBUF, "Host": "Box.example:4318"}
            assert client.send(BODY, named).status == 200
            assert client.send(BODY, named | {"Host": "evil.example"}).status == 403
    finally:
        doors.stop()


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["/", "/v1/logs", "/shutdown", "/metrics", "/healthz", "/debug"])
def test_s5_nothing_can_be_read_or_done_by_any_other_method(
    doors: Doors, *, method: str, path: str
) -> None:
    """404 or 405 with a status, no counts, no CORS headers, and the doors stay open."""
    with HttpClient(doors.http_port) as client:
        answer = client.send(b"", {}, path=path, method=method)
        assert answer.status in {404, 405}
        assert not [name for name in answer.headers if name.startswith("Access-Control")]
        if method != "HEAD":
            assert set(json.loads(answer.body)) == {"code", "message"}
        assert client.send(BODY).status == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "same-origin"])
def test_s3_what_a_browser_sends_for_a_page_is_refused(
    doors: Doors, sink: ListSink, site: str
) -> None:
    """Fetch metadata tells even where the browser left ``Origin`` out."""
    with HttpClient(doors.http_port) as client:
        answer = client.send(BODY, {"Content-Type": JSON, "Sec-Fetch-Site": site})
    assert (answer.status, answer.code) == (403, 7)
    assert not sink.batches


class UnixConnection(HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("any.example", timeout=20)
        self._path = path

    def connect(self) -> None:
        """Connect to the path in place of the host."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


@pytest.fixture
def sockets(tmp_path: Path) -> Path:
    """Return a directory that does not exist yet."""
    return tmp_path / "sockets"


def test_s7_unix_sockets_serve_this_user_alone(sink: ListSink, sockets: Path) -> None:
    """Both doors on sockets of mode 600 in a directory of mode 700, and no port at all."""
    doors = Doors(sink, "", sockets=sockets)
    doors.start()
    try:
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        modes = {stat.S_IMODE(path.stat().st_mode) for path in sockets.iterdir()}
        assert modes == {0o600}
        assert (doors.grpc_port, doors.http_port) == (0, 0)
        connection = UnixConnection(sockets / HTTP_NAME)
        connection.request("POST", "/v1/logs", BODY, {"Content-Type": PROTOBUF})
        assert connection.getresponse().status == 200
        connection.close()
        with grpc.insecure_channel(f"unix:{sockets / GRPC_NAME}") as channel:
            assert grpc_call(channel) is grpc.StatusCode.OK
    finally:
        doors.stop()
    assert len(sink.records) == 2


def test_s7_a_peer_of_another_user_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel tells who is at the other end, whatever the modes let through."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        check_peer(ours)
        monkeypatch.setattr("receiver.unix_sockets._CREDENTIALS", OtherUser())
        with pytest.raises(Forbidden):
            check_peer(ours)


class OtherUser:
    """Unpacks the credentials of a user that this one is not."""

    size = 12

    def unpack(self, _raw: bytes) -> tuple[int, int, int]:
        """Return a process, a user and a group."""
        return 1, os.getuid() + 1, 1


def test_s7_what_a_dead_receiver_left_is_cleared_away(sink: ListSink, sockets: Path) -> None:
    """A receiver that was killed leaves its sockets, and the next one starts all the same."""
    sockets.mkdir(mode=0o700)
    for name in (GRPC_NAME, HTTP_NAME):
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(str(sockets / name))
    doors = Doors(sink, "", sockets=sockets)
    doors.start()
    doors.stop()


def test_s7_a_living_receivers_sockets_are_not_taken(sink: ListSink, sockets: Path) -> None:
    """The second one is refused, and the first one goes on."""
    first = Doors(sink, "", sockets=sockets)
    first.start()
    try:
        with pytest.raises(DoorUnusable, match="Another receiver"):
            Doors(sink, "", sockets=sockets).start()
        with grpc.insecure_channel(f"unix:{sockets / GRPC_NAME}") as channel:
            assert grpc_call(channel) is grpc.StatusCode.OK
    finally:
        first.stop()


@pytest.mark.parametrize("kind", ["open to others", "a link", "a file"])
def test_s7_a_directory_that_others_can_enter_is_refused(sockets: Path, kind: str) -> None:
    """Nobody can have put a socket of theirs there."""
    if kind == "open to others":
        sockets.mkdir()
        sockets.chmod(0o755)
    elif kind == "a link":
        sockets.symlink_to(sockets.parent)
    else:
        sockets.touch(0o600)
    with pytest.raises(DoorUnusable):
        prepare(sockets)


def test_s9_a_call_with_too_many_headers_costs_itself_alone(doors: Doors, sink: ListSink) -> None:
    """Metadata over 16 KiB is refused by the library, and the next call served."""
    with grpc.insecure_channel(f"127.0.0.1:{doors.grpc_port}") as channel:
        refused = grpc_call(channel, (("x-long", "x" * 100_000),))
        assert refused is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert grpc_call(channel) is grpc.StatusCode.OK
    assert len(sink.records) == 1


def test_s9_there_is_no_reflection(doors: Doors) -> None:
    """Nobody can ask the gRPC door what it has."""
    with grpc.insecure_channel(f"127.0.0.1:{doors.grpc_port}") as channel:
        name = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(name)
        with pytest.raises(grpc.RpcError) as refused:
            call(b"", timeout=20)
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_s9_calls_that_never_send_a_message_starve_nobody(doors: Doors, sink: ListSink) -> None:
    """Hundreds of open calls wait for themselves; an export beside them is answered at once."""
    is_over = threading.Event()

    def nothing() -> Iterator[bytes]:
        is_over.wait()
        yield from ()

    options = (("grpc.use_local_subchannel_pool", 1),)
    target = f"127.0.0.1:{doors.grpc_port}"
    channels = [grpc.insecure_channel(target, options) for _ in range(4)]
    exports: list[grpc.StreamUnaryMultiCallable[bytes, bytes]] = [
        channel.stream_unary(EXPORTS[Signal.LOGS]) for channel in channels
    ]
    refused: SimpleQueue[Any] = SimpleQueue()
    for export in exports * 64:
        export.future(nothing()).add_done_callback(refused.put)
    try:
        with grpc.insecure_channel(target, options) as channel:
            assert grpc_call(channel) is grpc.StatusCode.OK
            assert refused.get(timeout=20).code() is grpc.StatusCode.UNAVAILABLE
            assert grpc_call(channel) is grpc.StatusCode.OK
    finally:
        is_over.set()
        for each in channels:
            each.close()
    assert len(sink.records) == 2
