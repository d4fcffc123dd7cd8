"""The locked dependencies: public, and the same for uv and for pip."""

import re
import tomllib
from typing import Any
from urllib.parse import urlsplit

import pytest
from packaging.requirements import Requirement

from tests.house.tree import ROOT

PUBLIC_HOSTS = {"files.pythonhosted.org", "pypi.org"}


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    """``pyproject.toml``."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def lock() -> dict[str, dict[str, Any]]:
    """The packages of ``uv.lock`` by name."""
    content = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    return {package["name"]: package for package in content["package"]}


def test_the_lock_names_public_hosts_only() -> None:
    """Whoever installs from it needs nothing but PyPI."""
    text = (ROOT / "uv.lock").read_text(encoding="utf-8")
    hosts = {urlsplit(url).hostname for url in re.findall(r'[a-z]+://[^"]+', text)}
    assert hosts == PUBLIC_HOSTS


def test_the_lock_answers_what_the_project_asks(
    project: dict[str, Any], lock: dict[str, dict[str, Any]]
) -> None:
    """Each dependency is recorded as it stands in the project, and satisfied by what is locked."""
    asked = [
        *map(Requirement, project["project"]["dependencies"]),
        *map(Requirement, project["dependency-groups"]["dev"]),
    ]
    metadata = lock["sessionscope"]["metadata"]
    recorded = [*metadata["requires-dist"], *metadata["requires-dev"]["dev"]]
    assert {(one.name, one.specifier) for one in asked} == {
        (one["name"], Requirement(f"x{one.get('specifier', '')}").specifier) for one in recorded
    }
    assert [one.name for one in asked if lock[one.name]["version"] not in one.specifier] == []


def test_pip_installs_what_uv_installs(lock: dict[str, dict[str, Any]]) -> None:
    """The requirements for pip hold every locked package, at its version, with all its hashes."""
    text = (ROOT / ".ci" / "requirements.txt").read_text(encoding="utf-8")
    pinned = {
        (match["name"], match["version"]): set(re.findall(r"--hash=(\S+)", match["rest"]))
        for match in re.finditer(
            r"^(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?P<rest>(?:.*\\\n)*.*)$", text, re.MULTILINE
        )
    }
    assert pinned == {
        (name, package["version"]): {
            file["hash"] for file in [*package.get("wheels", ()), package.get("sdist")] if file
        }
        for name, package in lock.items()
        if name != "sessionscope"
    }
