"""An invented session in which nearly everything happens once: hooks, skills, agents, trouble."""

from typing import Any

from sessionscope.demo.telling import Teller, Usage

_REPORT = """<task-notification>
<task-id>{agent}</task-id>
<tool-use-id>{call}</tool-use-id>
<status>completed</status>
<summary>Agent "Read the changelog" finished</summary>
</task-notification>"""


def ship_release(told: Teller) -> None:
    """Tell how release 4.3 was shipped."""
    _start(told)
    _plan(told)
    _work(told)
    _delegated(told)
    _compacted(told)
    _trouble(told)


def _start(told: Teller) -> None:
    told.tell(
        "hook_registered",
        {
            "hook_event": "PreToolUse",
            "hook_matcher": "Bash",
            "hook_type": "command",
            "hook_source": "projectSettings",
        },
    )
    told.tell(
        "plugin_loaded",
        {
            "plugin.name": "release-tools",
            "plugin.version": "1.4.0",
            "marketplace.name": "storefront",
            "enabled_via": "user",
            "has_hooks": False,
            "has_mcp": True,
            "skill_path_count": 2,
        },
    )
    told.start("tickets")
    for _ in range(3):
        told.wait(1)
        told.connect("calendar", error="ECONNREFUSED")


def _plan(told: Teller) -> None:
    told.switch("plan")
    told.wait(2)
    told.tell("at_mention", {"mention_type": "file", "success": "true"})
    told.prompt("Ship release 4.3: @CHANGELOG.md, tag, notes, announcement")
    told.request(Usage(14, 0, 11_000, 0, 420), "First the changelog, then the tag.")
    told.tell(
        "skill_activated",
        {
            "skill.name": "release",
            "invocation_trigger": "claude-proactive",
            "skill.source": "plugin",
            "plugin.name": "release-tools",
        },
    )
    told.tool("Skill", {"skill": "release"}, seconds=0.01)
    told.tool("ExitPlanMode", {"plan": "changelog, tag, notes"}, decision="user_temporary")
    told.switch("default")


def _hook(told: Teller, name: str, **outcome: int) -> None:
    event = name.partition(":")[0]
    hook: dict[str, Any] = {"hook_event": event, "hook_name": name, "num_hooks": "1"}
    told.tell("hook_execution_start", hook)
    if outcome:
        told.wait(0.08)
        counts = {f"num_{key}": str(number) for key, number in outcome.items()}
        told.tell("hook_execution_complete", hook | counts | {"total_duration_ms": "80"})


def _work(told: Teller) -> None:
    change = {
        "file_path": "CHANGELOG.md",
        "old_string": "## Unreleased\n\n- refunds by page",
        "new_string": "## 4.3.0\n\n- refunds by page\n- no double charge on retry",
    }
    told.request(Usage(10, 11_000, 1_900, 0, 260), "The changelog has an open section.")
    told.tool("Edit", change, decision="user_temporary", seconds=0.06)
    _hook(told, "PreToolUse:Bash", success=1, blocking=0)
    commit = {
        "command": "git commit -am 'Release 4.3.0'",
        "git_commit_id": "8c41d0e7b2f95a63",
        "git_branch": "release/4.3",
    }
    told.tool("Bash", commit, decision="user_permanent", seconds=0.2)
    _hook(told, "PreToolUse:Bash", success=0, blocking=1)
    told.tool("Bash", {"command": "git push --force origin main"}, decision="hook!")
    told.request(Usage(6, 12_900, 700, 0, 130), "The hook is right; I push the tag only.")
    _hook(told, "PermissionRequest:Bash")
    told.wait(6)
    told.tool("Bash", {"command": "git push origin v4.3.0"}, decision="user_temporary")


def _delegated(told: Teller) -> None:
    told.wait(20)
    told.prompt("Write the notes and find out who is affected")
    told.request(Usage(9, 13_600, 1_200, 0, 300), "Two agents: one reads, one looks for callers.")
    call = told.tool(
        "Agent",
        {"subagent_type": "general-purpose", "description": "Who calls refund()"},
        seconds=0.01,
    )
    agent = told.delegate("general-purpose")
    told.request(Usage(8, 0, 6_100, 0, 210), seconds=3.1)
    told.tool("Grep", {"pattern": "refund("}, seconds=0.05)
    told.tool("Agent", {"subagent_type": "Explore", "description": "Read the callers"})
    told.delegate("Explore")
    told.request(Usage(6, 0, 4_800, 0, 180), seconds=2.2)
    told.tool("Read", {"file_path": "src/refund.py"}, seconds=0.02)
    told.tool("Bash", {"command": "curl https://example.com/hook"}, decision="user_reject")
    told.take_back()
    told.request(Usage(6, 6_100, 900, 0, 240), "Two shops call it.", seconds=1.9)
    told.take_back()
    told.prompt(_REPORT.format(agent=agent, call=call))
    told.request(Usage(7, 14_800, 900, 0, 380), "Two shops are affected; the notes name them.")
    told.tool("search", {"server": "tickets", "query": "refund"}, seconds=0.4)
    told.tool("close", {"server": "tickets", "id": "T-118"}, seconds=1.1, ok=False)


def _compacted(told: Teller) -> None:
    told.wait(8)
    told.tell(
        "compaction",
        {
            "trigger": "auto",
            "success": "true",
            "duration_ms": "8100",
            "pre_tokens": "171000",
            "post_tokens": "23000",
        },
    )
    told.request(Usage(5, 0, 23_000, 0, 150), "The notes are in NOTES.md.", seconds=4.4)


def _trouble(told: Teller) -> None:
    told.lose(4)
    told.wait(3)
    told.prompt("Announce it")
    told.tell("quantum_checkpoint", {"branch.count": 3, "entangled": "true"})
    told.wait(2)
    told.tool("post", {"server": "calendar", "text": "4.3.0 is out"}, decision="user_abort")
    told.tell("internal_error", {"error_name": "AbortError", "error_code": "ABORT_ERR"})
    told.wait(5)
    told.prompt("Only draft it, then")
    told.request(Usage(6, 23_000, 800, 0, 260), "Here is a draft of the announcement.")
