"""The noun of the permission ledger: a tool call with its decision and its outcome."""

from dataclasses import dataclass

from store.vocabulary import Agent, Decider, DecisionScope, Outcome, Verdict


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One tool call: its decision and its outcome, either of which may be missing."""

    session_id: str
    turn_id: str | None
    tool_call_id: str
    request_id: str | None
    at: int
    """When it was decided, else when it started as far as known."""
    agent: Agent
    agent_id: str | None
    tool: str | None
    mcp_server: str | None
    mcp_tool: str | None
    command: str | None
    """What ran, as far as known; else what was asked for."""
    file_path: str | None
    parameters: str | None
    """The agent's own JSON of the call's parameters, unparsed."""
    input: str | None
    """The agent's own JSON of the call's input, unparsed and perhaps shortened by the agent."""
    verdict: Verdict
    decider: Decider
    scope: DecisionScope
    mode: str | None
    source_raw: str | None
    decided_at: int | None
    waited_ms: int | None
    """How long the decision took, whoever made it; only spans tell."""
    outcome: Outcome
    finished_at: int | None
    duration_ms: int | None
    error_type: str | None
    error: str | None
    input_bytes: int | None
    result_bytes: int | None
    agent_name: str | None = None
    session_title: str | None = None
    asked_command: str | None = None
    """The command as it was decided on; a hook may have rewritten it before it ran."""
    skill: str | None = None
    subagent_type: str | None = None
    commit_id: str | None = None
    """Of the git commit that the call made."""
    branch: str | None = None
    decided_by_version: str | None = None
    """The agent's version; its words for decisions have changed."""
    lines_added: int | None = None
    """Of an edit, where its diff came with a span."""
    lines_removed: int | None = None
    is_awaited: bool = True
    """Whether a result may still come, as far as is known."""
    notes: tuple[str, ...] = ()
    """What is to be said or doubted of its decision and outcome, a sentence each."""

    @property
    def is_running(self) -> bool:
        """Tell whether the call was let through and nothing proves that it ended."""
        is_open = self.verdict is Verdict.ACCEPTED and self.outcome is Outcome.UNKNOWN
        return is_open and self.is_awaited
