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
