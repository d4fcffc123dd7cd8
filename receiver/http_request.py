"""What an OTLP/HTTP request must look like, checked before and while its body is read."""

import asyncio
from typing import NamedTuple

from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web import BaseRequest, RequestPayloadError

from receiver.access import Access
from receiver.decode import Encoding
from receiver.decompress import unpacker
from receiver.errors import (
    BadData,
    Forbidden,
    MethodNotAllowed,
    NotFound,
    Overloaded,
    TooLarge,
    UnsupportedMedia,
)
from receiver.in_flight import Share
from store.signals import Signal

BODY_WITHIN_S = 30
"""Longest wait for a body to arrive whole."""

_FROM_PAGES = frozenset({"cross-site", "same-site", "same-origin"})
"""``Sec-Fetch-Site`` of a request that some page makes (W3C Fetch Metadata)."""
_PATHS = {f"/v1/{signal}": signal for signal in Signal}
_MEDIA_TYPES = {
    "application/x-protobuf": Encoding.PROTOBUF,
    "application/json": Encoding.JSON,
}
MEDIA_TYPES = {encoding: media_type for media_type, encoding in _MEDIA_TYPES.items()}


class Head(NamedTuple):
    """What the request line and headers of an acceptable request say."""

    signal: Signal
    encoding: Encoding


def signal_of(request: BaseRequest) -> Signal | None:
    """Return the signal of a request's path."""
    return _PATHS.get(request.path)


def encoding_of(request: BaseRequest) -> Encoding | None:
    """Return the encoding of a request's content type, whatever its case and parameters."""
    media_type, _, _ = request.headers.get("Content-Type", "").partition(";")
    return _MEDIA_TYPES.get(media_type.strip().lower())


def check_head(request: BaseRequest, access: Access, *, is_local: bool) -> Head:
    """Return what a request is about, or raise why it is refused.

    Only this machine's own names are answered, and nothing that a browser sends on behalf of a
    page (``Origin``, ``Sec-Fetch-Site``): a page must neither write into the store nor reach it by
    DNS rebinding. What came by a Unix socket (``is_local``) may call the machine as it likes.
    """
    headers = request.headers
    if not is_local:
        access.check_host(headers.get("Host", ""))
    if "Origin" in headers or headers.get("Sec-Fetch-Site") in _FROM_PAGES:
        raise Forbidden("Requests made by web pages are not accepted.")
    access.check_token(headers.get("Authorization", ""))
    signal = signal_of(request)
    if signal is None:
        raise NotFound("The path must be /v1/logs, /v1/metrics or /v1/traces.")
    if request.method != "POST":
        raise MethodNotAllowed("The method must be POST.")
    encoding = encoding_of(request)
    if encoding is None:
        raise UnsupportedMedia("Content-Type must be application/x-protobuf or application/json.")
    return Head(signal, encoding)


async def read_body(request: BaseRequest, share: Share, *, limit: int) -> bytes:
    """Read and unpack a body of at most ``limit`` bytes, as sent and as unpacked.

    Gives way to other requests at each piece, so that a large body does not hold them up.
    """
    if (request.content_length or 0) > limit:
        raise TooLarge("The request body is over the size limit.")
    unpack = unpacker(request.headers.get("Content-Encoding", ""), limit)
    pieces: list[bytes] = []
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            async for chunk in request.content.iter_any():
                for piece in unpack.feed(chunk):
                    share.grow(len(piece))
                    pieces.append(piece)
                    if len(pieces) > 1:
                        await asyncio.sleep(0)
    except TimeoutError as error:
        raise Overloaded("The request body did not arrive in time.") from error
    except (RequestPayloadError, HttpProcessingError) as error:
        raise BadData("The request body is cut short or badly framed.") from error
    unpack.finish()
    return b"".join(pieces)
