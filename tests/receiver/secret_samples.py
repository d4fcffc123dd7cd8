"""Secrets of every kind, and what looks like one; none was ever valid.

They are put together here so that no scanner of sources takes them for real.
"""

from typing import NamedTuple

_LETTERS = "aB3dE5gH7jK9mN1pQ2sT4vW6yZ8"


def a(size: int) -> str:
    """Return letters and digits."""
    return (_LETTERS * (size // len(_LETTERS) + 1))[:size]


def h(size: int) -> str:
    """Return hexadecimal digits."""
    return ("0123456789abcdef" * (size // 16 + 1))[3 : size + 3]


def up(size: int) -> str:
    """Return capitals and digits that base32 has."""
    return ("ABCDEFGH234567" * (size // 14 + 1))[:size]


class Sample(NamedTuple):
    """A kind of secret; in ``text`` it stands where ``{}`` is."""

    kind: str
    secret: str
    text: str = "{}"
    near_miss: str = ""
    """What must stay as it is; by default the secret without its last half."""


_UUID = "0aa11bb2-0cc3-4dd4-8ee5-0ff6aa7bb8cc"
_JWT = f"eyJ{a(20)}.eyJ{a(60)}.{a(43)}"
_PEM = "\n".join(("", *(a(64) for _ in range(12)), ""))

SAMPLES = (
    Sample("age-key", f"AGE-SECRET-KEY-1{up(58)}"),
    Sample("anthropic-key", f"sk-ant-api03-{a(93)}AA", near_miss="sk-ant-api03-..."),
    Sample("anthropic-key", f"sk-ant-oat01-{a(93)}AA", near_miss="risk-ant-farm01-x"),
    Sample(
        "api-key-header", a(32), "curl -H 'x-api-key: {}'", "-H 'x-api-key: $ANTHROPIC_API_KEY'"
    ),
    Sample("artifactory-key", f"AKCp{a(69)}"),
    Sample("assigned-secret", "hunter2hunter2", "DB_PASSWORD={}", "DB_PASSWORD=$DB_PASSWORD"),
    Sample("assigned-secret", "correcth0rse", '{{"password": "{}"}}', '{"password": "required"}'),
    Sample(
        "assigned-secret", "correcth0rse", '{{\\"password\\": \\"{}\\"}}', "password: ${SECRET}"
    ),
    Sample("assigned-secret", a(20), "MY_API_KEY={}", "MAX_TOKENS=100000000"),
    Sample("atlassian-token", f"ATATT3xFfGF0{a(60)}=1A2B3C4D", near_miss="ATATT3xFf"),
    Sample("authorization-header", a(40), "Authorization: Token {}", "Authorization: Bearer $T"),
    Sample(
        "authorization-header", "Ym9iOnMzY3JldA==", "authorization: Basic {}", "authorization: none"
    ),
    Sample(
        "authorization-header", a(40), "Authorization%3A%20Bearer%20{}", "the Authorization header"
    ),
    Sample("aws-access-key", f"AKIA{up(16)}", near_miss=f"AKIA{up(16)}LONGER"),
    Sample("aws-access-key", f"ASIA{up(16)}", "Credential={}/20261122", "AFRIKA ASIA EUROPA"),
    Sample(
        "aws-secret-key", a(40), "aws_secret_access_key = {}", "aws_secret_access_key = <secret>"
    ),
    Sample("aws-secret-key", a(40), "AWS_SECRET_ACCESS_KEY={}", "AWS_SECRET_ACCESS_KEY=${{ X }}"),
    Sample("aws-session-token", a(200), 'export AWS_SESSION_TOKEN="{}"', "AWS_SESSION_TOKEN="),
    Sample("azure-client-secret", f"abc8Q~{a(34)}"),
    Sample("azure-devops-token", f"{a(76)}AZDO{a(4)}"),
    Sample("azure-sas", f"{a(43)}%3D", "https://x.blob.core.windows.net/c?sv=2&sig={}", "?sig=abc"),
    Sample("azure-storage-key", f"{a(86)}==", "AccountName=x;AccountKey={};", "AccountKey=<key>"),
    Sample("bearer-token", a(32), "-H 'X-Auth: Bearer {}'", "Bearer authentication is used here"),
    Sample("buildkite-token", f"bkua_{h(40)}"),
    Sample("circleci-token", f"CCIPAT_{a(22)}_{h(40)}"),
    Sample("cloudflare-origin-key", f"v1.0-{h(24)}-{h(146)}", near_miss="v1.0-rc1"),
    Sample("contentful-token", f"CFPAT-{a(43)}"),
    Sample("curl-password", "s3cret", "curl -sS -u bob:{} https://x", "curl -u bob https://x:8080"),
    Sample("curl-password", "s3cret", "curl --user 'bob:{}' x", "curl --user-agent a:b x"),
    Sample("databricks-token", f"dapi{h(32)}"),
    Sample("digitalocean-token", f"dop_v1_{h(64)}"),
    Sample("discord-webhook", a(68), f"https://discord.com/api/webhooks/{'1' * 18}/{{}}"),
    Sample("docker-token", f"dckr_pat_{a(27)}", near_miss="dckr_pat_short"),
    Sample("doppler-service-token", f"dp.st.dev.{a(43)}", near_miss="dp.st.dev"),
    Sample("doppler-token", f"dp.pt.{a(43)}"),
    Sample("dropbox-token", f"sl.u.{a(140)}", near_miss="sl.u.short"),
    Sample("figma-token", f"figd_{a(40)}"),
    Sample("fly-token", f"fm2_{a(120)}", near_miss="fm2_short"),
    Sample("github-fine-grained-token", f"github_pat_{a(22)}_{a(59)}"),
    Sample("github-token", f"ghp_{a(36)}"),
    Sample("github-token", f"ghs_{a(36)}", near_miss=f"highghs_{a(36)}"),
    Sample("gitlab-token", f"glpat-{a(20)}", near_miss="glpat-token"),
    Sample("gitlab-token", f"glrt-{a(20)}", near_miss="glrt-"),
    Sample("google-api-key", f"AIza{a(35)}"),
    Sample("google-client-secret", f"GOCSPX-{a(28)}"),
    Sample("google-refresh-token", f"1//0{a(60)}", near_miss="1//0"),
    Sample("google-token", f"ya29.{a(120)}", near_miss="ya29.short"),
    Sample("grafana-cloud-token", f"glc_eyJ{a(120)}", near_miss="glc_eyJ"),
    Sample("grafana-token", f"glsa_{a(32)}_{h(8)}"),
    Sample("groq-key", f"gsk_{a(52)}"),
    Sample("heroku-key", f"HRKU-AA{a(58)}", near_miss="HRKU-AA"),
    Sample("huggingface-token", "hf_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH"),
    Sample("jwt", _JWT, near_miss=f"eyJ{a(20)}.eyJ{a(10)}"),
    Sample("langfuse-key", f"sk-lf-{_UUID}"),
    Sample("langsmith-key", f"lsv2_pt_{h(32)}_{h(10)}"),
    Sample("linear-key", f"lin_api_{a(40)}"),
    Sample("mailchimp-key", f"{h(32)}-us12", near_miss="de-us1"),
    Sample("mailgun-key", f"key-{h(32)}", near_miss="key-value"),
    Sample("netlify-token", f"nfp_{a(40)}"),
    Sample("newrelic-key", f"NRAK-{up(27)}"),
    Sample("notion-token", f"ntn_{a(46)}"),
    Sample("notion-token", f"secret_{a(43)}", near_miss="secret_name_of_the_thing"),
    Sample("npm-auth", a(36), "//registry.example/:_authToken={}", ":_authToken=${NPM_TOKEN}"),
    Sample("npm-token", f"npm_{a(36)}", near_miss="npm_config_registry"),
    Sample("nuget-key", f"oy2{'abcdefgh1234' * 3}abcdefg"),
    Sample("nvidia-key", f"nvapi-{a(64)}"),
    Sample("onepassword-token", f"ops_eyJ{a(400)}", near_miss="ops_eyJ"),
    Sample("openai-key", f"sk-proj-{a(120)}", near_miss="sk-proj-name"),
    Sample("openai-legacy-key", f"sk-{a(20)}T3BlbkFJ{a(20)}"),
    Sample("openrouter-key", f"sk-or-v1-{h(64)}"),
    Sample("openshift-token", f"sha256~{a(43)}"),
    Sample("perplexity-key", f"pplx-{a(48)}"),
    Sample("planetscale-token", f"pscale_tkn_{a(43)}", near_miss="pscale_tkn_name"),
    Sample("postman-key", f"PMAK-{h(24)}-{h(34)}"),
    Sample(
        "private-key",
        _PEM,
        "-----BEGIN RSA PRIVATE KEY-----{}-----END RSA PRIVATE KEY-----",
        "look for '-----BEGIN RSA PRIVATE KEY-----' in the file",
    ),
    Sample(
        "private-key",
        _PEM.replace("\n", "\\n"),
        '{{"key":"-----BEGIN PRIVATE KEY-----{}-----END PRIVATE KEY-----"}}',
        f"-----BEGIN PUBLIC KEY-----{_PEM}-----END PUBLIC KEY-----",
    ),
    Sample("pulumi-token", f"pul-{h(40)}"),
    Sample("pypi-token", f"pypi-AgEIcHlwaS5vcmc{a(160)}", near_miss="pypi-AgEIcHlwaS5vcmc"),
    Sample("replicate-token", f"r8_{a(37)}"),
    Sample("rubygems-key", f"rubygems_{h(48)}"),
    Sample("sendgrid-key", f"SG.{a(22)}.{a(43)}"),
    Sample("sentry-token", f"sntrys_eyJ{a(120)}", near_miss="sntrys_eyJ"),
    Sample("sentry-user-token", f"sntryu_{h(64)}"),
    Sample("shopify-token", f"shpat_{h(32)}"),
    Sample("slack-token", f"xoxb-{'1' * 12}-{'2' * 12}-{a(24)}", near_miss="xoxb-token"),
    Sample("slack-token", f"xapp-1-A{up(10)}-{'1' * 13}-{h(64)}", near_miss="xapp-1-A"),
    Sample("slack-webhook", a(24), f"https://hooks.slack.com/services/T{up(10)}/B{up(10)}/{{}}"),
    Sample("sonarqube-token", f"squ_{h(40)}"),
    Sample("square-token", f"sq0atp-{a(22)}"),
    Sample("stripe-key", f"sk_live_{a(24)}", near_miss="sk_live_key"),
    Sample("stripe-webhook-secret", f"whsec_{a(32)}"),
    Sample("supabase-secret-key", f"sb_secret_{a(31)}"),
    Sample("supabase-token", f"sbp_{h(40)}"),
    Sample("tailscale-key", f"tskey-auth-{a(17)}-{a(32)}"),
    Sample("tavily-key", f"tvly-{a(32)}"),
    Sample("telegram-token", f"AA{a(33)}"[2:], "bot1234567890:AA{}", f"ratio 1:AA{a(33)}"),
    Sample("terraform-token", f"{a(14)}.atlasv1.{a(67)}"),
    Sample("twilio-key", f"SK{h(32)}", near_miss=f"RISK{h(32)}"),
    Sample("typeform-token", f"tfp_{a(44)}"),
    Sample("url-password", "s3cr3t", "postgres://bob:{}@db/x", "http://localhost:8080/@scope/x"),
    Sample("url-password", "s3cr3t", "https:\\/\\/bob:{}@host\\/x", "https://bob:$PW@host"),
    Sample("vault-token", f"hvs.{a(90)}", near_miss="hvs.short"),
    Sample("xai-key", f"xai-{a(80)}"),
)
