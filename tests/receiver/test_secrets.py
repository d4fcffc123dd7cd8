"""Secrets in texts: every kind is masked, what only looks like one is left alone (S51)."""

import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver import secrets
from receiver.secret_kinds import GUESSABLE, KINDS, RULES, WIDTH_LIMIT, Rule
from receiver.secrets import SHORTEST_IN_BASE64, Masker
from tests.receiver.secret_samples import SAMPLES, Sample, a

MASKER = Masker(b"k" * 32)
TOKENS = [sample for sample in SAMPLES if sample.text == "{}"]
SHORT = {rule.kind for rule in RULES if len(rule.keyword) < SHORTEST_IN_BASE64}
IN_BASE64 = [s for s in TOKENS if s.kind not in SHORT and len(s.secret) < 1000]
MARK = re.compile(r"\[REDACTED:(?P<kind>[a-z-]+):(?P<hash>[0-9a-f]+)\]")
ids = [f"{index}-{sample.kind}" for index, sample in enumerate(SAMPLES)]


def masked(text: str) -> str:
    """Mask a text."""
    return MASKER.mask(text.encode()).decode()


def test_s51_every_kind_has_a_sample() -> None:
    """At least 40 kinds are known, and each is tried."""
    assert len(KINDS) >= 40
    assert {sample.kind for sample in SAMPLES} == set(KINDS)


@pytest.mark.parametrize("sample", SAMPLES, ids=ids)
def test_s51_a_secret_is_masked_and_named(sample: Sample) -> None:
    """In its text the secret alone gives way to its kind and a hash; a second time changes none."""
    text = sample.text.format(sample.secret)
    found = masked(f"before {text} after")
    mark = MARK.search(found)
    assert mark is not None
    assert mark["kind"] == sample.kind
    left, _, right = sample.text.format("\0").partition("\0")
    assert found == f"before {left}{mark[0]}{right} after"
    assert masked(found) == found


