"""What the program is told: defaults, then a TOML file, then the environment, then flags.

The file is ``sessionscope/config.toml`` in the XDG configuration directory, the store is by default
``sessionscope/sessions.db`` in the XDG state directory (XDG Base Directory Specification 0.8).
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

_PRIVATE = 0o700
_PORT_LIMIT = 65_536
_MICROS_PER_USD = 1_000_000
_BUDGET_LIMIT = 10**9
NO_PORTS = "none"
_NAMES_TO_LISTEN_ON = ("localhost", NO_PORTS)
_FIELDS = {"secrets": "kept_secrets"}
"""Settings that say what is to be, where the field says what is not."""


class ConfigError(Exception):
    """Something the program was told makes no sense; ``str()`` of it is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Config:
    """Where the store is and on which doors telemetry comes in."""

    store: Path
    host: str = "localhost"
    """The address to listen on, ``localhost`` for both loopbacks, or ``none`` for no port."""
    grpc_port: int = 4317
    """OTLP's registered port for gRPC; 0 lets the system choose."""
    http_port: int = 4318
    prices: Path | None = None
    """A TOML file of the user's own prices (``store.prices.user``)."""
    session_budget: int | None = None
    """Micro-dollars of one session beyond which the screens give notice."""
    day_budget: int | None = None
    """The same of all sessions in a day."""
    kept_secrets: frozenset[str] = frozenset()
    """The kinds of secrets that are stored as they come; all others are masked."""
    sockets: Path | None = None
    """A directory for Unix sockets, beside the ports."""
    token_file: Path | None = None
    """Holds the bearer token that senders must bring; wanted where other machines can send."""
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    allowed_hosts: frozenset[str] = frozenset()
    """Names of this machine that senders use, beside ``localhost`` and ``host``."""


def load(flags: Mapping[str, object], *, environment: Mapping[str, str]) -> Config:
    """Return the configuration; of ``flags`` those that are ``None`` were not given.

    Raises ``ConfigError`` naming the key and where it was set.
    """
    settings: dict[str, tuple[object, str]] = {
        "store": (default_store(environment), "the defaults"),
        **_from_file(config_path(environment)),
    }
    settings |= {
        key: (environment[variable], f"the environment variable {variable}")
        for key in _READERS
        if environment.get(variable := f"SESSIONSCOPE_{key.upper()}")
    }
    settings |= {
        key: (value, f"--{key.replace('_', '-')}")
        for key, value in flags.items()
        if value is not None
    }
    fields: dict[str, Any] = {}
    for key, (value, origin) in settings.items():
        try:
            fields[_FIELDS.get(key, key)] = _READERS[key](value)
        except ValueError as error:
            raise ConfigError(f"{key} in {origin}: {error}") from error
    config = Config(**fields)
    check_reach(config)
    return config


def config_path(environment: Mapping[str, str]) -> Path:
    """Return where the configuration file is looked for."""
    return _base(environment, "XDG_CONFIG_HOME", ".config") / "config.toml"


def default_store(environment: Mapping[str, str]) -> Path:
    """Return the store that is used when none is named."""
    return _base(environment, "XDG_STATE_HOME", ".local/state") / "sessions.db"


def make_store_directory(store: Path, *, environment: Mapping[str, str]) -> None:
    """Make the directory of ``store`` for this user alone, whatever the umask.

    A directory that was there keeps its mode, unless it is the default one, which is only ours.
    Raises ``ConfigError`` when it cannot be made.
    """
    directory = store.parent
    try:
        if not directory.exists():
            directory.mkdir(mode=_PRIVATE, parents=True)
            directory.chmod(_PRIVATE)
        elif directory == default_store(environment).parent:
            directory.chmod(_PRIVATE)
    except OSError as error:
        raise ConfigError(f"cannot make {directory} for the store: {error.strerror}") from error


def _base(environment: Mapping[str, str], variable: str, fallback: str) -> Path:
    named = Path(environment.get(variable, ""))
    base = named if named.is_absolute() else Path.home() / fallback
    return base / "sessionscope"


