"""Every kind of event in its own words, and what a person never saw shown as it came."""

from collections.abc import Mapping

import pytest

from receiver.dialects.claude_code_events import _KINDS
from store.domain import Origin, ToolCall
from store.queries.outputs import ToolText
from store.queries.subagents import Link, Node, SubagentNode
from tests.tui.factories import NOW, make_event, make_request, make_tool_call, make_turn
from tui.marks import ASCII, UNICODE
from tui.present.detail import detail
from tui.present.event_row import event_words
from tui.present.transcript import rows
from tui.present.transcript_row import node_line

REPORT = (
    "<task-notification>\n<task-id>a1</task-id>\n<summary>Agent finished</summary>"
    "\n</task-notification>"
)

TOLD: list[tuple[str, dict[str, object], str]] = [
    (
        "mode_change",
        {"from_mode": "default", "to_mode": "plan", "trigger": "shift_tab"},
        "mode default → plan shift+tab",
    ),
    (
        "mcp_connection",
        {"status": "connected", "server_name": "ledger", "duration_ms": "152"},
        "⌁ mcp ledger connected 152 ms",
    ),
    (
        "mcp_connection",
        {"status": "failed", "error_code": "ENOENT", "transport_type": "stdio"},
        "⌁ mcp ▒ server failed stdio ENOENT",
    ),
    (
        "mcp_connection",
        {"status": "disconnected", "server_name": "ledger", "duration_ms": "63000"},
        "⌁ mcp ledger disconnected after 1 m 03 s",
    ),
    (
        "hook_registered",
        {"hook_event": "PreToolUse", "hook_matcher": "Bash", "hook_type": "command"},
        "⚙ hook registered for PreToolUse:Bash command",
    ),
    (
        "hook_start",
        {"hook_event": "PermissionRequest", "hook_name": "PermissionRequest:Bash"},
        "⚙ hook PermissionRequest:Bash started a permission is asked for",
    ),
    (
        "hook",
        {"hook_name": "PreToolUse:Bash", "num_hooks": "2", "num_blocking": "1"},
        "⚙ hook PreToolUse:Bash blocked 2 hooks",
    ),
    (
        "hook",
        {"hook_name": "Stop", "num_blocking": "0", "num_non_blocking_error": 1},
        "⚙ hook Stop ran 1 error",
    ),
    ("hook_metrics", {"hook_event": "Stop", "plugin_id": "p"}, "⚙ hook Stop told figures"),
    (
        "skill",
        {"skill.name": "release", "invocation_trigger": "user-slash"},
        "✦ skill release user-slash",
    ),
    (
        "plugin",
        {"plugin.name": "agents-md", "skill_path_count": 2, "has_hooks": True},
        "plugin agents-md loaded 2 skills · hooks",
    ),
    (
        "plugin",
        {"plugin.name": "lint", "plugin.version": "1.2", "install.trigger": "ui"},
        "plugin lint 1.2 installed ui",
    ),
    (
        "not_itemised",
        {"tokens": 1_040, "cost_usd": "0.000888", "model": "claude-opus-5-5"},
        "not itemised 1.0 k tokens $0.000888 claude-opus-5-5 told by the metrics alone",
    ),
    (
        "compaction",
        {"trigger": "auto", "success": "true", "pre_tokens": "118000", "post_tokens": "24000"},
        "compaction 118 k → 24.0 k tokens auto",
    ),
    (
        "compaction",
        {"success": "false", "error": "too_few_groups"},
        "compaction failed too_few_groups",
    ),
    ("mention", {"mention_type": "file", "success": "true"}, "mention @file"),
    ("mention", {"mention_type": "file", "success": False}, "mention @file not found"),
    ("auth", {"action": "login", "success": "false"}, "sign-in login failed"),
    (
        "settings",
        {"managed_settings.trigger": "startup", "managed_settings.sources": ["file", "mdm"]},
        "settings managed settings resolved startup · from file, mdm",
    ),
    (
        "feedback",
        {"survey_type": "session", "event_type": "appeared"},
        "feedback session appeared",
    ),
    (
        "retention",
        {"period_days": "30", "transcripts_deleted": "12"},
        "12 transcripts deleted older than 30 days",
    ),
    ("internal_error", {"error_name": "TypeError"}, "✖ internal TypeError"),
    (
        "retries_exhausted",
        {"total_attempts": 3, "total_retry_duration_ms": 14_000, "error": "Overloaded"},
        "✖ gave up gave up after 3 attempts 14.0 s Overloaded",
    ),
    ("request_body", {"body_length": "48000", "body_truncated": "true"}, "cut by the sender"),
    ("response_body", {"body_ref": "bodies/b.json"}, "reply body in full bodies/b.json"),
    (
        "subagent_end",
        {"agent_type": "Explore", "total_tool_uses": 3, "total_tokens": 5_207, "is_async": True},
        "⤷ agent Explore finished 3 tool uses 5.2 k tokens at its end in the background",
    ),
    (
        "subagent_end",
        {"agent_type": "Explore", "model_swapped": True, "model": "a", "final_model": "b"},
        "Explore finished a → b",
    ),
    ("safety", {"category": "cyber", "decision": "block"}, "⚠ safety cyber · block"),
    ("system_prompt", {"system_prompt_length": 9_000}, "system prompt 9 000 characters"),
    ("tool_definition", {"tool_name": "Bash"}, "tool Bash is offered"),
    ("prompt", {"delivery.mode": "mid_turn"}, "prompt ▒ withheld"),
]


