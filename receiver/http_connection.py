"""The connections of the HTTP door: their number, their patience, and malformed HTTP."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

CONNECTION_LIMIT = 512
"""Connections that are served; for one more, the one that was silent longest is closed."""
SURPLUS_LIMIT = 64
"""Connections beyond, which are told to come back: all the others wait for the store."""
IDLE_S = 60
"""How long a connection may be silent, before its first request or between two."""


class Connections(web.Server):
    """Makes a connection for every client that connects.

    ``answer`` handles requests; ``answer_malformed`` takes the place of the library's own plain
    text where a request line, a header or a chunk cannot be read.
    """

    def __init__(
        self,
        answer: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
        answer_malformed: Callable[[web.BaseRequest], web.StreamResponse],
    ) -> None:
        super().__init__(answer, access_log=None, auto_decompress=False, keepalive_timeout=IDLE_S)
        self.answer_malformed = answer_malformed
        self.limit = CONNECTION_LIMIT

    def __call__(self) -> web.RequestHandler:
        """Make the connection of a client."""
        return Connection(self, loop=self._loop, **self._kwargs)

    def make_room(self) -> bool:
        """Close the connection that was silent longest; tell whether there was one to close."""
        silent = [
            connection
            for connection in self.connections
            if isinstance(connection, Connection) and not connection.waits_for_store
        ]
        if not silent:
            return False
        min(silent, key=lambda connection: connection.heard_at).force_close()
        return True


class Connection(web.RequestHandler):
    """One client's connection."""

    __slots__ = ("_connections", "comes_by_socket", "heard_at", "is_surplus", "waits_for_store")

    def __init__(self, connections: Connections, **options: Any) -> None:
        super().__init__(connections, **options)
        self._connections = connections
        self.heard_at = self._loop.time()
        self.is_surplus = False
        """Whether to answer that there are too many connections."""
        self.waits_for_store = False
        """Whether a request was read whole and is not answered yet."""
        self.comes_by_socket = False
        """Whether the client is at a Unix socket."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection; where there are too many, in the place of a silent one."""
        connections = self._connections
        count = len(connections.connections)
        if count >= connections.limit and not connections.make_room():
            self.is_surplus = True
        self.comes_by_socket = transport.get_extra_info("socket").family == socket.AF_UNIX
        super().connection_made(transport)
        if count >= connections.limit + SURPLUS_LIMIT:
            self.force_close()

    def data_received(self, data: bytes) -> None:
        """Note that the connection is not silent."""
        self.heard_at = self._loop.time()
        super().data_received(data)

    def handle_error(  # noqa: PLR0917 - the signature is the library's
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what the HTTP parser refused; the library's words could quote the request."""
        del status, exc, message
        response = self._connections.answer_malformed(request)
        response.force_close()
        return response
