"""The connections of the HTTP door: their number, their patience, and malformed HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

CONNECTION_LIMIT = 512
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

    def __call__(self) -> web.RequestHandler:
        """Make the connection of a client."""
        return _Connection(self, loop=self._loop, **self._kwargs)


class _Connection(web.RequestHandler):
    __slots__ = ("_connections",)

    def __init__(self, connections: Connections, **options: Any) -> None:
        super().__init__(connections, **options)
        self._connections = connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection, unless there are too many."""
        super().connection_made(transport)
        if len(self._connections.connections) > CONNECTION_LIMIT:
            self.force_close()

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
