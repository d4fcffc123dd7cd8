"""Setting up on a fresh machine: what is chosen, what is missing and how to get it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.tree import ROOT

PYTHON = """#!/bin/sh
case "$*" in
    *version_info*) echo {version} ;;
    *ensurepip*) exit {lacks_ensurepip} ;;
    *) echo "{name} $*" >>calls
       case "$*" in *"-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;; esac ;;
esac
"""
"""An interpreter as far as the set-up looks at one: version, ensurepip, and what it is told."""

UV = """#!/bin/sh
echo "uv $* in $UV_PROJECT_ENVIRONMENT" >>calls
mkdir -p "$UV_PROJECT_ENVIRONMENT"
"""


class Machine:
    """A checkout and a PATH that holds the bare system and the programs a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "checkout"
        self.programs = folder / "bin"
        (self.checkout / ".ci").mkdir(parents=True)
        self.programs.mkdir()
        for name in ("Makefile", "pyproject.toml", "uv.lock", ".ci/environment"):
            shutil.copy(ROOT / name, self.checkout / name)
        shutil.copy(ROOT / ".ci" / "requirements.txt", self.checkout / ".ci")
        for name in ("sh", "make", "dirname", "mkdir", "cp", "touch"):
            (self.programs / name).symlink_to(shutil.which(name) or name)

    def has_python(self, name: str, version: str, *, ensurepip: bool = True) -> None:
        """Put an interpreter on the PATH."""
        self._install(
            name, PYTHON.format(name=name, version=version, lacks_ensurepip=1 - ensurepip)
        )

    def has_uv(self) -> None:
        """Put uv on the PATH."""
        self._install("uv", UV)

    def set_up(self) -> subprocess.CompletedProcess[str]:
        """Let make bring the environment up to date."""
        return subprocess.run(
            ["make", ".venv/.ready"],
            cwd=self.checkout,
            env={"PATH": str(self.programs)},
            check=False,
            capture_output=True,
            text=True,
        )

    def calls(self) -> list[str]:
        """Return what the programs were told, oldest first."""
        record = self.checkout / "calls"
        return record.read_text().splitlines() if record.exists() else []

    def _install(self, name: str, program: str) -> None:
        (self.programs / name).write_text(program)
        (self.programs / name).chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Return a machine with neither Python nor uv."""
    return Machine(tmp_path)


@pytest.mark.parametrize(
    ("pythons", "remedy"),
    [
        ([], "found none: apt install python3 python3-venv"),
        ([("python3", "3.9")], "(here python3 is 3.9): apt install python3.11 python3.11-venv"),
        ([("python3", "3.14")], "(here python3 is 3.14): apt install python3.11 python3.11-venv"),
    ],
)
def test_a_missing_python_is_named_with_its_remedy(
    machine: Machine, *, pythons: list[tuple[str, str]], remedy: str
) -> None:
    """Without a Python that fits, nothing is made, and standard error says what to install."""
    for name, version in pythons:
        machine.has_python(name, version)
    outcome = machine.set_up()
    assert outcome.returncode != 0
    assert f"needs Python 3.11, 3.12 or 3.13{'' if pythons else ','}" in outcome.stderr
    assert remedy in outcome.stderr
    assert not (machine.checkout / ".venv").exists()


@pytest.mark.parametrize(("name", "version"), [("python3", "3.11"), ("python3.12", "3.12")])
def test_a_missing_venv_is_named_with_its_remedy(
    machine: Machine, *, name: str, version: str
) -> None:
    """Debian packs ``ensurepip`` apart: the package to install is that of this very Python."""
    machine.has_python(name, version, ensurepip=False)
    outcome = machine.set_up()
    assert outcome.returncode != 0
    assert f"{name} cannot make virtual environments: apt install {name}-venv" in outcome.stderr
    assert not (machine.checkout / ".venv").exists()


def test_a_python_that_fits_is_preferred(machine: Machine) -> None:
    """Of several interpreters one that is recent enough and complete makes the environment."""
    machine.has_python("python3", "3.9")
    machine.has_python("python3.13", "3.13", ensurepip=False)
    machine.has_python("python3.11", "3.11")
    assert machine.set_up().returncode == 0
    assert machine.calls()[0] == "python3.11 -m venv --clear .venv"


def test_without_uv_pip_installs_the_locked_versions(machine: Machine) -> None:
    """Every download is held to the hashes of the lock, and the project itself needs none."""
    machine.has_python("python3", "3.11")
    assert machine.set_up().returncode == 0
    assert [
        call.removeprefix("python3 -m pip install --quiet ") for call in machine.calls()[1:]
    ] == [
        "--require-hashes --requirement .ci/requirements.txt",
        "--no-deps --no-build-isolation --editable .",
    ]


def test_with_uv_no_python_is_needed(machine: Machine) -> None:
    """Where uv is installed it makes the environment by itself, from the lock as it is."""
    machine.has_uv()
    assert machine.set_up().returncode == 0
    assert machine.calls() == ["uv sync --frozen in .venv"]


@pytest.mark.parametrize("changed", ["pyproject.toml", "uv.lock"])
def test_the_environment_is_made_again_only_when_its_sources_change(
    machine: Machine, changed: str
) -> None:
    """A second run makes nothing; a newer project file or lock makes it anew."""
    machine.has_uv()
    machine.set_up()
    machine.set_up()
    assert len(machine.calls()) == 1
    ready = (machine.checkout / ".venv" / ".ready").stat()
    os.utime(machine.checkout / changed, (ready.st_atime + 1, ready.st_mtime + 1))
    machine.set_up()
    assert len(machine.calls()) == 2
