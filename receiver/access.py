"""Who may send to the doors, beside whoever can reach them."""

import hmac
import ssl
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import grpc

from receiver.errors import DoorUnusable, Forbidden, Unauthenticated

_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})


def host_name(host: str) -> str:
    """Return a ``Host`` header without its port, in small letters."""
    if host.startswith("["):
        return host.partition("]")[0].lower() + "]"
    return host.partition(":")[0].lower()


@dataclass(frozen=True, slots=True)
class Tls:
    """A certificate chain and its private key, as PEM files."""

    certificate: Path
    key: Path

    def for_http(self) -> ssl.SSLContext:
        """Return the server's side of TLS; raises ``DoorUnusable`` for files that do not fit."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            context.load_cert_chain(self.certificate, self.key)
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or "no PEM"
            raise DoorUnusable(
                f"The TLS certificate {self.certificate} with the key {self.key} cannot be used: "
                f"{reason}."
            ) from error
        return context

    def for_grpc(self) -> grpc.ServerCredentials:
        """Return the same for gRPC."""
        pair = (self.key.read_bytes(), self.certificate.read_bytes())
        return grpc.ssl_server_credentials([pair])


@dataclass(frozen=True, slots=True)
class Access:
    """What a sender must know and how it must call this machine."""

    hosts: Collection[str] = ()
    """Names of this machine in ``Host`` headers, beside those of the loopback."""
    token: str = field(default="", repr=False)
    """The bearer token that every request must bring; empty for none."""
    tls: Tls | None = None

    def check_host(self, host: str) -> None:
        """Raise ``Forbidden`` for a ``Host`` header that is not a name of this machine.

        A page that reaches this machine under a name of its own (DNS rebinding) says that name.
        """
        name = host_name(host)
        if name not in _LOOPBACK_HOSTS and name not in self.hosts:
            raise Forbidden("The Host header must be a name of this machine.")

    def check_token(self, authorization: str) -> None:
        """Raise ``Unauthenticated`` unless an ``Authorization`` header brings the token."""
        if not self.token:
            return
        scheme, _, sent = authorization.partition(" ")
        is_known = hmac.compare_digest(sent.strip().encode(), self.token.encode())
        if scheme.lower() != "bearer" or not is_known:
            raise Unauthenticated("A bearer token is required in the authorization header.")
