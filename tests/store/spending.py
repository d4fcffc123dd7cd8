"""Made-up sessions of Claude Code that spend: requests with their tokens and list price."""

from collections.abc import Mapping
from typing import Any

from store.signals import Batch
from tests.store.told import VERSION, event, logs

OPUS, OLD_OPUS = "claude-opus-5-5", "claude-opus-4-8"
TOOK_S = 2
_PRICES = {OPUS: (4, 0.2, 5, 8, 20), OLD_OPUS: (5, 0.5, 6.25, 10, 25)}


class Session:
    """Tells events in order, each with the next number of its process."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.sequence = 0
        self.version = VERSION

    def restart(self, version: str = VERSION) -> None:
        """Go on in another process."""
        self.sequence, self.version = 0, version

    def happens(self, name: str, at_s: float, **attributes: object) -> None:
        """Tell an event."""
        self.sequence += 1
        told = event(name, at_s, self.sequence, **attributes)
        self.batches.append(logs(told, version=self.version))

    def asks(self, name: str, at_s: float, **changes: Any) -> None:  # noqa: ANN401 - of any type
        """Tell a request that was sent at a moment and took two seconds."""
        self.happens("api_request", at_s + TOOK_S, **request(name, **changes))


def request(
    name: str,
    *,
    read: int = 0,
    write: int = 0,
    hour: int = 0,
    model: str = OPUS,
    **changes: object,
) -> Mapping[str, Any]:
    """Return the attributes of a request; ``hour`` of its cache writes live an hour."""
    tokens = (10, read, write - hour, hour, 5)
    prices = _PRICES.get(model)
    micros = prices and round(sum(n * price for n, price in zip(tokens, prices, strict=True)))
    return {
        "request_id": name,
        "model": model,
        "query_source": "sdk",
        "input_tokens": 10,
        "cache_read_tokens": read,
        "cache_creation_tokens": write,
        "cache_creation_5m_tokens": write - hour,
        "cache_creation_1h_tokens": hour,
        "output_tokens": 5,
        "cost_usd_micros": micros,
        "duration_ms": TOOK_S * 1_000,
        "speed": "normal",
        "effort": "medium",
        **changes,
    }


def subagent(agent_id: str) -> dict[str, str]:
    """Return what changes in the requests of a sub-agent."""
    return {"agent_id": agent_id, "query_source": "agent:builtin:Explore"}
