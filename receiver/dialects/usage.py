"""Token usage in the one convention that requests are kept in.

Of the vendors, some count what the cache gave and took within input, and some count reasoning
apart from output; here input excludes the cache and output includes reasoning.
"""

from typing import NamedTuple


class Usage(NamedTuple):
    """The tokens of one request by class; ``None`` where not told."""

    input: int | None
    cache_read: int | None
    cache_write: int | None
    output: int | None
    reasoning: int | None

    @property
    def context(self) -> int | None:
        """Return all that was sent to the model."""
        if self.input is None:
            return None
        return self.input + (self.cache_read or 0) + (self.cache_write or 0)


def usage_within_input(
    *,
    all_input: int | None,
    cache_read: int | None,
    cache_write: int | None = None,
    output: int | None,
    reasoning: int | None,
) -> Usage:
    """Return the usage of a sender whose input includes the cache, its output the reasoning.

    So the GenAI conventions have it ("``gen_ai.usage.input_tokens`` SHOULD include all types of
    input tokens, including cached tokens"). A sender whose cache is larger than its input does not
    hold to that: its input is taken as it is.
    """
    cached = (cache_read or 0) + (cache_write or 0)
    if all_input is not None and cached <= all_input:
        all_input -= cached
    return Usage(all_input, cache_read, cache_write, output, reasoning)
