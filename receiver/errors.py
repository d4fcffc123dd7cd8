"""Why an export, or a door, is refused; the store's own errors are in ``store.errors``.

ReceiverError
├── BadData           the body cannot be read; sending it again is of no use
├── TooLarge          the body is over the limit, on the wire or after decompression
├── Overloaded        passing: too much is in flight, or the store did not answer in time
├── Unauthenticated   the bearer token is missing or wrong
├── Forbidden         the request looks like one that a web page made, or is another user's
├── NotFound          no such path
├── MethodNotAllowed  something else than POST
├── UnsupportedMedia  a content type or encoding that OTLP does not have
└── DoorUnusable      a port cannot be listened on
    └── PortInUse
"""


class ReceiverError(Exception):
    """Any refusal of the receiver; ``str()`` of it is a sentence for people, free of data."""


class BadData(ReceiverError):
    """The body is not what its content type and path say; it must not be sent again."""


class TooLarge(ReceiverError):
    """The body is over the limit (OTLP 1.11 "Message size limits"); it must not be sent again."""


class Overloaded(ReceiverError):
    """Not now; the sender should try again."""


class Unauthenticated(ReceiverError):
    """A token is asked for, and this request does not bring it."""


class Forbidden(ReceiverError):
    """A ``Host`` that is not this machine's, any ``Origin``, or a socket's peer of another user."""


class NotFound(ReceiverError):
    """A path other than OTLP's three."""


class MethodNotAllowed(ReceiverError):
    """OTLP/HTTP has POST only."""


class UnsupportedMedia(ReceiverError):
    """A ``Content-Type`` or ``Content-Encoding`` that is missing or not served."""


class DoorUnusable(ReceiverError):
    """A door cannot listen where it was told to."""


class PortInUse(DoorUnusable):
    """Another process listens on the port; ``port`` says which."""

    def __init__(self, message: str, port: int) -> None:
        super().__init__(message)
        self.port = port