@pytest.mark.parametrize("sample", SAMPLES, ids=ids)
def test_s51_a_near_miss_stays(sample: Sample) -> None:
    """Too short a token, a variable in its place, the mere name of a header: all stay."""
    near_miss = sample.near_miss or sample.text.format(sample.secret[: len(sample.secret) // 2])
    assert masked(near_miss) == near_miss


@pytest.mark.parametrize("sample", TOKENS, ids=lambda sample: sample.kind)
@pytest.mark.parametrize(
    "text",
    [
        '{{"command": "export X={}"}}',
        "line\\n{}\\nline",
        '{{\\"token\\":\\"{}\\"}}',
        "Authorization: Bearer {}",
        "SOME_TOKEN={}",
        "https://x.example/?a=1&key%3D{}",
        "https://{}@x.example/a.git",
        "\\u0022{}\\u0022",
    ],
)
def test_s51_a_token_is_found_wherever_it_stands(text: str, sample: Sample) -> None:
    """Escaped, percent-encoded, in headers, URLs and dumps: it goes, and keeps its own name."""
    found = masked(text.format(sample.secret))
    assert sample.secret not in found
    assert sample.kind in found


@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
@pytest.mark.parametrize("before", ["", "x ", "xy ", "a long beginning of it all: "])
@pytest.mark.parametrize("sample", IN_BASE64, ids=lambda sample: sample.kind)
def test_s51_base64_hides_no_token(before: str, sample: Sample, encode: Any) -> None:  # noqa: ANN401
    """Wherever in base64 a token begins, no character that tells of it is left."""
    text = encode(f"{before}{sample.secret} and more".encode())
    found = MASKER.mask(b"data:" + text + b";")
    assert sample.kind.encode() in found
    clear = encode(sample.secret[3:-3].encode()).strip(b"=")
    assert clear[4:-4] not in found


def test_s51_equal_secrets_look_equal_and_only_with_the_same_key() -> None:
    """The hash links two places of one secret within a store, and not two stores."""
    text = f"ghp_{a(36)}".encode()
    once, twice = MARK.findall(MASKER.mask(text + b" " + text).decode())
    assert once == twice
    assert Masker(b"K" * 32).mask(text) != MASKER.mask(text)


def test_s51_the_hash_of_what_people_choose_fits_thousands() -> None:
    """A password's hash has so few digits that guessing tells nothing, key or no key."""
    mark = MARK.search(masked("postgres://bob:hunter2@db"))
    assert mark is not None
    assert len(mark["hash"]) == GUESSABLE


@pytest.mark.parametrize("kind", KINDS)
def test_s51_a_kind_can_be_kept(kind: str) -> None:
    """What the person wants to keep of one kind is kept, and other kinds are not."""
    masker = Masker(b"k" * 32, kept=[kind])
    for sample in SAMPLES:
        if sample.kind == kind:
            found = masker.mask(sample.text.format(sample.secret).encode()).decode()
            assert kind not in found


def test_s51_all_kinds_kept_change_nothing() -> None:
    """With all kinds kept, no text changes."""
    masker = Masker(b"k" * 32, kept=KINDS)
    text = " ".join(sample.text.format(sample.secret) for sample in SAMPLES).encode()
    assert masker.mask(text) is text


@given(st.binary(max_size=300), st.sampled_from(TOKENS), st.binary(max_size=300))
def test_s51_no_surrounding_makes_it_stumble(before: bytes, sample: Sample, after: bytes) -> None:
    """In whatever bytes, a token that stands free is masked, and masking is final."""
    found = MASKER.mask(before + b' "' + sample.secret.encode() + b'" ' + after)
    assert sample.secret.encode() not in found
    assert MASKER.mask(found) == found


def _repeats(parsed: Any) -> Iterator[tuple[str, int]]:  # noqa: ANN401 - of the re module's own parser
    for operation, argument in parsed:
        name = str(operation)
        if "REPEAT" in name:
            low, high, inner = argument
            if low != high:
                yield name, int(high)
            yield from _repeats(inner)
        elif name == "SUBPATTERN":
            yield from _repeats(argument[3])
        elif name == "BRANCH":
            for branch in argument[1]:
                yield from _repeats(branch)
        elif name in {"ASSERT", "ASSERT_NOT"}:
            yield from _repeats(argument[1])
        elif name == "ATOMIC_GROUP":
            yield from _repeats(argument)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.kind}-{rule.keyword}")
def test_s51_no_pattern_backtracks_or_runs_on(rule: Rule) -> None:
    """Repetitions are possessive and bounded, so a try costs no more than a pattern is wide."""
    parsed = re._parser.parse(rule.source)  # type: ignore[attr-defined]  # noqa: SLF001
    assert parsed.getwidth()[1] <= WIDTH_LIMIT
    assert all(
        name == "POSSESSIVE_REPEAT" and high <= WIDTH_LIMIT for name, high in _repeats(parsed)
    )


@pytest.mark.parametrize("text", [b"://a:", b"eyJ", b"-----BEGIN ", b"ghp_", b"curl -u ", b"Z2hwX"])
def test_s51_twice_the_text_is_twice_the_work(text: bytes) -> None:
    """The patterns tried, each of bounded cost, grow with the length and not faster."""
    tried = [sum(1 for _ in MASKER.suspects(text * count)) for count in (20_000, 40_000)]
    assert tried[1] <= 2 * tried[0] + 2


@pytest.mark.parametrize("text", [b"Z2hwX", b"Z2hwX.", b"LS0tLS1CRUdJTiBSU0Eg", b"c2stYW50"])
def test_s51_base64_is_decoded_a_few_times_at_most(
    text: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many fragments stand in it, what is decoded is in proportion to the text."""
    decoded: list[int] = []

    def counted(part: bytes) -> bytes:
        decoded.append(len(part))
        return decode(part)

    decode = secrets._decoded  # noqa: SLF001 - the work to be counted
    monkeypatch.setattr(secrets, "_decoded", counted)
    whole = text * (500_000 // len(text))
    MASKER.mask(whole)
    assert sum(decoded) <= 8 * len(whole)
