"""Every raw record of a session in order, with what it is about."""

from pathlib import Path

import pytest

from store.queries.events import count_session_events, session_events
from store.queries.records import record
from tests.captures import CAPTURES, batches, exports
from tests.store.stores import filled


@pytest.mark.parametrize("capture", CAPTURES)
def test_every_record_is_there_once_and_in_order(capture: str, tmp_path: Path) -> None:
    """Whatever its signal; what it is about is found by its key, itself by its id."""
    db = filled(tmp_path / "s.db", batches(exports(capture)))
    for (session_id,) in db.execute("select session_id from sessions").fetchall():
        found = session_events(db, session_id, limit=10_000)
        assert len(found) == count_session_events(db, session_id)
        assert [(one.at, one.sequence or -1) for one in found] == sorted(
            (one.at, one.sequence or -1) for one in found
        )
        ids = {
            row[0]
            for row in db.execute("select id from records where session_id = ?", [session_id])
        }
        assert {one.record_id for one in found} == ids
        for one in found:
            raw = record(db, one.record_id)
            assert raw is not None
            assert (raw.signal, raw.name, raw.time_unix_nano) == (one.signal, one.name, one.at)


def test_pages_follow_one_another(tmp_path: Path) -> None:
    """Page by page the same as all at once."""
    db = filled(tmp_path / "s.db", batches(exports("tour-traces-full")))
    ((session_id,),) = db.execute("select session_id from sessions where opened").fetchall()
    found = session_events(db, session_id, limit=1_000)
    pages = [
        one
        for offset in range(0, len(found), 7)
        for one in session_events(db, session_id, offset=offset, limit=7)
    ]
    assert pages == found


def test_a_record_says_what_it_is_about(tmp_path: Path) -> None:
    """The turn, the sub-agent and a few words, for a span as for an event."""
    db = filled(tmp_path / "s.db", batches(exports("tour-traces-full")))
    ((session_id,),) = db.execute("select session_id from sessions where opened").fetchall()
    found = session_events(db, session_id, limit=1_000)
    by_name = {one.name: one for one in found}
    prompt = next(one for one in found if one.name == "user_prompt")
    assert prompt.summary == "Tidy up the payments service, please."
    assert by_name["mcp_server_connection"].summary == "ledger disconnected"
    assert by_name["claude_code.token.usage"].kind == "metric"
    failed = [one for one in found if one.kind == "tool" and "post_entry" in (one.summary or "")]
    assert {one.signal for one in failed} == {"logs", "traces"}
    assert {one.turn_id for one in failed} == {prompt.turn_id}
    assert {one.turn_id for one in found if one.agent_id} == {prompt.turn_id}


def test_a_record_that_is_not_there_is_none(tmp_path: Path) -> None:
    """And a session that is not there has none."""
    db = filled(tmp_path / "s.db", batches(exports("smoke")))
    assert record(db, 10**6) is None
    assert session_events(db, "nothing") == []
