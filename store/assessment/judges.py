"""Judging the caches of sessions as their requests come in, each request once where that is enough.

A request that was sent after all others of its chain is judged by what is remembered of them. What
comes out of order, and a session that is not remembered, is judged from its rows.
"""

from collections.abc import Iterable, Sequence

from store.assessment.columns import UseColumns
from store.cache import CacheJudge
from store.chains import ChainedRequest, Mark

_SESSIONS = 512
_RECENT = 16
"""Requests a session of which news may come late without judging all of it again."""


class Judges:
    """Sessions that were judged lately, as far as they were judged."""

    def __init__(self) -> None:
        self._sessions: dict[str, _Session] = {}

    def forget(self) -> None:
        """Remember nothing."""
        self._sessions.clear()

    def judge_on(
        self,
        session_id: str,
        news: Sequence[tuple[ChainedRequest, UseColumns]],
        marks: Sequence[Mark],
    ) -> dict[str, UseColumns] | None:
        """Judge what is new, given with what was found of it before, by what is remembered.

        ``None`` means that the whole session must be judged; what was remembered of it is dropped.
        """
        session = self._sessions.pop(session_id, None)
        if session is None or (found := session.judge_on(news, marks)) is None:
            return None
        self._sessions[session_id] = session
        return found

    def judge_all(
        self, session_id: str, requests: Iterable[ChainedRequest], marks: Sequence[Mark]
    ) -> list[UseColumns]:
        """Judge a session from its beginning, its requests given in order, and remember it."""
        session = _Session(marks)
        found = [session.judge(request) for request in requests]
        self._sessions[session_id] = session
        if len(self._sessions) > _SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        return found


def _place(news: tuple[ChainedRequest, UseColumns]) -> tuple[int, int, str]:
    return news[0].place


class _Session:
    def __init__(self, marks: Sequence[Mark]) -> None:
        self._judge = CacheJudge(marks)
        self._recent: dict[str, ChainedRequest] = {}

    def judge_on(
        self, news: Sequence[tuple[ChainedRequest, UseColumns]], marks: Sequence[Mark]
    ) -> dict[str, UseColumns] | None:
        if marks:
            if not self._judge.is_past(min(mark.at for mark in marks)):
                return None
            self._judge.mark(marks)
        uses = {}
        for request, before in sorted(news, key=_place):
            if self._recent.get(request.request_id) == request:
                uses[request.request_id] = before
            elif before.rebuilt_tokens is None and self._judge.follows(request):
                uses[request.request_id] = self.judge(request)
            else:
                return None
        return uses

    def judge(self, request: ChainedRequest) -> UseColumns:
        use = UseColumns.of(self._judge.judge(request))
        if use.rebuilt_tokens is not None:
            self._recent[request.request_id] = request
            if len(self._recent) > _RECENT:
                del self._recent[next(iter(self._recent))]
        return use
