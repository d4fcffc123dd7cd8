"""Which conversations are one session: sub-agents, titles and reviewers belong to what they serve.

Some agents hold such conversations under ids of their own, and some of their spans name a trace
instead of a conversation. Conversations that share a key (a trace, an id that one names of
another) are kin; all kin are shown as the one with the smallest id, the oldest where ids begin with
their time. The others become sub-agents in it. As the keys are a set, so is what follows from them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from store.binding import insert_into, run_many
from store.changes import Facts
from store.connection import Database
from store.fact_rows import Rows
from store.facts import Relation
from store.merge import merge
from store.retelling import ALIAS, Member, retold, take_out

_RELATION = f"{insert_into('relations', Relation._fields)} on conflict do nothing"
_FALLING = "ses_"
KIN = """
    with recursive kin (id) as (
        {first} union
        select other.session_id from kin
            join relations own on own.session_id = kin.id and own.kind = 'key'
            join relations other on other.kind = 'key' and other.value = own.value
        union
        select hidden.session_id from kin
            join relations own on own.session_id = kin.id and own.kind = 'served'
            join relations hidden on hidden.kind = 'serves' and hidden.value = own.value
            where kin.id = (select min(session_id) from relations
                where kind = 'served' and value = own.value)
        union
        select shown.session_id from kin
            join relations own on own.session_id = kin.id and own.kind = 'serves'
            join relations shown on shown.kind = 'served' and shown.value = own.value
            where shown.session_id = (select min(session_id) from relations
                where kind = 'served' and value = own.value)
    ) select id from kin
"""
"""All conversations that hang together with those that ``{first}`` selects."""

_KIN_OF_ONE = KIN.format(first="select ?")


def settle(
    db: Database, facts: Facts, requests: Callable[[Facts], Rows | None] = lambda _: None
) -> Facts:
    """Merge facts, those of a member into its session, and move there what was known of it.

    ``requests`` may work out what is to be inserted with the rows of requests, where nothing moves.
    Returns the facts as they were merged.
    """
    run_many(db, _RELATION, facts.relations)
    members = {
        conversation: Member(home, *_words(db, conversation))
        for conversation, home in _homes(db, facts).items()
        if conversation != home
    }
    if not members:
        merge(db, facts, requests(facts))
        return facts
    for conversation in _known(db, members):
        take_out(db, conversation, facts)
    told = retold(facts, members)
    merge(db, told)
    for conversation, member in members.items():
        _put_right(db, conversation, member)
    return told


def _homes(db: Database, facts: Facts) -> Mapping[str, str]:
    """Return the session of each conversation that is kin to one of which there is news."""
    homes: dict[str, str] = {}
    for session_id in facts.sessions:
        if session_id not in homes:
            kin = [found for (found,) in db.execute(_KIN_OF_ONE, [session_id])]
            homes.update(dict.fromkeys(kin, _oldest(kin)))
    return homes


def _oldest(kin: Sequence[str]) -> str:
    """Return the oldest of conversations whose ids rise with time, or fall (``ses_…``)."""
    named = [conversation for conversation in kin if not conversation.startswith(ALIAS)] or kin
    are_falling = all(conversation.startswith(_FALLING) for conversation in named)
    return max(named) if are_falling else min(named)


def _words(db: Database, session_id: str) -> tuple[str | None, str | None]:
    """Return the role and the name of a conversation."""
    found = dict(
        db.execute(
            "select kind, min(value) from relations where session_id = ? and kind <> 'key'"
            " group by kind",
            [session_id],
        )
    )
    return found.get("role"), found.get("name")


def _known(db: Database, members: Iterable[str]) -> list[str]:
    listed = list(members)
    marks = ", ".join("?" * len(listed))
    found = db.execute(f"select session_id from sessions where session_id in ({marks})", listed)
    return [session_id for (session_id,) in found]


def _put_right(db: Database, conversation: str, member: Member) -> None:
    """Name a member by what is known of it now, and its records by its session."""
    db.execute(
        "update requests set source = ?1, agent_name = ?2 where session_id = ?3 and agent_id = ?4"
        " and (source is not ?1 or agent_name is not ?2)",
        [member.source, member.agent_name, member.home, conversation],
    )
    db.execute(
        "update records set session_id = ? where session_id = ?", [member.home, conversation]
    )
