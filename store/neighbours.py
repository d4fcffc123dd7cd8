"""What shows only between neighbours: breaks in the count of events, calls repeated in a row.

Kept as rows come, a few steps along an index, so that a page of them is an indexed range at any
size of the store: the breaks by ``store.sequence_breaks``, the calls by triggers. Both depend on
the rows that there are, not on the order in which they came.
"""

NEIGHBOURS = """
create index records_in_sequence on records (session_id, time_unix_nano, sequence)
    where sequence is not null;

create table sequence_breaks (
    session_id text not null,
    time_unix_nano integer not null,
    sequence integer not null,
    previous integer,
    primary key (session_id, time_unix_nano, sequence)
) without rowid;

create index sequence_breaks_by_time on sequence_breaks (time_unix_nano)
    where sequence > previous + 1;

alter table tool_calls add column same_as text generated always as (
    tool || char(31) || ifnull(mcp_server, '') || char(31) || ifnull(mcp_tool, '') || char(31)
        || coalesce(command, iif(instr(coalesce(input, requested_input), '…')
            or instr(coalesce(input, requested_input), '"<nested>"'),
            null, coalesce(input, requested_input)))
    ) virtual;

create table repeated_calls (
    session_id text not null,
    tool_call_id text not null,
    started_unix_nano integer not null,
    primary key (session_id, tool_call_id)
) without rowid;

create index repeated_calls_by_time on repeated_calls (started_unix_nano);
"""
"""``sequence_breaks`` has each event whose number does not follow that of the event before it in
its session, ``previous``, ``null`` for the first. ``repeated_calls`` has each tool call that makes
it three times the same call in a row, by one agent in one turn. Calls are the same if they have the
same ``same_as``; it is unknown where the sender withholds or shortens what was asked for."""


def _previous(record: str) -> str:
    """Return the number of the event before one, by time, in its session."""
    return (
        f"(select p.sequence from records p where p.session_id = {record}.session_id"
        " and p.sequence is not null and (p.time_unix_nano, p.sequence)"
        f" < ({record}.time_unix_nano, {record}.sequence)"
        " order by p.time_unix_nano desc, p.sequence desc limit 1)"
    )


BREAKS_AGAIN = f"""
    insert into sequence_breaks
        select session_id, time_unix_nano, sequence, previous from (
            select distinct r.session_id, r.time_unix_nano, r.sequence, {_previous("r")} as previous
            from records r where r.sequence is not null and r.session_id is not null)
        where previous is not sequence - 1
"""
"""Fills ``sequence_breaks`` from all records."""


def _group(call: str, other: str) -> str:
    return (
        f"{call}.session_id = {other}.session_id and {call}.turn_id is {other}.turn_id"
        f" and {call}.agent_id is {other}.agent_id"
    )


def _place(call: str) -> str:
    return f"({call}.started_unix_nano, {call}.tool_call_id)"


def _asked(calls: int) -> str:
    """Return what the call so many before ``c`` asked for."""
    return (
        f"(select p.same_as from tool_calls p where {_group('p', 'c')}"
        f" and {_place('p')} < {_place('c')}"
        f" order by p.started_unix_nano desc, p.tool_call_id desc limit 1 offset {calls - 1})"
    )


def _looked_at_again(row: str) -> str:
    """Look again at the call at the place of ``row`` and at the three after it."""
    near = (
        f"(select n.tool_call_id from tool_calls n where {_group('n', row)}"
        f" and {_place('n')} >= {_place(row)}"
        " order by n.started_unix_nano, n.tool_call_id limit 4)"
    )
    return f"""
    delete from repeated_calls where session_id = {row}.session_id and tool_call_id in {near};
    insert into repeated_calls
        select c.session_id, c.tool_call_id, c.started_unix_nano from tool_calls c
        where c.session_id = {row}.session_id and c.tool_call_id in {near}
        and c.same_as = {_asked(1)} and c.same_as = {_asked(2)} and c.same_as is not {_asked(3)};"""


def _may_matter(*rows: str) -> str:
    """Tell cheaply whether a call at the end of its group repeats the one before, or is not last.

    Mostly neither is so; ``rows`` are what was and what is asked for.
    """
    near = f"from tool_calls n where {_group('n', 'new')} and {_place('n')}"
    same = ", ".join(f"{row}.same_as" for row in rows)
    return (
        f"(exists (select 1 {near} > {_place('new')}) or (select n.same_as {near} < {_place('new')}"
        f" order by n.started_unix_nano desc, n.tool_call_id desc limit 1) in ({same}))"
    )


_MOVED = f"not ({_group('new', 'old')} and new.started_unix_nano = old.started_unix_nano)"

NEIGHBOUR_TRIGGERS = f"""
create trigger tool_calls_repeated after insert on tool_calls
    when {_may_matter("new")} begin{_looked_at_again("new")}
end;

create trigger tool_calls_repeated_elsewhere after update on tool_calls when {_MOVED} begin
    delete from repeated_calls
        where session_id = old.session_id
            and tool_call_id = old.tool_call_id;{_looked_at_again("old")}
end;

create trigger tool_calls_repeated_again after update on tool_calls
    when {_MOVED} or new.same_as is not old.same_as and {_may_matter("new", "old")}
    begin{_looked_at_again("new")}
end;
"""
