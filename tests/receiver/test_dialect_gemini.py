"""What Gemini CLI's records mean, trap by trap."""

import pytest

from store.domain import Agent, Decider, DecisionScope, Verdict
from store.facts import RequestMade, ResponseGiven, ToolFinished
from store.signals import Record
from tests.receiver.telling import SPAN, TRACE, facts_of, log, placed, point, span

SESSION = "73f6d9fc-213d-4cab-8917-111e28dc5ef2"
SCOPE = "gemini-cli"


def _event(name: str, **told: object) -> Record:
    names = {"session.id": SESSION, "event.name": f"gemini_cli.{name}", "interactive": True}
    return log(names | told, scope=SCOPE)


def _made(**told: object) -> RequestMade:
    ((made, given),) = facts_of(_event("api_response", **told)).requests.values()
    assert isinstance(made, RequestMade)
    assert isinstance(given, ResponseGiven)
    return made


def _called(*, is_interactive: bool = True, **told: object) -> ToolFinished:
    record = _event("tool_call", function_name="replace", **told | {"interactive": is_interactive})
    ((fact,),) = facts_of(record).tool_calls.values()
    assert isinstance(fact, ToolFinished)
    return fact


def test_thoughts_are_counted_apart_and_cache_within_input() -> None:
    """Output takes the thoughts in, input leaves the cache out, prompts of tools are input."""
    made = _made(
        input_token_count=9611,
        cached_content_token_count=9000,
        output_token_count=38,
        thoughts_token_count=12,
        tool_token_count=5,
    )
    assert (made.input_tokens, made.cache_read_tokens) == (616, 9000)
    assert (made.output_tokens, made.reasoning_tokens) == (50, 12)
    assert made.cache_write_tokens is None


def test_attributes_without_a_value_are_unknown() -> None:
    """A key may be there with nothing behind it: never 0, never an empty name."""
    made = _made(model="m", input_token_count=None, output_token_count=None, role=None)
    assert (made.input_tokens, made.output_tokens, made.source) == (None, None, None)
    assert _called(mcp_server_name=None, decision=None).mcp_server is None


@pytest.mark.parametrize(
    ("prompt_id", "turn"),
    [
        (SESSION, SESSION),
        (f"{SESSION}########3", f"{SESSION}########3"),
        ("compress-1795362378057", None),
        ("compress-1795362378057-verify", None),
        (None, None),
    ],
)
def test_a_prompt_id_names_a_turn_in_two_shapes(prompt_id: str | None, turn: str | None) -> None:
    """Headless it is the session's own id; compression has ids that are no turn's."""
    assert _made(prompt_id=prompt_id).turn_id == turn


@pytest.mark.parametrize(
    ("role", "source"),
    [
        ("main", "main"),
        ("utility_router", "router"),
        ("utility_compressor", "compaction"),
        ("subagent", "subagent"),
        ("utility_brand_new", "other"),
    ],
)
def test_utilities_are_sources_of_the_session(role: str, source: str) -> None:
    """Whatever is billed beside the conversation is told apart, new kinds too."""
    made = _made(role=role)
    assert (made.source, made.source_raw) == (source, role)


ACCEPTED, REJECTED, UNTOLD = Verdict.ACCEPTED, Verdict.REJECTED, Verdict.UNKNOWN
USER, CONFIG, NOBODY = Decider.USER, Decider.CONFIG, Decider.UNKNOWN
ONCE, OPEN = DecisionScope.ONCE, DecisionScope.UNKNOWN


