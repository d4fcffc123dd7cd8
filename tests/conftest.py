"""What all tests share: a home of their own, still animations, no clock on hypothesis."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(autouse=True, scope="session")
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the person's store, configuration and telemetry settings out of the tests.

    Child processes inherit it. ``TEXTUAL_ANIMATIONS`` makes a screen's picture depend on its state
    alone.
    """
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in os.environ:
            if name.startswith(("OTEL_", "SESSIONSCOPE_", "XDG_")):
                monkeypatch.delenv(name)
        home = tmp_path_factory.mktemp("home")
        monkeypatch.setenv("HOME", str(home))
        monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
        yield
