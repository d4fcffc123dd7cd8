"""What an OTLP endpoint must do, read from ``statements.toml``, where the fields are explained."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from store.signals import Signal

BOTH_DOORS = ("grpc", "http")


@dataclass(frozen=True, slots=True)
class Statement:
    """One request and what must come back; as in the file, but for what is worked out."""

    id: str
    says: str
    signal: Signal = Signal.LOGS
    doors: tuple[str, ...] = ()
    proto: tuple[str, ...] = ()
    json: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    text: str | None = None
    hex: str | None = None
    wire: tuple[str, ...] = ()
    times: int = 1
    encoding: str = ""
    over: int | None = None
    packed: str = ""
    members: int = 1
    cut: int = 0
    tail: str = ""
    chunked: bool = False
    method: str = "POST"
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    repeat: int = 1
    status: int = 200
    rejected: int = 0
    rows: int = 0
    allow: str = ""

    @property
    def is_json(self) -> bool:
        """Whether the body is OTLP/JSON."""
        return bool(self.json) or self.encoding == "json"

    @property
    def answering_doors(self) -> tuple[str, ...]:
        """Return the doors that it is about: gRPC has no JSON."""
        return self.doors or (("http",) if self.is_json else BOTH_DOORS)


def statements() -> list[Statement]:
    """Return all statements in the order of the file."""
    path = Path(__file__).with_name("statements.toml")
    tables = tomllib.loads(path.read_text(encoding="utf-8"))["statement"]
    return [_statement(table) for table in tables]


def _statement(table: Mapping[str, object]) -> Statement:
    fields = {
        key: tuple(value) if isinstance(value, list) else value for key, value in table.items()
    }
    return Statement(**{**fields, "signal": Signal(str(table.get("signal", "logs")))})  # type: ignore[arg-type]
