"""Who sent a record and what made it: the two levels of every OTLP envelope."""

from collections.abc import MutableSequence
from hashlib import blake2b
from typing import Any

from receiver.any_value import Values, text
from receiver.protobuf_schema import RESOURCE, SCOPE
from store.signals import Resource, Scope, Signal

DIGEST_SIZE = 16
_TIME_SIZE = 6
ENTRY_LIMIT = 4096
KEPT_SIZE = 4096
"""Longer encodings of resources and scopes are decoded anew for each envelope."""


def settle(message: Any, rewritten: dict[bytes, bytes]) -> None:
    """Put the canonical encodings of a message's sliced attributes in place of those sent."""
    sent: MutableSequence[bytes] = message.attributes
    if not rewritten.keys().isdisjoint(sent):
        sent[:] = [rewritten.get(raw, raw) for raw in sent]


def record_seed(signal: Signal, resource: Resource, scope: Scope) -> Any:
    """Return a hash that has seen what the records of one scope share."""
    seed = blake2b(signal.encode(), digest_size=DIGEST_SIZE - _TIME_SIZE)
    seed.update(resource.digest + scope.digest)
    return seed


def record_digest(seed: Any, canonical: bytes, time_unix_nano: int) -> bytes:
    """Return a record's digest: its time (units of 65 536 ns) before a hash of its content.

    Records that come one after the other are neighbours in an index of digests, so that such an
    index is written at its end and need not be in memory as a whole.
    """
    digest = seed.copy()
    digest.update(canonical)
    return time_unix_nano.to_bytes(8, "big")[:_TIME_SIZE] + bytes(digest.digest())


def _digest(canonical: bytes, schema_url: bytes) -> bytes:
    length = len(canonical).to_bytes(8, "big")
    return blake2b(length + canonical + schema_url, digest_size=DIGEST_SIZE).digest()


class Origins:
    """Resources and scopes by their encodings, with the attribute tables they are read by."""

    def __init__(self) -> None:
        self.values = Values()
        self._resources: dict[tuple[bytes, bytes], Resource] = {}
        self._scopes: dict[tuple[bytes, bytes], Scope] = {}

    @property
    def is_full(self) -> bool:
        """Whether any table has reached its bound."""
        return self.values.is_full or len(self._resources) + len(self._scopes) >= ENTRY_LIMIT

    def resource(self, raw: bytes, schema_url: bytes) -> Resource:
        """Return the resource of an envelope; absent and empty are the same."""
        known = self._resources.get((raw, schema_url))
        if known is not None:
            return known
        message = RESOURCE.FromString(raw)
        attributes = self.values.decode(message.attributes)
        settle(message, self.values.rewritten)
        digest = _digest(message.SerializeToString(), schema_url)
        resource = Resource(attributes, text(schema_url), raw, digest)
        if len(raw) + len(schema_url) <= KEPT_SIZE:
            self._resources[raw, schema_url] = resource
        return resource

    def scope(self, raw: bytes, schema_url: bytes) -> Scope:
        """Return the scope of an envelope; absent and empty are the same."""
        known = self._scopes.get((raw, schema_url))
        if known is not None:
            return known
        message = SCOPE.FromString(raw)
        attributes = self.values.decode(message.attributes)
        settle(message, self.values.rewritten)
        digest = _digest(message.SerializeToString(), schema_url)
        scope = Scope(
            name=text(message.name),
            version=text(message.version),
            attributes=attributes,
            schema_url=text(schema_url),
            wire=raw,
            digest=digest,
        )
        if len(raw) + len(schema_url) <= KEPT_SIZE:
            self._scopes[raw, schema_url] = scope
        return scope
