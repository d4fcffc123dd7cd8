"""OTLP/HTTP: protobuf and JSON over an asynchronous server in a thread of its own."""

import asyncio
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from socket import socket
from threading import Thread

from aiohttp import web

from receiver.counters import Door
from receiver.decode import Encoding
from receiver.errors import BadData, Overloaded
from receiver.export import ANSWER_WITHIN_S, ExportPath, Request, Submitted
from receiver.http_connection import Connections
from receiver.http_request import MEDIA_TYPES, check_head, encoding_of, read_body, signal_of
from receiver.status import http_body, http_headers

INLINE_SIZE = 256 * 1024
"""Longer bodies are decoded beside the loop, so that other connections are served meanwhile."""


class HttpDoor:
    """An HTTP server on sockets that listen already; started once, stopped once."""

    _loop: asyncio.AbstractEventLoop
    _thread: Thread
    _connections: Connections
    _servers: list[asyncio.Server]

    def __init__(
        self, path: ExportPath, *, body_limit: int, allowed_hosts: Collection[str]
    ) -> None:
        self._path = path
        self._body_limit = body_limit
        self._allowed_hosts = allowed_hosts
        self._decoders = ThreadPoolExecutor(2, "http-decode")

    def start(self, sockets: Sequence[socket]) -> None:
        """Begin to answer."""
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="http", daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._serve(sockets), self._loop).result()

    async def _serve(self, sockets: Sequence[socket]) -> None:
        self._connections = Connections(self._answer, self._answer_malformed)
        self._servers = [
            await self._loop.create_server(self._connections, sock=listening)
            for listening in sockets
        ]

    def stop(self, grace_s: float) -> None:
        """Accept no more; return when all that is in flight is answered, or the time is up."""
        asyncio.run_coroutine_threadsafe(self._drain(grace_s), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._decoders.shutdown()
        self._loop.close()

    async def _drain(self, grace_s: float) -> None:
        for server in self._servers:
            server.close()
        await asyncio.sleep(0)
        self._connections.pre_shutdown()
        await self._connections.shutdown(grace_s)
        if left := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(left, timeout=grace_s)
        await asyncio.sleep(0)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            submitted = await self._submit(request)
            await _stored(submitted)
        except Exception as error:  # noqa: BLE001 - every fault is answered, ours as passing
            return self._refuse(request, error)
        body = self._path.answer(submitted)
        return web.Response(body=body, content_type=MEDIA_TYPES[submitted.request.encoding])

    async def _submit(self, request: web.BaseRequest) -> Submitted:
        head = check_head(request, self._allowed_hosts)
        if request.headers.get("Expect", "").lower() == "100-continue":
            await _invite_body(request)
        with self._path.share() as share:
            body = await read_body(request, share, limit=self._body_limit)
            export = Request(Door.HTTP, head.signal, head.encoding, body)
            if len(body) <= INLINE_SIZE:
                return self._path.submit(export)
            return await self._loop.run_in_executor(self._decoders, self._path.submit, export)

    def _refuse(self, request: web.BaseRequest, error: Exception) -> web.Response:
        refused = self._path.refuse(Door.HTTP, signal_of(request), error)
        encoding = encoding_of(request) or Encoding.JSON
        return web.Response(
            status=refused.http_status,
            body=http_body(refused, encoding),
            content_type=MEDIA_TYPES[encoding],
            headers=http_headers(refused),
        )

    def _answer_malformed(self, request: web.BaseRequest) -> web.Response:
        return self._refuse(request, BadData("The request is not well-formed HTTP."))


async def _stored(submitted: Submitted) -> None:
    """Wait for the transaction, which goes on whatever becomes of this wait."""
    stored = asyncio.wrap_future(submitted.stored)
    await asyncio.wait((stored,), timeout=ANSWER_WITHIN_S)
    if not stored.done():
        raise Overloaded("The store did not answer in time.")
    stored.result()


async def _invite_body(request: web.BaseRequest) -> None:
    """Answer ``Expect: 100-continue``, and do not count that as part of the response."""
    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    request.writer.output_size = 0
