"""Both doors, opened together or not at all, and closed so that nothing is lost."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from socket import socket

from receiver.access import Access
from receiver.counters import Counters
from receiver.export import ExportPath
from receiver.grpc_door import GrpcDoor
from receiver.http_door import HttpDoor
from receiver.loop_thread import LoopThread
from receiver.ports import addresses, listen
from receiver.secret_wire import Mask
from receiver.turns import Sink
from receiver.unix_sockets import GRPC_NAME, HTTP_NAME, prepare
from receiver.unix_sockets import listen as listen_on_socket

GRPC_PORT = 4317
HTTP_PORT = 4318
"""The ports that OTLP 1.11 assigns."""

BODY_LIMIT = 64 * 1024 * 1024
"""Most bytes of a request, as sent and as decompressed: the default that OTLP 1.11 recommends."""


class Doors:
    """The OTLP receiver: gRPC and HTTP into one sink.

    ``host`` is an address, ``localhost`` for both loopbacks, or empty for none; ``sockets`` is a
    directory for Unix sockets. Port 0 asks for a free port; ``grpc_port`` and ``http_port`` are the
    bound ones once started, 0 where there are none. ``mask`` takes secrets out of what comes in.
    Raises ``DoorUnusable`` for a certificate that is none.
    """

    _loop: LoopThread
    _grpc: GrpcDoor

    def __init__(
        self,
        sink: Sink,
        host: str = "localhost",
        *,
        grpc_port: int = GRPC_PORT,
        http_port: int = HTTP_PORT,
        sockets: Path | None = None,
        access: Access | None = None,
        body_limit: int = BODY_LIMIT,
        mask: Mask | None = None,
    ) -> None:
        self._addresses = addresses(host)
        self.grpc_port = grpc_port if self._addresses else 0
        self.http_port = http_port if self._addresses else 0
        self._sockets = sockets
        self._access = access or Access()
        self._body_limit = body_limit
        self._path = ExportPath(sink, mask=mask)
        self._http = HttpDoor(self._path, body_limit=body_limit, access=self._access)

    @property
    def counters(self) -> Counters:
        """What was accepted and refused so far."""
        return self._path.counters

    def start(self) -> None:
        """Listen and answer; raises ``DoorUnusable`` with no door open where one cannot be."""
        if self._sockets is not None:
            prepare(self._sockets)
        self._loop = LoopThread()
        with ExitStack() as opened:
            opened.callback(self._loop.stop)
            sockets = [opened.enter_context(listening) for listening in self._listen()]
            if self.grpc_port:
                self._probe_grpc()
            self._loop.run(self._start(sockets))
            opened.pop_all()

    async def _start(self, sockets: list[socket]) -> None:
        self._grpc = GrpcDoor(self._path, body_limit=self._body_limit, access=self._access)
        for address in self._addresses:
            self.grpc_port = self._grpc.bind(address, self.grpc_port)
        if self._sockets is not None:
            self._grpc.bind_socket(self._sockets / GRPC_NAME)
        await self._http.start(sockets)
        await self._grpc.start()

    def _listen(self) -> Iterator[socket]:
        for address in self._addresses:
            listening = listen(address, self.http_port, door="OTLP/HTTP", setting="--http-port")
            self.http_port = listening.getsockname()[1]
            yield listening
        if self._sockets is not None:
            yield listen_on_socket(self._sockets / HTTP_NAME)

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
        self._loop.run(self._stop(grace_s))
        self._path.close()
        self._loop.stop()

    async def _stop(self, grace_s: float) -> None:
        await asyncio.gather(self._grpc.stop(grace_s), self._http.stop(grace_s))