def _from_file(path: Path) -> dict[str, tuple[object, str]]:
    if not path.exists():
        return {}
    import tomllib

    try:
        with path.open("rb") as file:
            settings = tomllib.load(file)
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot read {path}: {error}") from error
    for key in settings:
        if key not in _READERS:
            raise ConfigError(f"{path}: unknown key {key!r}; the keys are {', '.join(_READERS)}")
    return {key: (value, str(path)) for key, value in settings.items()}


def _path(value: object) -> Path:
    if not isinstance(value, str | Path) or not str(value):
        raise ValueError("a path is wanted")
    return Path(os.path.abspath(Path(value).expanduser()))  # noqa: PTH100 - resolve() follows links


def _host(value: object) -> str:
    if value not in _NAMES_TO_LISTEN_ON:
        try:
            ip_address(str(value))
        except ValueError as error:
            raise ValueError(
                f"{value!r} is not an address to listen on, nor one of "
                f"{', '.join(_NAMES_TO_LISTEN_ON)}"
            ) from error
    return str(value)


def _kept_secrets(value: object) -> frozenset[str]:
    """Read ``secrets = false`` or a table of kinds, of which those that are false are kept."""
    from receiver.secret_kinds import KINDS

    switches = dict.fromkeys(KINDS, value) if isinstance(value, bool) else value
    if not isinstance(switches, dict) or not all(isinstance(on, bool) for on in switches.values()):
        raise ValueError("true, false, or a table of kinds with true or false each is wanted")
    unknown = switches.keys() - set(KINDS)
    if unknown:
        raise ValueError(f"{min(unknown)!r} is no kind of secret; they are {', '.join(KINDS)}")
    return frozenset(kind for kind, is_masked in switches.items() if not is_masked)


def _hosts(value: object) -> frozenset[str]:
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError(f"host names with commas between them are wanted, not {value!r}")
    return frozenset(name.strip().lower() for name in names)


def check_reach(config: Config) -> None:
    """Raise ``ConfigError`` where other machines could send without a token, or in the clear."""
    if (config.tls_certificate is None) != (config.tls_key is None):
        raise ConfigError("tls_certificate and tls_key belong together: set both or neither")
    if config.host == NO_PORTS and config.sockets is None:
        raise ConfigError("with host none, sockets must name a directory: nothing else is open")
    if config.host in _NAMES_TO_LISTEN_ON or ip_address(config.host).is_loopback:
        return
    missing = [
        name for name in ("token_file", "tls_certificate", "tls_key") if not getattr(config, name)
    ]
    if missing:
        raise ConfigError(
            f"other machines can reach host {config.host}, and telemetry holds prompts and "
            f"commands: set {', '.join(missing)} too, or listen on localhost"
        )


def _port(value: object) -> int:
    wanted = f"a number from 0 to {_PORT_LIMIT - 1} is wanted, not {value!r}"
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(wanted)  # noqa: TRY004 - a setting is wrong, not the program
    try:
        port = int(value)
    except ValueError as error:
        raise ValueError(wanted) from error
    if not 0 <= port < _PORT_LIMIT:
        raise ValueError(wanted)
    return port


def _budget(value: object) -> int:
    wanted = f"dollars above 0 are wanted, such as 2.50, not {value!r}"
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(wanted)  # noqa: TRY004 - a setting is wrong, not the program
    try:
        dollars = float(value)
    except ValueError as error:
        raise ValueError(wanted) from error
    if not 0 < dollars < _BUDGET_LIMIT:
        raise ValueError(wanted)
    return round(dollars * _MICROS_PER_USD)


_READERS: Mapping[str, Callable[[object], object]] = {
    "store": _path,
    "host": _host,
    "grpc_port": _port,
    "http_port": _port,
    "prices": _path,
    "session_budget": _budget,
    "day_budget": _budget,
    "secrets": _kept_secrets,
    "sockets": _path,
    "token_file": _path,
    "tls_certificate": _path,
    "tls_key": _path,
    "allowed_hosts": _hosts,
}
