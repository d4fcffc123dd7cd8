"""What is installed: four packages, and one command that a foreign PYTHONPATH does not divert."""

import os
import subprocess
import sys
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.house.tree import ROOMS, ROOT, project_files, relative

OBSERVER = """
import atexit, importlib.util

def tell():
    for name in ("store", "receiver", "tui"):
        print(importlib.util.find_spec(name).origin)

atexit.register(tell)
"""
"""A ``sitecustomize`` that says, when the program ends, where each room would come from."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel, built with the project's own backend."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder))
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installation(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the ``bin`` of an environment with the wheel and, by reference, its dependencies."""
    folder = tmp_path_factory.mktemp("installation")
    venv.create(folder, symlinks=True)
    python = str(folder / "bin" / "python")
    run(
        sys.executable, "-m", "pip", "--python", python, "install", "--no-index", "--no-deps", wheel
    )
    (site_packages,) = folder.glob("lib/python*/site-packages")
    dependencies = Path(pytest.__file__).parents[1]
    (site_packages / "dependencies.pth").write_text(f"{dependencies}\n", encoding="utf-8")
    return folder / "bin"


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """Return a directory with rooms of the same names, which must never be imported."""
    for room in ("store", "receiver", "tui"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").write_text("raise SystemExit('diverted')\n")
    (tmp_path / "sitecustomize.py").write_text(OBSERVER)
    return tmp_path


def test_the_wheel_holds_the_four_packages(wheel: Path) -> None:
    """Every file of the rooms is in it, and beside its own metadata nothing else."""
    with ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    rooms = {relative(path) for path in project_files()}
    assert names == {path for path in rooms if path.startswith(tuple(f"{room}/" for room in ROOMS))}


@pytest.mark.parametrize("command", [("sessionscope",), ("python", "-m", "sessionscope")])
def test_a_hostile_pythonpath_changes_nothing(
    command: tuple[str, ...], *, installation: Path, hostile: Path
) -> None:
    """The installed command finds its own rooms before those of ``PYTHONPATH``."""
    program, *arguments = command
    output = run(
        str(installation / program), *arguments, "--help", PYTHONPATH=str(hostile), cwd=hostile
    )
    origins = output.splitlines()[-3:]
    (site_packages,) = installation.parent.glob("lib/python*/site-packages")
    assert origins == [
        str(site_packages / room / "__init__.py") for room in ("store", "receiver", "tui")
    ]


def run(*command: str | Path, cwd: Path = ROOT, **environment: str) -> str:
    """Run a command to its good end and return what it wrote to standard output."""
    finished = subprocess.run(
        command, cwd=cwd, env=os.environ | environment, check=False, capture_output=True, text=True
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout
