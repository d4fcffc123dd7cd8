"""One row per tool call: who decided what, what is proved of it, and what is to be doubted."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from store.domain import Decider, DecisionCounts, DecisionScope, Outcome, ToolCall, Verdict
from store.queries.permissions import tool_calls
from store.queries.requests import requests
from tests.captures import CAPTURES, batches, exports
from tests.store.shape import shown
from tests.store.stores import filled
from tests.store.told import SECOND, START, event, logs


def _calls(path: Path, *events: dict[str, Any], version: str = "2.1.330") -> list[ToolCall]:
    return tool_calls(filled(path / "s.db", [logs(*events, version=version)]), session_id="s")


def _decision(at_s: float, sequence: int, **told: object) -> dict[str, Any]:
    defaults: dict[str, object] = {
        "tool_use_id": f"t{sequence}",
        "tool_name": "Bash",
        "decision": "accept",
        "source": "config",
        "permission_mode": "default",
    }
    return event("tool_decision", at_s, sequence, **(defaults | told))


def _result(at_s: float, sequence: int, of: int, **told: object) -> dict[str, Any]:
    defaults: dict[str, object] = {"tool_use_id": f"t{of}", "tool_name": "Bash", "success": "true"}
    return event("tool_result", at_s, sequence, **(defaults | told))


def _now_s() -> float:
    return (time.time_ns() - START) / SECOND


def _parameters(command: str) -> str:
    return json.dumps({"bash_command": command.split(maxsplit=1)[0], "full_command": command})


@pytest.mark.parametrize("capture", CAPTURES)
def test_a_call_is_one_row(capture: str, tmp_path: Path) -> None:
    """Decision, result and three spans of a call are one row of the ledger."""
    found = tool_calls(filled(tmp_path / "s.db", batches(exports(capture))), limit=0)
    ids = [(call.session_id, call.tool_call_id) for call in found]
    assert len(ids) == len(set(ids))
    assert not [call for call in found if call.tool_call_id.startswith("~")]


@pytest.mark.parametrize("capture", CAPTURES)
def test_config_is_never_given_a_rule(capture: str, tmp_path: Path) -> None:
    """How long a rule holds, and which it is, no event says."""
    for call in tool_calls(filled(tmp_path / "s.db", batches(exports(capture))), limit=0):
        if call.source_raw == "config":
            assert call.decider in {Decider.CONFIG, Decider.REVIEWER}
            assert call.scope is DecisionScope.UNKNOWN


@pytest.mark.parametrize(
    ("version", "is_doubted"),
    [("2.1.215", True), ("2.0.999", True), ("2.1.216", False), ("3.0.0", False), ("odd", False)],
)
def test_what_versions_mislabel_is_marked(
    version: str, tmp_path: Path, *, is_doubted: bool
) -> None:
    """Before 2.1.216 a rejection may have been an abort; nothing proves it, so it is marked."""
    (call,) = _calls(
        tmp_path, _decision(1, 1, decision="reject", source="user_reject"), version=version
    )
    assert (call.verdict, call.decider) == (Verdict.REJECTED, Decider.USER)
    assert any("2.1.216" in note for note in call.notes) is is_doubted


def test_a_rejection_of_nobody_is_marked(tmp_path: Path) -> None:
    """In the capture a deny rule of the person's settings is told as the person's word."""
    db = filled(tmp_path / "s.db", batches(exports("permissions-headless")))
    told = [call for call in tool_calls(db, limit=0) if call.source_raw == "user_reject"]
    assert [any("deny rule" in note for note in call.notes) for call in told] == [True]


@pytest.mark.parametrize(
    ("version", "note"),
    [
        ("2.1.46", "before 2.1.47 headless sessions sent no decisions"),
        ("2.1.47", "no decision came"),
    ],
)
def test_a_result_without_a_decision_has_ended(version: str, note: str, tmp_path: Path) -> None:
    """Who let it run is unknown, and where the version explains that it says so."""
    asked = event("api_request", 1, 1, query_source="sdk", request_id="r")
    (call,) = _calls(tmp_path, asked, _result(2, 2, of=1), version=version)
    assert (call.verdict, call.decider) == (Verdict.UNKNOWN, Decider.UNKNOWN)
    assert (call.outcome, call.notes) == (Outcome.SUCCEEDED, (note,))


_MAY_RUN = "no result came: it runs, was interrupted, or its result was lost"
_LATE = {"delivery.mode": "mid_turn"}
_INTERRUPTED = "no result arrived: it was interrupted, or its result was lost"


def test_a_decision_without_a_result_may_be_running(tmp_path: Path) -> None:
    """Accepted and unheard of since, it is neither succeeded nor failed."""
    (call,) = _calls(tmp_path, _decision(_now_s(), 1))
    assert (call.outcome, call.is_running) == (Outcome.UNKNOWN, True)
    assert call.notes == (_MAY_RUN,)


@pytest.mark.parametrize(
    ("told", "of", "ago_s", "is_running"),
    [
        ("user_prompt", {"prompt.id": "q", "prompt": "Go on"}, 20, False),
        ("user_prompt", {"prompt.id": "q", "prompt": "Go on", **_LATE}, 20, True),
        ("user_prompt", {"prompt.id": "q", "prompt": "<REDACTED>"}, 20, True),
        ("hook_execution_start", {"hook_event": "Stop"}, 20, False),
        ("user_prompt", {"command_name": "exit", "command_source": "builtin"}, 20, False),
        ("permission_mode_changed", {"to_mode": "plan"}, 20, True),
        ("permission_mode_changed", {"to_mode": "plan"}, 3_600, False),
    ],
)
def test_a_call_runs_until_something_proves_that_it_ended(
    told: str, of: dict[str, object], tmp_path: Path, *, ago_s: int, is_running: bool
) -> None:
    """The next prompt, the end of the turn or of the session, and a session long unheard of do."""
    begin = _now_s() - ago_s
    (call,) = _calls(tmp_path, _decision(begin, 1), event(told, begin + 1, 2, **of))
    assert call.outcome is Outcome.UNKNOWN
    assert call.is_running is is_running
    assert call.notes == ((_MAY_RUN if is_running else _INTERRUPTED),)


def test_a_call_of_a_sub_agent_may_outlast_the_turn(tmp_path: Path) -> None:
    """In the background it goes on while the person asks the next question."""
    begin = _now_s() - 60
    asked = event("user_prompt", begin + 1, 2, prompt__id="q", prompt="Go on")
    (call,) = _calls(tmp_path, _decision(begin, 1, agent_id="a1"), asked)
    assert call.is_running


@pytest.mark.parametrize("source", ["config", "hook", "user_reject", "user_abort"])
def test_a_rejected_call_did_not_run(source: str, tmp_path: Path) -> None:
    """It has no result and lacks none."""
    (call,) = _calls(tmp_path, _decision(1, 1, decision="reject", source=source))
    assert (call.outcome, call.notes) == (Outcome.NOT_RUN, ())


def test_a_call_asked_for_and_never_decided_is_shown(tmp_path: Path) -> None:
    """Only the body of the reply tells of an invalid call; its row says what can be said."""
    body = json.dumps(
        {"content": [{"type": "tool_use", "id": "t9", "name": "Nope", "input": {"a": 1}}]}
    )
    reply = event("api_response_body", 1, 1, request_id="r", body=body)
    (call,) = _calls(tmp_path, reply)
    assert (call.tool, call.verdict, call.outcome) == ("Nope", Verdict.UNKNOWN, Outcome.UNKNOWN)
    assert (call.input, call.request_id) == ('{"a":1}', "r")
    (note,) = call.notes
    assert "found invalid" in note


def test_a_rewritten_command_is_noted(tmp_path: Path) -> None:
    """What ran is shown, and what was decided on with it."""
    decided = _decision(1, 1, source="hook", tool_parameters=_parameters("rm -r /"))
    ran = _result(2, 2, of=1, tool_parameters=_parameters("rm -ri /"))
    (call,) = _calls(tmp_path, decided, ran)
    assert (call.command, call.asked_command) == ("rm -ri /", "rm -r /")
    assert call.notes == ("decided on was another command: rm -r /",)


@pytest.mark.parametrize(
    ("verdict", "category", "note"),
    [("block", "exfiltration", "block (exfiltration)"), ("allow", None, "allow")],
)
def test_what_the_safety_check_said_is_noted(
    verdict: str, category: str | None, *, note: str, tmp_path: Path
) -> None:
    """Its word and category stand beside the decision."""
    decision = "reject" if verdict == "block" else "accept"
    told = _decision(
        1, 1, decision=decision, classifier_verdict=verdict, classifier_category=category
    )
    (call,) = _calls(tmp_path, told, *([] if category else [_result(2, 2, of=1)]))
    assert call.decider is Decider.REVIEWER
    assert call.notes == (f"the safety check of auto mode said {note}",)


_GRANT = {"tool_name": "Write", "source": "user_temporary"}
_MODE_CHANGE = event("permission_mode_changed", 2, 2, to_mode="acceptEdits", trigger="shift_tab")
_BESIDE = event("at_mention", 2, 2)


@pytest.mark.parametrize(
    ("between", "following", "scope"),
    [
        ([_BESIDE], {"permission_mode": "acceptEdits"}, DecisionScope.SESSION),
        ([_MODE_CHANGE], {"permission_mode": "acceptEdits"}, DecisionScope.UNKNOWN),
        ([], {"permission_mode": "acceptEdits"}, DecisionScope.UNKNOWN),
        ([_BESIDE], {"permission_mode": "default"}, DecisionScope.UNKNOWN),
        ([_BESIDE], {"permission_mode": "acceptEdits", "agent_id": "a"}, DecisionScope.UNKNOWN),
    ],
)
def test_a_grant_for_the_session_is_proved_or_unknown(
    between: list[dict[str, Any]],
    following: dict[str, object],
    *,
    scope: DecisionScope,
    tmp_path: Path,
) -> None:
    """A changed mode proves it, if every event in between came and none of them changed it."""
    first, *_ = _calls(tmp_path, _decision(1, 1, **_GRANT), *between, _decision(3, 3, **following))
    assert first.scope is scope


def test_calls_without_ids_say_so(tmp_path: Path) -> None:
    """Before 2.1.119 no event names its call: decision and result can not be told to be one."""
    nameless = [_decision(1, 1, tool_use_id=None), _result(2, 2, of=1, tool_use_id=None)]
    found = _calls(tmp_path, *nameless, version="2.1.118")
    assert len(found) == 2
    assert all("came without an id" in call.notes[-1] for call in found)


def test_the_input_of_a_call_is_the_bodys_where_there_is_one(tmp_path: Path) -> None:
    """Raw bodies hold what events shorten, and every call they ask for is a row."""
    db = filled(tmp_path / "s.db", batches(exports("bodies-inline")))
    asked = {request.request_id for request in requests(db, limit=0)}
    for call in tool_calls(db, limit=0):
        assert call.request_id in asked
        assert call.input is not None
        assert "…" not in call.input


def test_a_decision_in_an_unknown_word_is_no_missing_one(tmp_path: Path) -> None:
    """It is not said of a call that no decision came when one did."""
    (call,) = _calls(tmp_path, _decision(1, 1, decision="defer"))
    assert call.verdict is Verdict.UNKNOWN
    assert call.notes == (
        "a decision came, in a word that this version of sessionscope does not know",
    )


@pytest.mark.parametrize("is_reversed", [False, True])
def test_a_call_without_an_id_counts_once(tmp_path: Path, *, is_reversed: bool) -> None:
    """A result that tells its decision adds no call to it, whichever came first; others do."""
    told = {"tool_use_id": None, "decision_type": "accept", "decision_source": "config"}
    events = [
        _decision(1, 1, tool_use_id=None),
        _result(2, 2, of=1, **told),
        _decision(3, 3, tool_use_id=None, decision="reject", source="user_reject"),
        _result(4, 4, of=4, tool_use_id=None),
    ]
    batches_of_one = [logs(sent, version="2.1.118") for sent in events]
    sent = reversed(batches_of_one) if is_reversed else batches_of_one
    (session,) = shown(filled(tmp_path / "s.db", sent))
    assert session.tool_calls == 3
    assert session.results_apart == 1
    assert session.decisions == DecisionCounts(accepted=1, rejected=1, unknown=1)
    calls = tool_calls(filled(tmp_path / "s.db", []), session_id="s")
    assert len(calls) == 4
    assert not [note for call in calls for note in call.notes if "it runs" in note]
