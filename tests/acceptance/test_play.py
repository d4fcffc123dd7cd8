"""A capture can be played into a running recorder as if it happened now."""

import time
from pathlib import Path

from store.connection import open_reader
from store.queries.filter import parse
from store.queries.sessions import sessions
from tests.acceptance.play import play
from tests.acceptance.senders import GrpcSender
from tests.sessionscope.command import serving


def test_a_played_session_is_of_now_and_has_the_figures_of_the_capture(tmp_path: Path) -> None:
    """Only times differ: 2 prompts, 16 requests, 15 tool calls and their cost."""
    before_ns = time.time_ns()
    store = tmp_path / "sessions.db"
    with serving(store) as recorder:
        sender = GrpcSender(recorder.owner)
        play("tour-full", sender, speed=1_000)
        sender.close()
    now_ns = time.time_ns()
    (session,) = sessions(open_reader(store), where=parse("", now_ns=now_ns), now_ns=now_ns)
    assert (session.turns, session.requests, session.tool_calls) == (2, 16, 15)
    assert session.cost.reported_micros == 163_854
    assert before_ns <= session.last_event_at <= now_ns
