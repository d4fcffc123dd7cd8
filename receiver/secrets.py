"""Secrets in texts, masked: ``[REDACTED:kind:hash]`` in place of what could be used.

One pass finds keywords, and only where one stands is a pattern tried, so time grows with the
length of the text alone. Base64 is seen through, once: a keyword looks like one of three fragments
in it, depending on where it falls. The hash is keyed, so that equal secrets look equal within one
store, and nobody without the key can try guesses; see ``secret_kinds.GUESSABLE`` for the rest.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterator
from hashlib import blake2b
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick, Implementation

from receiver.secret_kinds import NAMED_BY_PLACE, RULES, Rule

_WINDOW = 64 * 1024
"""Bytes searched at once, so that what is found fits into memory whatever the text."""
SHORTEST_IN_BASE64 = 4
"""Keywords shorter than this have fragments that stand in any base64."""
_GROUP = 4
"""Base64 characters that stand for three bytes."""
_BEFORE = 104
"""Base64 characters read before a fragment: patterns begin up to 76 bytes before their keyword."""
_DECODED = 8192
"""Base64 characters read from a fragment on, at least."""
_STRETCH = 4 * _DECODED
"""Base64 characters decoded at once; fragments that follow in them cost no more decoding."""
_RUN = re.compile(rb"[A-Za-z0-9+/_-]{0,%d}+" % _STRETCH)
_BASE64 = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")


class _Clue(NamedTuple):
    """What a keyword, or a fragment of base64, points to."""

    rule: Rule
    shift: int
    """-1 in plain text; else how many bytes of a group of three stand before the keyword."""


class _Found(NamedTuple):
    rule: Rule
    start: int
    end: int
    secret: bytes


class Masker:
    """Masks the secrets of all kinds but those that are to be kept."""

    def __init__(self, key: bytes, *, kept: Collection[str] = ()) -> None:
        self._key = key
        clues: dict[bytes, list[_Clue]] = {}
        for rule in RULES:
            if rule.kind not in kept:
                for fragment, clue in _clues(rule):
                    clues.setdefault(fragment, []).append(clue)
        self._clues = list(clues.values())
        self._automaton = BytesAhoCorasick(clues, implementation=Implementation.DFA)
        self._overlap = max(map(len, clues), default=1) - 1

    def mask(self, text: bytes) -> bytes:
        """Return a text without its secrets; the same object where it has none."""
        parts: list[bytes] = []
        done = 0
        for found in self._secrets(text):
            parts += (text[done : found.start], self._replacement(found))
            done = found.end
        return b"".join((*parts, text[done:])) if parts else text

    def blank(self, text: bytes) -> bytes:
        """Return a text with its secrets starred out, as long as it was."""
        parts: list[bytes] = []
        done = 0
        for found in self._secrets(text):
            parts += (text[done : found.start], b"*" * (found.end - found.start))
            done = found.end
        return b"".join((*parts, text[done:])) if parts else text

    def suspects(self, text: bytes) -> Iterator[int]:
        """Yield where keywords begin: in order of their ends, and some more than once."""
        for start, _ in self._hits(text):
            yield start

    def _hits(self, text: bytes) -> Iterator[tuple[int, int]]:
        """Yield where keywords begin, and their numbers."""
        find = self._automaton.find_matches_as_indexes
        if len(text) <= _WINDOW:
            for number, start, _ in find(text, overlapping=True):
                yield start, number
            return
        view = memoryview(text)
        for first in range(0, len(text), _WINDOW):
            window = bytes(view[first : first + _WINDOW + self._overlap])
            for number, start, _ in find(window, overlapping=True):
                if start < _WINDOW:
                    yield first + start, number

    def _secrets(self, text: bytes) -> Iterator[_Found]:
        """Yield secrets that do not overlap, in order."""
        done = 0
        base64 = _Base64(text)
        for start, number in self._hits(text):
            for clue in self._clues[number]:
                found = _look(text, start, clue=clue, base64=base64)
                if found is not None and found.start >= done:
                    found = self._by_form(found)
                    done = found.end
                    yield found

    def _by_form(self, found: _Found) -> _Found:
        """Call a secret that was found by its place by its own form, if it has one."""
        if found.rule.kind not in NAMED_BY_PLACE:
            return found
        for start, number in self._hits(found.secret[:_BEFORE]):
            for rule, shift in self._clues[number]:
                if start == rule.back and shift < 0 and rule.kind not in NAMED_BY_PLACE:
                    match = rule.pattern.match(found.secret)
                    if match and match.start("secret") == 0:
                        return found._replace(rule=rule)
        return found

    def _replacement(self, found: _Found) -> bytes:
        digest = blake2b(found.secret, key=self._key).hexdigest()[: found.rule.digits]
        return f"[REDACTED:{found.rule.kind}:{digest}]".encode()


def _clues(rule: Rule) -> Iterator[tuple[bytes, _Clue]]:
    yield rule.keyword, _Clue(rule, -1)
    is_hidden = rule.kind not in NAMED_BY_PLACE or rule.kind == "private-key"
    if not is_hidden or len(rule.keyword) < SHORTEST_IN_BASE64:
        return
    for shift in range(3):
        size = shift + len(rule.keyword)
        encoded = b64encode(bytes(shift) + rule.keyword)
        fragment = encoded[-(-shift * 8 // 6) : size * 8 // 6]
        yield fragment, _Clue(rule, shift)
        if fragment.translate(bytes.maketrans(b"+/", b"-_")) != fragment:
            yield fragment.translate(bytes.maketrans(b"+/", b"-_")), _Clue(rule, shift)


class _Base64:
    """The base64 in one text, decoded stretch by stretch and each stretch about once."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._stretches: dict[int, tuple[int, int, bytes]] = {}
        """By how groups of four lie: where a stretch begins and ends, and what it says."""

    def around(self, group: int) -> tuple[int, bytes]:
        """Return where the stretch around a group of four begins, and what it says."""
        first, end, decoded = self._stretches.get(group % _GROUP, (0, 0, b""))
        is_cut = end - first >= _STRETCH
        if group >= end or (is_cut and group + _DECODED > end):
            first = self._beginning(group)
            run = _RUN.match(self._text, first)
            end = run.end() if run else first
            decoded = _decoded(self._text[first:end])
            self._stretches[group % _GROUP] = (first, end, decoded)
        return first, decoded

    def _beginning(self, group: int) -> int:
        """Return how far back the base64 goes, as far as a pattern may begin before its keyword."""
        first = group
        while (
            first >= _GROUP
            and group - first < _BEFORE
            and _BASE64.issuperset(self._text[first - _GROUP : first])
        ):
            first -= _GROUP
        return first