@pytest.mark.parametrize(("kind", "attributes", "shown"), TOLD, ids=lambda value: str(value)[:30])
def test_each_kind_of_event_has_its_own_words(
    kind: str, attributes: Mapping[str, object], shown: str
) -> None:
    """What happened is said with what matters of it, whatever the types of its attributes."""
    badge, said = event_words(make_event("x", kind=kind, attributes=attributes), UNICODE)
    assert shown in " ".join(f"{badge.text} {said.text}".split())


def test_no_kind_of_the_dialect_is_without_words() -> None:
    """Each kind that Claude Code's events are given is among those above."""
    assert set(_KINDS.values()) - {kind for kind, _attributes, _shown in TOLD} == set()


@pytest.mark.parametrize("kind", sorted({kind for kind, _attributes, _shown in TOLD}))
@pytest.mark.parametrize("value", [None, "", "x", -1, 1e400, [1], {"a": 1}, True])
def test_attributes_of_any_type_are_shown(kind: str, value: object) -> None:
    """An agent that changes a type costs a word, never the screen."""
    names = {name for _kind, attributes, _shown in TOLD for name in attributes}
    event = make_event("x", kind=kind, attributes=dict.fromkeys(names, value))
    assert node_line(event, 80, ASCII).width <= 80
    assert detail(event, 40, ASCII)


def test_an_unknown_event_is_marked_and_shown_as_it_came() -> None:
    """What this version does not know has its name and its attributes."""
    event = make_event("time_travel", kind="unknown", attributes={"to": "1955"})
    badge, said = event_words(event, UNICODE)
    assert (badge.text, said.text) == ("? time_travel", "to=1955")


@pytest.mark.parametrize(
    ("turn", "shown"),
    [
        (make_turn(prompt=REPORT, prompt_origin=Origin.AGENT), "typed by nobody: Agent finished"),
        (make_turn(prompt=REPORT), "typed by nobody: Agent finished"),
        (
            make_turn(prompt=None, prompt_origin=Origin.AGENT),
            "typed by nobody: a background agent reports",
        ),
        (make_event("user_prompt", kind="prompt", text=REPORT), "typed by nobody: Agent finished"),
        (
            make_event(kind="prompt", text="wait", attributes={"delivery.mode": "mid_turn"}),
            '"wait"  while the turn ran',
        ),
    ],
)
def test_prompts_that_nobody_typed_are_marked(turn: object, shown: str) -> None:
    """A background agent's report is not taken for a person's word."""
    assert shown in node_line(turn, 100, UNICODE).text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("call", "shown"),
    [
        (make_tool_call(lines_added=12, lines_removed=3), "main  +12 −3"),
        (
            make_tool_call(commit_id="a1b2c3d4e5f6", branch="main"),
            "origin main  commit a1b2c3d4 on main",
        ),
        (make_tool_call(asked_command="git push"), "rewritten before it ran"),
        (make_tool_call(tool="Skill", command=None, skill="release"), "Skill   release"),
        (
            make_tool_call(
                tool="Agent",
                command=None,
                subagent_type="Explore",
                input='{"description": "find charge()"}',
            ),
            'Agent   Explore  "find charge()"',
        ),
        (
            make_tool_call(tool="Agent", command=None, subagent_type="Explore", input="[1"),
            "Agent   Explore",
        ),
    ],
)
def test_a_call_says_what_came_of_it(call: ToolCall, shown: str) -> None:
    """Lines, commit, skill, sub-agent, and that another command ran than was asked for."""
    assert shown in node_line(call, 140, UNICODE).text


