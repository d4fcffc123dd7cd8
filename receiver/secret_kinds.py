"""What secrets look like, a kind a row: the keyword that is looked for, and what follows it.

Written from what the vendors publish of the form of their tokens. A pattern starts at its keyword
and ends within a bound: each repetition has an upper limit and, being possessive, is never tried
a second time, so that a keyword costs at most its pattern's width however hostile the text. In a
table row ``A`` stands for a letter or digit, ``W`` for one of those, ``_`` or ``-``, ``H`` for a
hexadecimal digit, each before its count; see ``_expanded``.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

WIDTH_LIMIT = 20_000
"""No pattern matches more bytes than this."""
CERTAIN = 8
GUESSABLE = 3
"""Hexadecimal digits of the hash that stands for a secret. What a machine made at random cannot be
found by trying; what a person chose can be, so its hash is so short that thousands of passwords
share each, also for someone who has the key."""

_START = rb"(?:(?<![A-Za-z0-9])|(?<=\\[bfnrt])|(?<=%[0-9A-Fa-f][0-9A-Fa-f])|(?<=\\u[0-9A-Fa-f]{4}))"
"""A token does not begin within a word; the end of an escape looks like one."""


class Rule(NamedTuple):
    """One keyword and what makes a secret of what stands around it."""

    kind: str
    keyword: bytes
    source: bytes
    """A regular expression whose group ``secret`` is what is replaced."""
    back: int
    """How many bytes before the keyword the pattern begins."""
    digits: int
    """``CERTAIN`` or ``GUESSABLE``."""

    @property
    def pattern(self) -> re.Pattern[bytes]:
        """The expression, compiled when it is first needed."""
        return _compiled(self.source)


@cache
def _compiled(source: bytes) -> re.Pattern[bytes]:
    return re.compile(source)


_TOKENS: tuple[tuple[str, str, str], ...] = (
    ("age-key", "AGE-SECRET-KEY-1", "[0-9A-Z]{58}+"),
    ("anthropic-key", "sk-ant-", "[a-z]{3,8}+[0-9]{2}+-W{32,255}+"),
    ("artifactory-key", "AKCp", "A{69}+!"),
    ("atlassian-token", "ATATT3 ATCTT3 ATBB", "[A-Za-z0-9_=.-]{24,300}+"),
    ("aws-access-key", "AKIA ASIA ABIA ACCA", "[A-Z2-7]{16}+!"),
    (
        "azure-storage-key",
        "AccountKey= SharedAccessKey=",
        "(?P<secret>[A-Za-z0-9+/]{42,88}+={0,2}+)",
    ),
    ("buildkite-token", "bkua_ bkct_", "H{40}+!"),
    ("circleci-token", "CCIPAT_ CCIPRJ_", "A{20,30}+_H{40}+!"),
    ("cloudflare-origin-key", "v1.0-", "H{24}+-H{140,150}+!"),
    ("contentful-token", "CFPAT-", "W{43}+"),
    ("databricks-token", "dapi", "H{32}+(?:-[0-9])?+!"),
    ("digitalocean-token", "dop_v1_ doo_v1_ dor_v1_", "H{64}+!"),
    ("discord-webhook", "discord.com/api/webhooks/", r"[0-9]{17,20}+\\?+/(?P<secret>W{60,80}+)"),
    ("docker-token", "dckr_pat_ dckr_oat_", "W{20,64}+"),
    ("doppler-token", "dp.pt. dp.ct. dp.sa. dp.scim. dp.audit.", "A{40,44}+!"),
    ("doppler-service-token", "dp.st.", "(?:[a-z0-9_-]{2,35}+[.])?+A{40,44}+!"),
    ("dropbox-token", "sl.u.", "W{60,1500}+"),
    ("figma-token", "figd_ figo_", "W{36,80}+"),
    ("fly-token", "fm2_ fm1r_ fm1a_", "[A-Za-z0-9+/=_-]{60,4096}+"),
    ("github-token", "ghp_ gho_ ghu_ ghs_ ghr_", "[A-Za-z0-9_.-]{36,1024}+"),
    ("github-fine-grained-token", "github_pat_", "A{22}+_A{59}+!"),
    (
        "gitlab-token",
        "glpat- gldt- glrt- glptt- glcbt- glft- glsoat- glimt- glagent- gloas- glffct-",
        "[A-Za-z0-9_.-]{20,300}+",
    ),
    ("google-api-key", "AIza", "W{35}+"),
    ("google-client-secret", "GOCSPX-", "W{28}+"),
    ("google-refresh-token", "1//0", "W{40,200}+"),
    ("google-token", "ya29.", "[A-Za-z0-9_.-]{30,2048}+"),
    ("grafana-token", "glsa_", "A{32}+_H{8}+!"),
    ("grafana-cloud-token", "glc_eyJ", "[A-Za-z0-9+/=]{40,400}+"),
    ("groq-key", "gsk_", "A{40,80}+!"),
    ("heroku-key", "HRKU-", "W{36,80}+"),
    ("huggingface-token", "hf_ api_org_", "[A-Za-z]{34}+!"),
    ("jwt", "eyJ", r"W{10,4096}+[.]eyJW{6,8192}+[.]W{20,2048}+"),
    ("langfuse-key", "sk-lf-", "H{8}+-H{4}+-H{4}+-H{4}+-H{12}+!"),
    ("langsmith-key", "lsv2_pt_ lsv2_sk_", "H{32}+_H{10}+!"),
    ("linear-key", "lin_api_ lin_oauth_", "A{40,64}+!"),
    ("mailgun-key", "key-", "[0-9a-f]{32}+!"),
    ("netlify-token", "nfp_", "A{36,60}+!"),
    ("newrelic-key", "NRAK- NRII- NRJS- NRAA-", "[A-Za-z0-9]{19,40}+!"),
    ("notion-token", "ntn_ secret_", "A{43,50}+!"),
    ("npm-token", "npm_", "A{36}+!"),
    ("nuget-key", "oy2", "[a-z0-9]{43}+!"),
    ("nvidia-key", "nvapi-", "W{60,80}+"),
    ("onepassword-token", "ops_eyJ", "[A-Za-z0-9+/=_-]{200,2048}+"),
    ("openai-key", "sk-proj- sk-svcacct- sk-admin- sk-None-", "W{32,300}+"),
    ("openrouter-key", "sk-or-v1-", "H{64}+!"),
    ("openshift-token", "sha256~", "W{43}+"),
    ("perplexity-key", "pplx-", "A{40,64}+!"),
    ("planetscale-token", "pscale_tkn_ pscale_pw_ pscale_oauth_", "[A-Za-z0-9_=.-]{32,64}+"),
    ("postman-key", "PMAK-", "H{24}+-H{34}+!"),
    ("pulumi-token", "pul-", "H{40}+!"),
    ("pypi-token", "pypi-AgEIcHlwaS5vcmc pypi-AgENdGVzdC5weXBpLm9yZw", "W{50,1000}+"),
    ("replicate-token", "r8_", "A{37}+!"),
    ("rubygems-key", "rubygems_", "H{48}+!"),
    ("sendgrid-key", "SG.", "W{22}+[.]W{43}+"),
    ("sentry-token", "sntrys_eyJ", "[A-Za-z0-9+/=_-]{60,400}+"),
    ("sentry-user-token", "sntryu_", "H{64}+!"),
    ("shopify-token", "shpat_ shpss_ shpca_ shppa_", "H{32}+!"),
    (
        "slack-token",
        "xoxb- xoxp- xoxa- xoxr- xoxs- xoxe- xoxe.xoxp- xapp-",
        "[A-Za-z0-9-]{20,300}+",
    ),
    (
        "slack-webhook",
        r"hooks.slack.com/services/ hooks.slack.com\/services\/",
        r"T[A-Z0-9]{8,12}+\\?+/B[A-Z0-9]{8,12}+\\?+/(?P<secret>A{20,30}+)",
    ),
    ("sonarqube-token", "squ_ sqp_ sqa_", "H{40}+!"),
    ("square-token", "sq0atp- sq0csp- sq0idp-", "W{22,60}+"),
    ("stripe-key", "sk_live_ sk_test_ rk_live_ rk_test_", "A{16,250}+!"),
    ("stripe-webhook-secret", "whsec_", "[A-Za-z0-9+/=]{32,80}+"),
    ("supabase-token", "sbp_", "H{40}+!"),
    ("supabase-secret-key", "sb_secret_", "W{22,80}+"),
    ("tailscale-key", "tskey-", "[a-z]{3,8}+-A{8,32}+-A{16,64}+"),
    ("tavily-key", "tvly-", "W{24,64}+"),
    ("twilio-key", " ".join(f"SK{digit}" for digit in "0123456789abcdef"), "[0-9a-f]{31}+!"),
    ("typeform-token", "tfp_", "W{40,64}+"),
    ("vault-token", "hvs. hvb. hvr.", "W{24,300}+"),
    ("xai-key", "xai-", "A{64,100}+!"),
)
"""Kind, keywords, and what follows one of them; all of it is the secret unless a part is named."""

_INNER: tuple[tuple[str, str, int, str], ...] = (
    ("azure-client-secret", "Q~", 4, r"[A-Za-z0-9_~.]{3}+[0-9]Q~[A-Za-z0-9_~.-]{31,34}+"),
    ("azure-devops-token", "AZDO", 76, "A{76}+AZDOA{4}+!"),
    (
        "mailchimp-key",
        "-us1 -us2 -us3 -us4 -us5 -us6 -us7 -us8 -us9",
        32,
        "[0-9a-f]{32}+-us[0-9]{1,2}+!",
    ),
    ("openai-legacy-key", "T3BlbkFJ", 23, "sk-A{20}+T3BlbkFJA{20}+!"),
    ("terraform-token", ".atlasv1.", 14, r"A{14}+[.]atlasv1[.]W{60,70}+"),
)
"""Kinds whose keyword stands within them, with how many bytes before it they begin."""

_QUOTE = r"(?:\\{0,3}+[\"'])?+"
_SPACE = r"(?:[ \t]|%20){0,4}+"
_SCHEME = "Bearer|bearer|BEARER|Basic|basic|Token|token"
_CHOSEN = r"(?P<secret>(?![$<\[{(*%])(?=[^\d\s]{0,64}+\d)[^\s\"'\\,;&<>(){}]{8,256}+)"
"""A value that a person may have chosen: no reference to a variable, and a digit in it."""

_PLACES: tuple[tuple[str, str, str, int], ...] = (
    (
        "aws-secret-key",
        "SECRET_ACCESS_KEY secret_access_key SecretAccessKey secretAccessKey",
        rf"{_QUOTE}{_SPACE}[:=]{_SPACE}{_QUOTE}(?P<secret>[A-Za-z0-9/+]{{40}}+)(?![A-Za-z0-9/+=])",
        CERTAIN,
    ),
    (
        "aws-session-token",
        "SESSION_TOKEN session_token SessionToken sessionToken",
        rf"{_QUOTE}{_SPACE}[:=]{_SPACE}{_QUOTE}(?P<secret>[A-Za-z0-9/+=]{{100,2048}}+)",
        CERTAIN,
    ),
    (
        "azure-sas",
        "?sig= &sig= u0026sig=",
        "(?P<secret>[A-Za-z0-9%+/]{43,64}+(?:=|%3D)?+)",
        CERTAIN,
    ),
    (
        "private-key",
        "-----BEGIN",
        (
            r" (?:(?!PRIVATE)[A-Z0-9]{1,12}+ ){0,3}+PRIVATE KEY(?: BLOCK)?+-----"
            r"(?P<secret>(?:\\{1,3}+[nr]|\s)(?:[A-Za-z0-9+/=\s:,.()]|\\|-(?!-)){48,16384}+)"
        ),
        CERTAIN,
    ),
    (
        "authorization-header",
        "uthorization UTHORIZATION",
        (
            rf"{_QUOTE}{_SPACE}(?:[:=,]|%3A){_SPACE}{_QUOTE}"
            rf"(?:{_SCHEME})(?:[ +]|%20){{1,4}}+(?P<secret>[A-Za-z0-9._~+/=|:-]{{8,4096}}+)"
        ),
        CERTAIN,
    ),
    (
        "bearer-token",
        "Bearer bearer",
        r"(?:[ +]|%20){1,4}+(?P<secret>(?=[^\d\s]{0,64}+\d)[A-Za-z0-9._~+/=|-]{20,4096}+)",
        CERTAIN,
    ),
    (
        "api-key-header",
        "x-api-key X-Api-Key X-API-Key X-API-KEY api-key PRIVATE-TOKEN Private-Token X-Auth-Token",
        rf"{_QUOTE}{_SPACE}(?:[:=,]|%3A){_SPACE}{_QUOTE}(?P<secret>[A-Za-z0-9._~+/=|-]{{12,512}}+)",
        CERTAIN,
    ),
    ("telegram-token", ":AA", "(?<=[0-9]{8}:AA)(?P<secret>[A-Za-z0-9_-]{33}+)", CERTAIN),
    (
        "npm-auth",
        ":_authToken= :_password=",
        r"\"?+(?P<secret>[A-Za-z0-9+/=._-]{16,512}+)",
        CERTAIN,
    ),
    (
        "url-password",
        r":// :\/\/",
        r"[^\s:/@\"'\\<>]{0,128}+:(?P<secret>(?![$<\[{(*%])[^\s/@\"'\\<>]{1,256}+)@",
        GUESSABLE,
    ),
    (
        "curl-password",
        "curl",
        (
            r"(?=[ \t])(?:(?!curl|[ \t]-u|[ \t]--user)[^\n|;&]){0,512}+"
            rf"[ \t]{{1,4}}+(?:-u|--user)[ =]?+{_QUOTE}[^\s:\"'\\]{{1,64}}+:"
            r"(?P<secret>(?![$<\[{(*])[^\s\"'\\]{1,256}+)"
        ),
        GUESSABLE,
    ),
)
"""Kind, keywords, what follows, and how the hash is cut: secrets known by where they stand."""

_ASSIGNMENT = "assigned-secret"
_ASSIGNED = ("PASSWORD", "PASSWD", "SECRET", "TOKEN", "API_KEY", "ACCESS_KEY", "PRIVATE_KEY")
_SIGNS = ("=", "':", '":', r"\":", ": ")


def _expanded(notation: str) -> bytes:
    """Spell out the classes of a table row; ``!`` at its end is: no letter or digit follows."""
    if notation.endswith("!"):
        notation = f"{notation[:-1]}(?![A-Za-z0-9])"
    for sign, characters in (("A", "[A-Za-z0-9]"), ("W", "[A-Za-z0-9_-]"), ("H", "[0-9A-Fa-f]")):
        notation = notation.replace(f"{sign}{{", f"{characters}{{")
    return notation.encode()


def _named(source: bytes) -> bytes:
    """Make all of an expression the secret, unless a part of it is named so."""
    return source if b"(?P<secret>" in source else b"(?P<secret>" + source + b")"


def _rules() -> Iterator[Rule]:
    for kind, keywords, rest in _TOKENS:
        for keyword in keywords.encode().split():
            source = _START + _named(re.escape(keyword) + _expanded(rest))
            yield Rule(kind, keyword, source, 0, CERTAIN)
    for kind, keywords, back, inner in _INNER:
        for keyword in keywords.encode().split():
            yield Rule(kind, keyword, _START + _named(_expanded(inner)), back, CERTAIN)
    for kind, keywords, rest, digits in _PLACES:
        for keyword in keywords.encode().split():
            yield Rule(kind, keyword, re.escape(keyword) + rest.encode(), 0, digits)
    for name in (*_ASSIGNED, *map(str.lower, _ASSIGNED), "apiKey", "clientSecret"):
        for sign in _SIGNS:
            keyword = f"{name}{sign}".encode()
            value = f"{_SPACE}{_QUOTE}{_CHOSEN}".encode()
            yield Rule(_ASSIGNMENT, keyword, re.escape(keyword) + value, 0, GUESSABLE)


RULES: Sequence[Rule] = tuple(_rules())
KINDS: Sequence[str] = tuple(dict.fromkeys(rule.kind for rule in RULES))
"""The names of all kinds, as the configuration and the replacements have them."""
NAMED_BY_PLACE = frozenset({place[0] for place in _PLACES} | {_ASSIGNMENT})
"""Kinds that say where a secret stands; one that is known by its own form is called by that."""
