"""Where settings come from, and which are refused."""

import os
import stat
from pathlib import Path

import pytest

from sessionscope.config import Config, ConfigError, load, make_store_directory


def environment(home: Path, **variables: str) -> dict[str, str]:
    """Return an environment whose XDG directories are below ``home``."""
    return {
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_STATE_HOME": str(home / "state"),
        **variables,
    }


def written(home: Path, text: str) -> None:
    """Write the configuration file."""
    (home / "config" / "sessionscope").mkdir(parents=True)
    (home / "config" / "sessionscope" / "config.toml").write_text(text)


def test_the_defaults(tmp_path: Path) -> None:
    """OTLP's ports on the loopback, and a store in the XDG state directory."""
    store = tmp_path / "state" / "sessionscope" / "sessions.db"
    assert load({}, environment=environment(tmp_path)) == Config(
        store=store, host="localhost", grpc_port=4317, http_port=4318
    )


def test_flags_count_before_environment_before_file(tmp_path: Path) -> None:
    """Each setting is taken from the nearest place that has it."""
    written(tmp_path, 'grpc_port = 1\nhttp_port = 1\nhost = "127.0.0.1"\nstore = "/a.db"')
    variables = {"SESSIONSCOPE_GRPC_PORT": "2", "SESSIONSCOPE_HTTP_PORT": "2"}
    config = load({"http_port": "3", "host": None}, environment=environment(tmp_path, **variables))
    assert config == Config(store=Path("/a.db"), host="127.0.0.1", grpc_port=2, http_port=3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("grcp_port = 1", "unknown key 'grcp_port'"),
        ("grpc_port = true", "grpc_port in .*config.toml"),
        ("grpc_port = 70000", "from 0 to 65535"),
        ("grpc_port = ", "cannot read .*config.toml"),
        ("store = 5", "store in .*config.toml"),
        ('host = "example.org"', "'example.org' is not an address to listen on"),
        ("prices = 5", "prices in .*config.toml"),
        ("day_budget = 0", "dollars above 0"),
        ("day_budget = nan", "dollars above 0"),
        ("session_budget = true", "dollars above 0"),
        ('session_budget = "much"', "session_budget in .*config.toml"),
        ("allowed_hosts = 5", "host names with commas"),
        ('tls_key = "/key.pem"', "belong together"),
        ('host = "none"', "sockets must name a directory"),
    ],
)
def test_a_bad_file_is_refused_with_the_key(tmp_path: Path, text: str, words: str) -> None:
    """A typing error never passes for a default."""
    written(tmp_path, text)
    with pytest.raises(ConfigError, match=words):
        load({}, environment=environment(tmp_path))


def test_budgets_are_dollars(tmp_path: Path) -> None:
    """To the micro-dollar, from a file or a variable."""
    written(tmp_path, "day_budget = 25\nsession_budget = 2.5")
    config = load({}, environment=environment(tmp_path, SESSIONSCOPE_DAY_BUDGET="0.10"))
    assert (config.day_budget, config.session_budget) == (100_000, 2_500_000)


OPEN_ADDRESSES = ["0.0.0.0", "::", "192.168.1.5"]  # noqa: S104 - so others can send
GUARDS = {"token_file": "/token", "tls_certificate": "/chain.pem", "tls_key": "/key.pem"}


@pytest.mark.parametrize("address", OPEN_ADDRESSES)
@pytest.mark.parametrize("left_out", [[*GUARDS], ["token_file"], ["tls_certificate", "tls_key"]])
def test_s1_an_open_address_needs_a_token_and_tls(
    tmp_path: Path, address: str, left_out: list[str]
) -> None:
    """The refusal names the settings that are missing, and the way without them."""
    flags = {"host": address, **{key: GUARDS[key] for key in GUARDS if key not in left_out}}
    with pytest.raises(ConfigError, match=f"set {', '.join(left_out)} too, or listen on localhost"):
        load(flags, environment=environment(tmp_path))


@pytest.mark.parametrize("address", OPEN_ADDRESSES)
def test_s1_an_open_address_with_a_token_and_tls_is_taken(tmp_path: Path, address: str) -> None:
    """The names by which others call this machine come with it, from a file or a flag."""
    flags = {"host": address, **GUARDS, "allowed_hosts": "Box.example, 10.0.0.1"}
    config = load(flags, environment=environment(tmp_path))
    assert config.host == address
    assert config.allowed_hosts == {"box.example", "10.0.0.1"}


@pytest.mark.parametrize("address", ["localhost", "127.0.0.1", "127.0.0.2", "::1", "none"])
def test_s1_the_loopback_needs_neither(tmp_path: Path, address: str) -> None:
    """Nor does a recorder that listens on Unix sockets alone."""
    flags = {"host": address, "sockets": str(tmp_path)}
    assert load(flags, environment=environment(tmp_path)).host == address


def test_a_variable_is_named_in_its_fault(tmp_path: Path) -> None:
    """A person sees where the bad value was set."""
    bad = environment(tmp_path, SESSIONSCOPE_HTTP_PORT="http")
    with pytest.raises(ConfigError, match="environment variable SESSIONSCOPE_HTTP_PORT"):
        load({}, environment=bad)


def test_a_relative_xdg_directory_is_ignored(tmp_path: Path) -> None:
    """As the specification says."""
    config = load({}, environment={**environment(tmp_path), "XDG_STATE_HOME": "state"})
    assert config.store == Path.home() / ".local" / "state" / "sessionscope" / "sessions.db"


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o777])
def test_a_new_directory_is_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    """Nobody else may read what agents did; the user may."""
    store = tmp_path / "new" / "sessions.db"
    previous = os.umask(umask)
    try:
        make_store_directory(store, environment=environment(tmp_path))
    finally:
        os.umask(previous)
    assert stat.S_IMODE(store.parent.stat().st_mode) == 0o700


def test_a_directory_of_somebody_elses_keeps_its_mode(tmp_path: Path) -> None:
    """A store in a shared directory does not close it; the default one is closed."""
    tmp_path.chmod(0o755)
    make_store_directory(tmp_path / "sessions.db", environment=environment(tmp_path))
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    default = load({}, environment=environment(tmp_path)).store
    default.parent.mkdir(parents=True, mode=0o755)
    make_store_directory(default, environment=environment(tmp_path))
    assert stat.S_IMODE(default.parent.stat().st_mode) == 0o700
