"""Who records, and who listens on the ports that agents send to."""

import socket
from collections.abc import Iterator

from receiver.ports import owner as listener
from sessionscope.config import Config
from sessionscope.doctor.findings import Finding, Level
from store.lock import Owner, owner

_WITHIN_S = 1.0
_ADVICE = "Start one with: sessionscope, or: sessionscope serve"


def look_at_recorder(config: Config) -> Iterator[Finding]:
    """Yield whether a recorder owns the store, and whether its doors are where agents knock."""
    recorder = owner(config.store)
    if recorder is None:
        yield Finding("recorder", Level.WRONG, "No recorder is running on this store.", _ADVICE)
        yield from _strangers(config)
        return
    if recorder.http_port is None:
        yield Finding("recorder", Level.NOTE, f"Process {recorder.pid} opens its doors just now.")
        return
    words = f"Process {recorder.pid} records."
    yield Finding("recorder", Level.OK, words)
    if recorder.trouble:
        yield Finding("recorder", Level.WRONG, f"It says: {recorder.trouble}.")
    yield from _doors(recorder, config)


def _doors(recorder: Owner, config: Config) -> Iterator[Finding]:
    for door, port, wanted in (
        ("OTLP/gRPC", recorder.grpc_port, config.grpc_port),
        ("OTLP/HTTP", recorder.http_port, config.http_port),
    ):
        if port is None or not is_open(port):
            yield Finding("ports", Level.WRONG, f"{door} does not answer on port {port}.")
        elif wanted not in {0, port}:
            words = f"{door} listens on port {port}, and the settings here say {wanted}."
            yield Finding("ports", Level.NOTE, words, f"Have agents send to port {port}.")
        else:
            yield Finding("ports", Level.OK, f"{door} listens on port {port}.")


def _strangers(config: Config) -> Iterator[Finding]:
    """Yield what else listens where the recorder would."""
    for port in (config.grpc_port, config.http_port):
        if port and is_open(port):
            words = f"Port {port} is in use by {listener(port)}."
            yield Finding("ports", Level.WRONG, words, "Stop it, or choose another port.")


def is_open(port: int) -> bool:
    """Tell whether something listens on a port of this machine."""
    for address in ("127.0.0.1", "::1"):
        try:
            socket.create_connection((address, port), _WITHIN_S).close()
        except OSError:
            continue
        return True
    return False
