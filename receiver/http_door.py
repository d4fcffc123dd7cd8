"""OTLP/HTTP: protobuf and JSON over an asynchronous server."""

import asyncio
import socket
from collections.abc import Sequence
from typing import cast

from aiohttp import web

from receiver.access import Access
from receiver.counters import Door
from receiver.decode import Encoding
from receiver.errors import BadData, Overloaded
from receiver.export import ExportPath, Request
from receiver.http_connection import Connection, Connections
from receiver.http_request import MEDIA_TYPES, check_head, encoding_of, read_body, signal_of
from receiver.status import http_body, http_headers
from receiver.unix_sockets import check_peer


class HttpDoor:
    """An HTTP server on sockets that listen already; started once, stopped once, in a loop.

    Making it raises ``DoorUnusable`` for a certificate that is none.
    """

    def __init__(self, path: ExportPath, *, body_limit: int, access: Access) -> None:
        self._path = path
        self._body_limit = body_limit
        self._access = access
        self._tls = access.tls.for_http() if access.tls else None
        self._servers: list[asyncio.Server] = []

    async def start(self, sockets: Sequence[socket.socket]) -> None:
        """Begin to answer."""
        self._connections = Connections(self._answer, self._answer_malformed)
        loop = asyncio.get_running_loop()
        for listening in sockets:
            is_unix = listening.family == socket.AF_UNIX
            self._servers.append(
                await loop.create_server(
                    self._connections, sock=listening, ssl=None if is_unix else self._tls
                )
            )

    async def stop(self, grace_s: float) -> None:
        """Accept no more; return when all that is in flight is answered, or the time is up."""
        for server in self._servers:
            server.close()
        await asyncio.sleep(0)
        self._connections.pre_shutdown()
        await self._connections.shutdown(grace_s)
        await asyncio.sleep(0)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        connection = cast("Connection", request.protocol)
        try:
            body, encoding = await self._export(request, connection)
        except Exception as error:  # noqa: BLE001 - every fault is answered, ours as passing
            response = self._refuse(request, error)
        else:
            response = web.Response(body=body, content_type=MEDIA_TYPES[encoding])
        if connection.is_surplus:
            response.force_close()
        return response

    async def _export(
        self, request: web.BaseRequest, connection: Connection
    ) -> tuple[bytes, Encoding]:
        if connection.is_surplus:
            raise Overloaded("Too many connections are open.")
        is_local = connection.comes_by_socket
        if is_local:
            check_peer(request.get_extra_info("socket"))
        head = check_head(request, self._access, is_local=is_local)
        if request.headers.get("Expect", "").lower() == "100-continue":
            await _invite_body(request)
        with self._path.share() as share:
            body = await read_body(request, share, limit=self._body_limit)
            connection.waits_for_store = True
            try:
                export = Request(Door.HTTP, head.signal, head.encoding, body, connection)
                return await self._path.export(export, share), head.encoding
            finally:
                connection.waits_for_store = False

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


async def _invite_body(request: web.BaseRequest) -> None:
    """Answer ``Expect: 100-continue``, and do not count that as part of the response."""
    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    request.writer.output_size = 0
