"""Connections to the store: one that writes, many that read."""

from pathlib import Path

from sqlite_utils import Database

__all__ = ["Database", "open_reader", "open_writer"]


def open_writer(path: Path) -> Database:
    raise NotImplementedError


def open_reader(path: Path) -> Database:
    raise NotImplementedError
