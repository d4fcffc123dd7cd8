"""Both doors, opened together or not at all, and closed so that nothing is lost."""

from collections.abc import Iterator
from contextlib import ExitStack
from socket import socket

from receiver.counters import Counters
from receiver.export import ExportPath, Sink
from receiver.grpc_door import GrpcDoor
from receiver.http_door import HttpDoor
from receiver.ports import addresses, listen
from receiver.secret_wire import Mask

GRPC_PORT = 4317
HTTP_PORT = 4318
"""The ports that OTLP 1.11 assigns."""

BODY_LIMIT = 64 * 1024 * 1024
"""Most bytes of a request, as sent and as decompressed: the default that OTLP 1.11 recommends."""

_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})


class Doors:
    """The OTLP receiver: gRPC and HTTP into one sink.

    ``host`` is an address, or ``localhost`` for both loopbacks. Port 0 asks for a free port;
    ``grpc_port`` and ``http_port`` are the bound ones once started. ``mask`` takes secrets out of
    what comes in.
    """

    def __init__(
        self,
        sink: Sink,
        host: str = "localhost",
        *,
        grpc_port: int = GRPC_PORT,
        http_port: int = HTTP_PORT,
        body_limit: int = BODY_LIMIT,
        mask: Mask | None = None,
    ) -> None:
        self.grpc_port = grpc_port
        self.http_port = http_port
        self._addresses = addresses(host)
        self._path = ExportPath(sink, mask=mask)
        self._grpc = GrpcDoor(self._path, body_limit=body_limit)
        self._http = HttpDoor(
            self._path, body_limit=body_limit, allowed_hosts=_LOOPBACK_HOSTS | {host}
        )

    @property
    def counters(self) -> Counters:
        """What was accepted and refused so far."""
        return self._path.counters

    def start(self) -> None:
        """Listen and answer; raises ``DoorUnusable`` with no door open where one cannot be."""
        with ExitStack() as opened:
            sockets = [opened.enter_context(listening) for listening in self._listen()]
            if self.grpc_port:
                self._probe_grpc()
            for address in self._addresses:
                self.grpc_port = self._grpc.bind(address, self.grpc_port)
            opened.pop_all()
        self._http.start(sockets)
        self._grpc.start()

    def _listen(self) -> Iterator[socket]:
        for address in self._addresses:
            listening = listen(address, self.http_port, door="OTLP/HTTP", setting="--http-port")
            self.http_port = listening.getsockname()[1]
            yield listening

    def _probe_grpc(self) -> None:
        """Raise ``PortInUse`` in words where the gRPC library would only say that it failed."""
        for address in self._addresses:
            listen(address, self.grpc_port, door="OTLP/gRPC", setting="--grpc-port").close()

    def stop(self, grace_s: float = 3) -> None:
        """Accept no more, answer what is in flight for at most ``grace_s`` seconds, and close.

        A request that is half sent uses up the whole grace. The viewer waits 5 s for its recorder
        to end, so the default leaves 2 s to write what was taken and to close the store.

        Nothing is handed to the sink after this returns.
        """
        grpc_stopped = self._grpc.stop(grace_s)
        self._http.stop(grace_s)
        grpc_stopped.wait()
        self._path.close()