@pytest.mark.parametrize(
    ("decision", "is_interactive", "expected"),
    [
        ("accept", True, (ACCEPTED, NOBODY, OPEN)),
        ("auto_accept", True, (ACCEPTED, USER, OPEN)),
        ("reject", True, (REJECTED, USER, ONCE)),
        ("modify", True, (ACCEPTED, USER, ONCE)),
        ("accept", False, (ACCEPTED, CONFIG, OPEN)),
        ("reject", False, (REJECTED, CONFIG, OPEN)),
        (None, True, (UNTOLD, NOBODY, OPEN)),
        (None, False, (UNTOLD, NOBODY, OPEN)),
        ("perhaps", True, (UNTOLD, NOBODY, OPEN)),
    ],
)
def test_accept_is_also_what_nobody_was_asked_for(
    decision: str | None, *, is_interactive: bool, expected: tuple[object, ...]
) -> None:
    """``auto_accept`` is the answer for longer; without a person only the settings decide."""
    call = _called(decision=decision, is_interactive=is_interactive)
    assert (call.reported_verdict, call.reported_decider, call.reported_scope) == expected


def test_a_refused_call_has_no_outcome() -> None:
    """``success`` false of a call that never ran is no failure."""
    assert _called(decision="reject", success=False).success is None


@pytest.mark.parametrize(
    ("metadata", "success", "error_type"),
    [
        ('{"exitCode": 1, "isError": true}', False, "exit_code_1"),
        ('{"exitCode": 0}', True, None),
        ('{"exitCode": 1, "isErr', True, None),
        (None, True, None),
    ],
)
def test_a_failing_command_is_a_success_but_for_its_exit_code(
    metadata: str | None, *, success: bool, error_type: str | None
) -> None:
    """The client calls it a success, and tells the exit code in a text of JSON."""
    call = _called(decision="accept", success=True, metadata=metadata)
    assert (call.success, call.error_type) == (success, error_type)


def test_calls_without_an_id_are_told_apart() -> None:
    """Two of one batch differ by their arguments; withheld, each event is a call of its own."""
    in_batch = {"traceId": TRACE, "spanId": SPAN}
    told = {"session.id": SESSION, "event.name": "gemini_cli.tool_call", "function_name": "x"}
    records = [
        log(told | more, scope=SCOPE, fields=in_batch | {"timeUnixNano": str(time)})
        for time, more in enumerate(
            ({"function_args": '{"a": 1}'}, {"function_args": '{"a": 2}'}, {}, {}), start=1
        )
    ]
    assert len(facts_of(*records).tool_calls) == 4


def test_details_and_requests_announced_are_not_counted_again() -> None:
    """The answer's event has all they tell; usage in spans lacks cache and thoughts."""
    told = {"session.id": SESSION, "event.name": "gen_ai.client.inference.operation.details"}
    told |= {"gen_ai.response.id": "gem-1", "gen_ai.usage.input_tokens": "5"}
    conversation = {"gen_ai.conversation.id": SESSION, "gen_ai.usage.input_tokens": 5}
    facts = facts_of(
        log(told, scope=SCOPE),
        _event("api_request", model="m"),
        span("llm_call", conversation | {"gen_ai.operation.name": "llm_call"}, scope=SCOPE),
    )
    assert (facts.requests, facts.events) == ({}, [])
    assert facts.sessions.keys() == {SESSION}


def test_an_unknown_event_is_kept_and_counted() -> None:
    """Newer versions tell more than this program knows."""
    facts = facts_of(_event("brand_new", what="ever"))
    assert [(event.kind, event.name) for event in facts.events] == [("unknown", "brand_new")]
    assert [(seen.what, seen.name) for seen in facts.unknowns] == [("event", "brand_new")]


@pytest.mark.parametrize(
    "record",
    [
        _event("config"),
        log({"event.name": "gemini_cli.user_prompt"}, scope="renamed"),
        span("llm_call", {"gen_ai.operation.name": "llm_call"}, scope=SCOPE),
        point("gemini_cli.token.usage", {"session.id": SESSION}, scope=SCOPE),
    ],
)
def test_records_are_recognised_by_scope_or_name(record: Record) -> None:
    """The service name is the user's to change."""
    assert placed(record).agent is Agent.GEMINI_CLI
