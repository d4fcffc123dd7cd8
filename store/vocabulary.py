"""The values that the agents' nouns can have; each with *unknown* where that can be."""

from enum import StrEnum


class Agent(StrEnum):
    """The agents that have a dialect, and what stands for all others."""

    CLAUDE_CODE = "claude-code"
    CODEX = "codex"
    GEMINI_CLI = "gemini-cli"
    COPILOT_CLI = "copilot-cli"
    QWEN_CODE = "qwen-code"
    OPENCODE = "opencode"
    GEN_AI = "gen_ai"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """What became of the question whether a tool call may run."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    ABORTED = "aborted"
    UNKNOWN = "unknown"


class Decider(StrEnum):
    """Who gave the verdict."""

    USER = "user"
    CONFIG = "config"
    HOOK = "hook"
    REVIEWER = "reviewer"
    UNKNOWN = "unknown"


class DecisionScope(StrEnum):
    """For how long the verdict holds."""

    ONCE = "once"
    SESSION = "session"
    PERMANENT = "permanent"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """How a tool call ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    NOT_RUN = "not_run"
    UNKNOWN = "unknown"


class RequestStatus(StrEnum):
    """How a model request ended."""

    OK = "ok"
    ERROR = "error"
    REFUSED = "refused"
    RETRIED = "retried"
    UNKNOWN = "unknown"


class SessionState(StrEnum):
    """What a session is doing, as far as what arrived can show."""

    WORKING = "working"
    WAITING = "waiting"
    IDLE = "idle"
    ENDED = "ended"
    FAILED = "failed"


class Content(StrEnum):
    """Why a text is there or not."""

    PRESENT = "present"
    WITHHELD = "withheld"
    NOT_EMITTED = "not_emitted"
    UNKNOWN = "unknown"


class Provenance(StrEnum):
    """Where a figure comes from."""

    REPORTED = "reported"
    COMPUTED = "computed"
    INFERRED = "inferred"
    UNKNOWN = "unknown"


class Origin(StrEnum):
    """Who gave a prompt."""

    PERSON = "person"
    COMMAND = "command"
    """A slash command."""
    MID_TURN = "mid_turn"
    """A person, while the turn was running."""
    AGENT = "agent"
    """Nobody: a finished background agent or workflow reports."""
    UNKNOWN = "unknown"


class Difference(StrEnum):
    """Why a reported cost is not what list prices give, or why no cost could be computed."""

    FAST_MODE = "fast_mode"
    STANDARD_SPEED = "standard_speed"
    US_INFERENCE = "us_inference"
    BATCH = "batch"
    LONG_CONTEXT = "long_context"
    WEB_SEARCH = "web_search"
    UNKNOWN_PRICE = "unknown_price"
    UNKNOWN_TOKENS = "unknown_tokens"
    UNKNOWN_TIERS = "unknown_tiers"
    OTHER = "other"

    @property
    def sentence(self) -> str:
        """Say it to a person."""
        return _SENTENCES[self]


_SENTENCES = {
    Difference.FAST_MODE: "exactly what the fast mode costs",
    Difference.STANDARD_SPEED: "sent in fast mode, reported at the standard price",
    Difference.US_INFERENCE: "exactly 1.1 times the list price, as for inference in the US only",
    Difference.BATCH: "exactly what a batch costs",
    Difference.LONG_CONTEXT: "reported without the higher price of a prompt this long",
    Difference.WEB_SEARCH: "the rest is a whole number of web searches",
    Difference.UNKNOWN_PRICE: "no price is known for this model",
    Difference.UNKNOWN_TOKENS: "the agent does not tell all the tokens that are billed",
    Difference.UNKNOWN_TIERS: "the agent does not tell how long its cache writes live",
    Difference.OTHER: "list prices do not explain it",
}


class CacheCause(StrEnum):
    """Why a cache was rebuilt, in the order in which causes are tried.

    ``first_request`` is no rebuild: there was nothing to read yet.
    """

    FIRST_REQUEST = "first_request"
    IDLE = "idle"
    MODEL_CHANGED = "model_changed"
    EFFORT_CHANGED = "effort_changed"
    FAST_MODE_CHANGED = "fast_mode_changed"
    MCP_CHANGED = "mcp_changed"
    COMPACTION = "compaction"
    AGENT_UPGRADED = "agent_upgraded"
    AGENT_RESUMED = "agent_resumed"
    UNEXPLAINED = "unexplained"
