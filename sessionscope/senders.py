"""Who may send to the recorder, from what the configuration says."""

import os
import stat

from receiver.access import Access, Tls
from sessionscope.config import NO_PORTS, Config, ConfigError

_SHORTEST_TOKEN = 16
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def access(config: Config) -> Access:
    """Return the names, the token and the certificate; raises ``ConfigError`` for a bad token.

    The token comes from a file, so that it stands in no list of processes and no environment.
    """
    tls = None
    if config.tls_certificate is not None and config.tls_key is not None:
        tls = Tls(config.tls_certificate, config.tls_key)
    own_name = f"[{config.host}]" if ":" in config.host else config.host
    return Access(config.allowed_hosts | {own_name.lower()}, _token(config), tls)


def listening_host(config: Config) -> str:
    """Return the host that the doors listen on, empty where they open no port."""
    return "" if config.host == NO_PORTS else config.host


def _token(config: Config) -> str:
    path = config.token_file
    if path is None:
        return ""
    try:
        with path.open(encoding="utf-8") as file:
            found = os.fstat(file.fileno())
            token = file.read().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise ConfigError(f"token_file {path} cannot be read: {reason}") from error
    if found.st_mode & _OTHERS or found.st_uid != os.getuid():
        raise ConfigError(f"token_file {path} must be yours alone: chmod 600 {path}")
    if len(token) < _SHORTEST_TOKEN or not token.isascii() or not token.isprintable():
        raise ConfigError(
            f"token_file {path} must hold {_SHORTEST_TOKEN} or more plain characters, as from: "
            f"openssl rand -hex 32 > {path}"
        )
    return token
