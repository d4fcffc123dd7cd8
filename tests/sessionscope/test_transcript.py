"""One session, in order, as a tree and as lines."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from store.connection import open_reader
from tests.captures import truth
from tests.sessionscope.command import data, run

TOUR = "844d77b1-d250-4c08-aec9-30cd06c28794"


@pytest.fixture(scope="module")
def tour(imported: Path) -> dict[str, Any]:
    """The transcript of a session with everything in it."""
    tree: dict[str, Any] = data("transcript", TOUR, "--store", imported, "--json")
    return tree


def nodes(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the nodes of all turns, those within sub-agents too."""
    for parent in (*tree.get("turns", ()), *tree.get("nodes", ())):
        if "kind" in parent:
            yield parent
        yield from nodes(parent)


def test_the_tree_holds_every_request_and_tool_call(tour: dict[str, Any]) -> None:
    """All that the API answered is there once, with the tool calls it asked for."""
    answers = [entry for entry in truth("tour-full") if "usage" in entry]
    found = list(nodes(tour))
    requests = [node["request_id"] for node in found if node["kind"] == "request"]
    assert sorted(requests) == sorted(entry["request_id"] for entry in answers)
    asked = {
        block["id"] for entry in answers for block in entry["blocks"] if block["type"] == "tool_use"
    }
    calls = [node["tool_call_id"] for node in found if node["kind"] == "tool_call"]
    assert sorted(calls) == sorted(asked)


def test_turns_have_their_prompts_in_order(tour: dict[str, Any]) -> None:
    """What lies outside of every turn is number 0; prompts and answers are texts."""
    assert [(turn["number"], turn["prompt"]) for turn in tour["turns"]] == [
        (0, None),
        (1, "Tidy up the payments service, please."),
        (2, "And does_not_exist.py?"),
    ]
    responses = [node["response"] for node in nodes(tour) if node["kind"] == "request"]
    assert "I will read both files first." in responses


def test_nodes_are_in_the_order_they_happened(tour: dict[str, Any]) -> None:
    """Times of a turn's nodes never go back."""
    for turn in tour["turns"]:
        times = [node["at"] for node in turn["nodes"]]
        assert times == sorted(times)


def test_every_node_names_the_records_behind_it(tour: dict[str, Any], imported: Path) -> None:
    """The ids are those of raw records in the store."""
    db = open_reader(imported)
    known = {record_id for (record_id,) in db.execute("select id from records")}
    db.close()
    for node in nodes(tour):
        if node["kind"] != "subagent":
            assert node["record_ids"], node
            assert known.issuperset(node["record_ids"])


def test_a_subagent_holds_what_it_did(tour: dict[str, Any]) -> None:
    """Its requests and tool calls are its nodes, not the turn's."""
    (agent,) = [node for node in nodes(tour) if node["kind"] == "subagent"]
    assert agent["name"] == "general-purpose"
    assert {node["kind"] for node in agent["nodes"]} >= {"request", "tool_call"}


def test_people_get_lines(imported: Path) -> None:
    """Prompts, answers, tool calls with who decided, without escape codes."""
    output = run("transcript", TOUR, "--store", imported).stdout
    for text in ("Tidy up the payments service", "✓ config", "grep -n 'def '", "Now the change."):
        assert text in output
    assert "\x1b" not in output


def test_a_prefix_is_enough_when_it_is_unique(imported: Path) -> None:
    """The beginning of an id stands for it."""
    tree = json.loads(run("transcript", "844d", "--store", imported, "--json").stdout)
    assert tree["session"]["session_id"] == TOUR


@pytest.mark.parametrize(
    ("prefix", "words"),
    [("zzz", "no session's id begins with 'zzz'"), ("", "several sessions' ids begin with")],
)
def test_a_prefix_that_is_none_or_many_is_refused(imported: Path, prefix: str, words: str) -> None:
    """Nothing is guessed."""
    finished = run("transcript", prefix, "--store", imported)
    assert finished.returncode == 1
    assert words in finished.stderr
    assert finished.stdout == ""