def _detail_of(call: ToolCall, told: ToolText | None = None) -> str:
    return "\n".join(line.text for line in detail(call, 60, UNICODE, told=told))


def test_a_rewritten_command_is_told_as_asked_and_as_ran() -> None:
    """Both stand in the detail."""
    shown = _detail_of(make_tool_call(command="true", asked_command="rm -rf /"))
    assert shown.splitlines()[1] == "true"
    assert "asked for    rm -rf /" in shown


def test_what_is_to_be_doubted_of_a_call_is_said() -> None:
    """Each note stands in the detail."""
    shown = _detail_of(make_tool_call(notes=("It was perhaps aborted.",)))
    assert "note         It was perhaps aborted." in shown


HUNKS = '[{"oldStart": 3, "newStart": 3, "lines": [" a", "-b", "+c"]}]'


@pytest.mark.parametrize(
    ("input_", "told", "lines"),
    [
        (None, ToolText(None, HUNKS, None), ["@@ -3 +3", " a", "-b", "+c"]),
        ('{"old_string": "b\\nd", "new_string": "c"}', None, ["-b", "-d", "+c"]),
        ('{"edits": [{"old_string": "b", "new_string": "c"}, 7]}', None, ["-b", "+c"]),
        ('{"content": "c"}', ToolText(None, "[1, {}]", None), ["@@ -? +?"]),
        ('{"content": "c"}', ToolText(None, "{", None), ["+c"]),
    ],
)
def test_an_edit_is_shown_as_a_diff(input_: str, told: ToolText | None, lines: list[str]) -> None:
    """The hunks of its output, else the texts of its input; broken JSON is no diff."""
    call = make_tool_call(tool="Edit", command=None, file_path="a.py", input=input_)
    shown = _detail_of(call, told).splitlines()
    assert shown[3 : 3 + len(lines)] == lines


def test_the_output_of_a_call_says_when_it_was_cut() -> None:
    """What came is shown, and of how much it is a part."""
    shown = _detail_of(make_tool_call(), ToolText("14 passed", None, 70_000))
    assert "output, cut by the sender from 70 000\n14 passed" in shown


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        (Link.TRACED, "1 tool call  traced"),
        (Link.REPORTED, "1 tool call  reported"),
        (Link.PROBABLE, "1 tool call  probably of this call"),
        (Link.UNKNOWN, "1 tool call  of which call is not known"),
    ],
)
def test_a_sub_agent_says_how_its_call_is_known(link: Link, shown: str) -> None:
    """Certain, probable and unknown differ in words."""
    call = make_tool_call("toolu_2", tool="Grep")
    node = SubagentNode("a1", "Explore", NOW, (call, make_request()), "toolu_1", link)
    assert shown in node_line(node, 120, UNICODE).text
    assert "toolu_1" in "".join(line.text for line in detail(node, 60, UNICODE))


def test_a_sub_agent_stands_below_its_call() -> None:
    """One whose call is known is indented under it, one without stands beside."""
    call = make_tool_call("toolu_1", tool="Agent")
    nodes: list[Node] = [
        call,
        SubagentNode("a1", "Explore", NOW, (), "toolu_1", Link.TRACED),
        SubagentNode("a2", "Explore", NOW, ()),
    ]
    listed = rows([make_turn()], {"turn:turn-1": nodes}, {"turn:turn-1"})
    assert [row.depth for row in listed] == [0, 1, 2, 1]
