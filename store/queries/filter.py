r"""The one filter language: the same in the screens and in ``--where``.

``agent:claude tool:Bash,Edit -decision:accept cost>1 since:2h "double charge"``: every term must
hold; ``-`` negates one, ``:=`` (``mcp:="ledger"``) asks for a text itself where ``:`` admits what
is like it, ``,`` in a value is *or*, quotes keep spaces and punctuation together (``\"`` is a quote
in quotes), and what has no key is searched in the content.

Terms about tool calls (``tool: mcp: decision: by:``), requests (``model: status:``) and troubles
(``kind:``), asked of sessions, speak together of one and the same call, request or trouble:
``tool:Bash decision:reject`` are the sessions where a Bash call was rejected. A negated one
excludes sessions that have any such. A comparison never holds for what is unknown, its negation
does.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from store.queries.filter_keys import ALIASES, KEYS, WORDS, Key, Rows
from store.queries.filter_values import Reader

MAX_LENGTH = 1_000
"""Characters of a filter; it also keeps conditions within SQLite's depth of expressions."""

_SQLITE_INTEGER = 2**63
_EXACTLY = ":="

_HEAD = re.compile(r"([A-Za-z_]+)(:=?|[<>]=?)")
_VALUE = re.compile(r'"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s,"]+)', re.DOTALL)
_WORD = re.compile(r'"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s"]+)', re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')


class FilterError(ValueError):
    """The filter cannot be read; ``start`` and ``end`` are the offsets of what is wrong in it."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.start = start
        self.end = end


@dataclass(frozen=True, slots=True)
class Filter:
    """A parsed filter: one SQL condition over the rows it was parsed for."""

    text: str
    sql: str
    """A condition on ``sessions s`` and, joined to it, the rows by their alias (``ALIASES``) when
    these are others; ``1`` when nothing is asked."""
    parameters: Mapping[str, object]


class _Text(NamedTuple):
    """A value as written and where."""

    text: str
    start: int
    end: int


class _Term(NamedTuple):
    key: Key
    operator: str
    values: list[_Text]
    is_negated: bool


class _Parameters:
    def __init__(self, now_ns: int) -> None:
        self._now_ns = now_ns
        self.bound: dict[str, object] = {"filter_now": now_ns}

    def bind(self, read_as: Reader, value: _Text) -> str:
        """Return the name a value is bound to."""
        try:
            read = read_as(value.text, self._now_ns)
        except ValueError as error:
            raise FilterError(str(error), value.start, value.end) from error
        if isinstance(read, int) and not -_SQLITE_INTEGER <= read < _SQLITE_INTEGER:
            raise FilterError(f"{value.text!r} is out of range", value.start, value.end)
        name = f"filter_{len(self.bound)}"
        self.bound[name] = read
        return f":{name}"


def parse(text: str, *, now_ns: int, rows: Rows = Rows.SESSIONS) -> Filter:
    """Read a filter for ``rows``. Raises ``FilterError`` with the place of the fault."""
    _check(text)
    parameters = _Parameters(now_ns)
    conditions: list[str] = []
    of_one_row: dict[Rows, list[str]] = {}
    for term in _terms(text):
        subject = term.key.subject(rows)
        condition = _condition(term, subject, parameters)
        if subject not in (rows, Rows.SESSIONS):
            if not term.is_negated:
                of_one_row.setdefault(subject, []).append(condition)
                continue
            condition = _has_any(subject, [condition])
        conditions.append(f"({condition}) is not true" if term.is_negated else condition)
    conditions += [_has_any(subject, together) for subject, together in of_one_row.items()]
    return Filter(text, " and ".join(conditions) or "1", parameters.bound)


def _condition(term: _Term, subject: Rows, parameters: _Parameters) -> str:
    is_exact = term.operator == _EXACTLY
    condition = term.key.condition(subject, is_exact=is_exact).replace("{op}", term.operator)
    read = term.key.read_exact if is_exact else term.key.read
    choices = [condition.replace("{}", parameters.bind(read, value)) for value in term.values]
    return f"({' or '.join(choices)})"


def _has_any(subject: Rows, conditions: Iterable[str]) -> str:
    alias = ALIASES[subject]
    return (
        f"exists (select 1 from {subject} {alias} where {alias}.session_id = s.session_id"
        f" and {' and '.join(conditions)})"
    )


def _check(text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise FilterError(f"a filter has at most {MAX_LENGTH} characters", MAX_LENGTH, len(text))
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise FilterError("this is not a character", error.start, error.end) from error


def _terms(text: str) -> Iterator[_Term]:
    position = _skip_space(text, 0)
    while position < len(text):
        is_negated = text[position] == "-" and bool(text[position + 1 : position + 2].strip())
        position += is_negated
        head = _HEAD.match(text, position)
        if head:
            values, end = _values(text, head)
            yield _Term(_key(head), head[2], values, is_negated)
        else:
            word, end = _value(text, position, _WORD)
            yield _Term(WORDS, ":", [word], is_negated)
        position = _skip_space(text, end)


def _key(head: re.Match[str]) -> Key:
    name, operator = head[1].lower(), head[2]
    key = KEYS.get(name)
    if key is None:
        known = ", ".join(KEYS)
        fault = f"unknown key {head[1]!r}; put it in quotes to search for it, or use one of {known}"
        raise FilterError(fault, *head.span(1))
    if key.compares == operator.startswith(":") or (operator == _EXACTLY and not key.is_text):
        wanted = f"{name}>… or {name}<…" if key.compares else f"{name}:…"
        raise FilterError(f"write {wanted}", *head.span(2))
    return key


def _values(text: str, head: re.Match[str]) -> tuple[list[_Text], int]:
    """Read the values after a key; return them and where they end."""
    values: list[_Text] = []
    end = head.end()
    while True:
        if end >= len(text) or text[end].isspace() or text[end] == ",":
            raise FilterError(f"{head[0]} wants a value", head.start(), end)
        value, end = _value(text, end, _VALUE)
        values.append(value)
        if text[end : end + 1] != ",":
            return values, end
        end += 1


def _value(text: str, start: int, pattern: re.Pattern[str]) -> tuple[_Text, int]:
    match = pattern.match(text, start)
    if match is None:
        raise FilterError("this quote is not closed", start, len(text))
    value = match["plain"] or _ESCAPED.sub(r"\1", match["quoted"])
    if not value:
        raise FilterError("there is nothing between these quotes", start, match.end())
    return _Text(value, start, match.end()), match.end()


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position
