"""How the totals of sessions and turns are kept as requests and tool calls change.

Triggers do it inside the transaction that changes the fact, so a total can never disagree with the
rows it sums. Every summed figure ``x`` has a count ``x_known`` beside it: a sum over nothing known
is unknown, not 0, and a sum over fewer than all is a lower bound.
"""

from store.facts import DECISION_APART, RESULT_APART

SUMS = (
    "input_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "output_tokens",
    "reasoning_tokens",
    "reported_micros",
)
"""The figures of a request that are summed into its turn and its session."""

TRACED = (
    "input_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "output_tokens",
    "reasoning_tokens",
)
"""The figures that the request's span repeats; it counts where the event lacks them."""

_SOLVED = {
    "cache_write_5m_tokens": "billed_5m_tokens",
    "cache_write_1h_tokens": "billed_1h_tokens",
}
"""The figures that a reported cost can prove; that counts where the event lacks them."""

UNNAMED_SPAN = "~span:"
"""How the id of a request begins that only a span without a request id tells of.

The event of the same request has no id either, so that the two cannot be told to be one: such a
request counts apart, and only where a session has no events.
"""

_HAS_ID = f"({{row}}.request_id not like '{UNNAMED_SPAN}%')"

_GIVEN_UP = (
    "({row}.made_rank is null and ({row}.failed_rank is not null or {row}.traced_success is 0))"
)

_REQUEST_COUNTS = {
    "requests": _HAS_ID,
    "errors": f"({_GIVEN_UP} and {_HAS_ID})",
    "unnamed_requests": f"(not {_HAS_ID})",
    "unnamed_errors": f"({_GIVEN_UP} and not {_HAS_ID})",
}
_IS_RESULT_APART = f"({{row}}.tool_call_id >= '{RESULT_APART}' and {{row}}.tool_call_id < '~s')"
_IS_DECISION_APART = f"({{row}}.tool_call_id >= '{DECISION_APART}' and {{row}}.tool_call_id < '~e')"
_TOOL_CALL_COUNTS = {
    "tool_calls": f"(not {_IS_RESULT_APART})",
    "results_apart": _IS_RESULT_APART,
    "accepted": f"({{row}}.verdict = 'accepted' and not {_IS_RESULT_APART})",
    "rejected": "({row}.verdict = 'rejected')",
    "aborted": "({row}.verdict = 'aborted')",
    "undecided": f"({{row}}.verdict = 'unknown' and not {_IS_RESULT_APART})",
    "failed_tool_calls": "(coalesce({row}.success, {row}.executed_success) is 0)",
    "running_tool_calls": "({row}.verdict = 'accepted' and {row}.finished_rank is null"
    f" and {{row}}.executed_rank is null and not {_IS_DECISION_APART})",
}


def _figure(name: str) -> str:
    if name in TRACED:
        return f"coalesce({{row}}.{name}, {{row}}.traced_{name})"
    if name in _SOLVED:
        return f"coalesce({{row}}.{name}, {{row}}.{_SOLVED[name]})"
    return f"{{row}}.{name}"


_REQUEST_TERMS = {
    **_REQUEST_COUNTS,
    **{name: f"({_HAS_ID} * ifnull({_figure(name)}, 0))" for name in SUMS},
    **{f"{name}_known": f"({_HAS_ID} and {_figure(name)} is not null)" for name in SUMS},
    **{
        f"unnamed_{name}": f"((not {_HAS_ID}) * ifnull({{row}}.traced_{name}, 0))"
        for name in TRACED
    },
    **{
        f"unnamed_{name}_known": f"(not {_HAS_ID} and {{row}}.traced_{name} is not null)"
        for name in TRACED
    },
}

_CLASSES = (
    "input_micros",
    "cache_read_micros",
    "cache_write_micros",
    "output_micros",
    "web_search_micros",
)
_COSTS = ("micros", "computed_micros")
_IS_REBUILD = "({row}.rebuilt_tokens > 0)"

_COST_TERMS = {
    **{name: f"ifnull({{row}}.{name}, 0)" for name in _COSTS},
    **{f"{name}_known": f"({{row}}.{name} is not null)" for name in _COSTS},
    **{
        name: f"iif({{row}}.split_provenance is null, 0, ifnull({{row}}.{name}, 0))"
        for name in _CLASSES
    },
    "splits": "({row}.split_provenance is not null)",
    "inferred_splits": "({row}.split_provenance is 'inferred')",
    "judged": "({row}.rebuilt_tokens is not null)",
    "rebuilds": f"ifnull({_IS_REBUILD}, 0)",
    "priced_rebuilds": f"ifnull({_IS_REBUILD} and {{row}}.rebuilt_micros is not null, 0)",
    "rebuilt_tokens": "ifnull({row}.rebuilt_tokens, 0)",
    "rebuilt_micros": "ifnull({row}.rebuilt_micros, 0)",
}
"""What assessment works out once a request is merged. Only whole splits are summed, so that the
classes never come to more than the cost."""

TERMS = {"requests": {**_REQUEST_TERMS, **_COST_TERMS}, "tool_calls": _TOOL_CALL_COUNTS}
"""For each fact table: total column → what one row adds to it, ``{row}`` naming the row."""

COLUMNS = ",\n".join(
    f"    {column} integer not null default 0" for terms in TERMS.values() for column in terms
)
"""The total columns of ``turns`` and ``sessions``, as they stand in their definitions."""

_OF_SESSION = "session_id = new.session_id"


def _changes(terms: dict[str, str], template: str) -> str:
    return ",\n        ".join(
        f"{column} = {column} "
        + template.format(new=term.format(row="new"), old=term.format(row="old"))
        for column, term in terms.items()
    )


def _when_changed(table: str, name: str, terms: dict[str, str]) -> str:
    moved = _changes(terms, "+ {new} - {old}")
    changed = " or ".join(
        f"{term.format(row='new')} <> {term.format(row='old')}" for term in terms.values()
    )
    return f"""
create trigger {table}_{name} after update on {table}
    when {changed} begin
    update turns set {moved}
        where {_OF_SESSION} and turn_id = new.turn_id and new.turn_id is old.turn_id;
    update sessions set {moved} where {_OF_SESSION};
end;
"""


def _triggers(table: str, told: dict[str, str], assessed: dict[str, str]) -> str:
    """Return the triggers of a table; what is assessed changes apart from what is told."""
    added = _changes(told | assessed, "+ {new}")
    removed = _changes(told | assessed, "- {old}")
    assessments = _when_changed(table, "assessed", assessed) if assessed else ""
    return f"""
create trigger {table}_added after insert on {table} begin
    update turns set {added}
        where {_OF_SESSION} and turn_id = new.turn_id;
    update sessions set {added} where {_OF_SESSION};
end;
{_when_changed(table, "changed", told)}{assessments}
create trigger {table}_moved after update of turn_id on {table}
    when new.turn_id is not old.turn_id begin
    update turns set {removed}
        where {_OF_SESSION} and turn_id = old.turn_id;
    update turns set {added}
        where {_OF_SESSION} and turn_id = new.turn_id;
end;

"""


TRIGGERS = _triggers("requests", _REQUEST_TERMS, _COST_TERMS) + _triggers(
    "tool_calls", _TOOL_CALL_COUNTS, {}
)
"""The triggers, made from ``TERMS`` so that insert and update can not count differently."""
