"""Settings of agents that keep telemetry from being sent, or sent here.

What Claude Code 2.1 does with them was seen on the wire: it sends what its environment and the
``env`` of the user's settings file say, and ignores telemetry settings in those of a project.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sessionscope.config import Config
from sessionscope.doctor.findings import Finding, Level

_ABOUT = "claude code"
_ON = "CLAUDE_CODE_ENABLE_TELEMETRY"
_LOGS = "OTEL_LOGS_EXPORTER"
_PROTOCOL = "OTEL_EXPORTER_OTLP_PROTOCOL"
_ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
_PROTOCOLS = ("grpc", "http/protobuf", "http/json")
_LOOPBACKS = frozenset({"localhost", "127.0.0.1", "::1"})
_TRUE = frozenset({"1", "true", "yes", "on"})
_IGNORED = (".claude/settings.json", ".claude/settings.local.json")


def look_at_settings(
    config: Config, *, environment: Mapping[str, str], home: Path, project: Path
) -> Iterator[Finding]:
    """Yield what is wrong with the settings of the agents that start from here."""
    for name in _IGNORED:
        path = project / name
        if project != home and any(_is_of_telemetry(variable) for variable in _env_of(path)):
            words = f"{path} sets telemetry, which Claude Code ignores there."
            yield Finding(_ABOUT, Level.NOTE, words, "Put it into ~/.claude/settings.json.")
    settings = {**environment, **_env_of(home / ".claude" / "settings.json")}
    if settings.get(_ON, "").lower() not in _TRUE:
        words = f"{_ON} is not set here, so Claude Code sends nothing."
        yield Finding(_ABOUT, Level.NOTE, words, "See the end of: sessionscope --help")
        return
    problems = list(_problems(settings, config))
    yield from problems or [Finding(_ABOUT, Level.OK, "Its settings send telemetry here.")]


def _problems(settings: Mapping[str, str], config: Config) -> Iterator[Finding]:
    if "otlp" not in settings.get(_LOGS, "").split(","):
        words = f"{_LOGS} is not otlp: sessions are made of log events, and none is sent."
        yield Finding(_ABOUT, Level.WRONG, words, f"export {_LOGS}=otlp")
    if settings.get("OTEL_METRICS_INCLUDE_SESSION_ID", "").lower() == "false":
        words = "OTEL_METRICS_INCLUDE_SESSION_ID=false takes the session off events too."
        yield Finding(_ABOUT, Level.WRONG, words, "unset OTEL_METRICS_INCLUDE_SESSION_ID")
    protocol = settings.get(_PROTOCOL, "http/protobuf")
    if protocol not in _PROTOCOLS:
        words = f"{_PROTOCOL}={protocol} is not one of {', '.join(_PROTOCOLS)}."
        yield Finding(_ABOUT, Level.WRONG, words, f"export {_PROTOCOL}=http/protobuf")
    elif protocol == "grpc":
        words = "Over gRPC Claude Code sends nothing again that was not taken at once."
        yield Finding(_ABOUT, Level.NOTE, words, f"export {_PROTOCOL}=http/protobuf")
    yield from _endpoint(settings, config, is_grpc=protocol == "grpc")


def _endpoint(settings: Mapping[str, str], config: Config, *, is_grpc: bool) -> Iterator[Finding]:
    wanted = config.grpc_port if is_grpc else config.http_port
    here = f"export {_ENDPOINT}=http://127.0.0.1:{wanted}"
    for name in (_ENDPOINT, "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"):
        if name not in settings:
            continue
        try:
            url = urlsplit(settings[name])
            host, port = url.hostname, url.port
        except ValueError:
            host = port = None
        if host is None or url.scheme not in {"http", "https"}:
            words = f"{name}={settings[name]} is not a URL."
            yield Finding(_ABOUT, Level.WRONG, words, here)
        elif host in _LOOPBACKS and port not in {wanted, None} and wanted:
            other = "HTTP" if is_grpc else "gRPC"
            is_swapped = port in {config.grpc_port, config.http_port}
            hint = f", which is for {other}" if is_swapped else ""
            words = f"{name} names port {port}{hint}; {wanted} is wanted."
            yield Finding(_ABOUT, Level.WRONG, words, here)
        elif host not in _LOOPBACKS:
            words = f"{name} sends to {host}, not to this machine."
            yield Finding(_ABOUT, Level.NOTE, words, here)


def _env_of(settings: Path) -> dict[str, str]:
    """Return the ``env`` of a settings file, nothing where there is none that can be read."""
    try:
        content: Any = json.loads(settings.read_text(encoding="utf-8"))
        variables = content["env"]
        return {str(name): str(value) for name, value in variables.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _is_of_telemetry(variable: str) -> bool:
    return variable == _ON or variable.startswith("OTEL_")
