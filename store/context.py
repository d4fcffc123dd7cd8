"""How the context of each chain grew: its size at each request, what each turn added, what is left.

The context of a request is its whole prompt: input, cache read and cache write.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from store.chains import MAIN, ChainedRequest, Mark, MarkKind

_MAIN_CHAIN = (MAIN, None)


@dataclass(frozen=True, slots=True)
class ContextSize:
    """The context at one request; ``None`` is unknown."""

    request_id: str
    tokens: int | None
    added_tokens: int | None = None
    """Against the request before it in its chain, all of it for the first; negative when cut."""
    is_compacted: bool = False
    """Whether the context was compacted since the request before it."""
    window_tokens: int | None = None
    """How many the model takes, where that is known."""
    is_main: bool = False
    """Whether it is the context of the main conversation."""
    is_rebuilt: bool = False
    """Whether the cache of it was lost."""

    @property
    def left_tokens(self) -> int | None:
        """Return how many more tokens fit; negative when the known window is exceeded."""
        if self.tokens is None or self.window_tokens is None:
            return None
        return self.window_tokens - self.tokens


def context_sizes(
    requests: Sequence[ChainedRequest],
    marks: Sequence[Mark] = (),
    windows: Mapping[str, int] | None = None,
) -> list[ContextSize]:
    """Measure the requests of one session, in the order sent; ``windows`` are tokens by model."""
    compactions = [mark for mark in marks if mark.kind is MarkKind.COMPACTED]
    last: dict[tuple[str, str | None], ChainedRequest] = {}
    sizes = []
    for request in requests:
        before = last.get(request.chain) if request.chain else None
        tokens = request.context_tokens
        window = (windows or {}).get(request.model) if request.model else None
        sizes.append(
            ContextSize(
                request.request_id,
                tokens,
                _added(request, before),
                before is not None
                and any(
                    before.at < mark.at <= request.at and mark.agent_id == request.agent_id
                    for mark in compactions
                ),
                window,
                request.chain == _MAIN_CHAIN,
            )
        )
        if request.chain and tokens is not None:
            last[request.chain] = request
    return sizes


def added_by_turn(requests: Sequence[ChainedRequest]) -> dict[str | None, int]:
    """Return what each turn added to the main context; negative for one that cut it.

    A turn is what its last main request is larger than the last one before the turn.
    """
    added: dict[str | None, int] = {}
    before = 0
    for request in requests:
        size = request.context_tokens
        if request.chain == _MAIN_CHAIN and size is not None:
            added[request.turn_id] = added.get(request.turn_id, 0) + size - before
            before = size
    return added


def _added(request: ChainedRequest, before: ChainedRequest | None) -> int | None:
    size = request.context_tokens
    if size is None or request.chain is None:
        return None
    return size - ((before.context_tokens or 0) if before else 0)