def _look(text: bytes, start: int, *, clue: _Clue, base64: _Base64) -> _Found | None:
    """Return the secret that a clue at ``start`` points to, if it is one."""
    rule, shift = clue
    if shift >= 0:
        return _look_into(base64, start, clue)
    first = start - rule.back
    match = rule.pattern.match(text, first) if first >= 0 else None
    return match and _Found(rule, *match.span("secret"), match["secret"])


def _look_into(base64: _Base64, start: int, clue: _Clue) -> _Found | None:
    """Return where in base64 the secret is that a fragment at ``start`` is the beginning of."""
    rule, shift = clue
    group = start - -(-shift * 8 // 6)
    if group < 0:
        return None
    first, decoded = base64.around(group)
    begin = (group - first) // _GROUP * 3 + shift - rule.back
    match = rule.pattern.match(decoded, begin) if begin >= 0 else None
    if match is None:
        return None
    begin, end = match.span("secret")
    return _Found(rule, first + begin * 8 // 6, first + -(-end * 8 // 6), match["secret"])


def _decoded(text: bytes) -> bytes:
    """Decode base64 of either alphabet, without its padding."""
    whole = text[: len(text) - (len(text) % _GROUP == 1)].translate(_TO_STANDARD)
    return b64decode(whole + b"=" * (-len(whole) % _GROUP))
