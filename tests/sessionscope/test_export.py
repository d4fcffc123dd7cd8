"""Sessions leave in forms that are whole, safe, private, and that this program reads again."""

import csv
import io
import json
import re
import stat
from html.parser import HTMLParser
from pathlib import Path

import pytest

from receiver.files import read_saved
from receiver.otlp_json import lines
from sessionscope.config import Config
from sessionscope.exporting import Form, export
from store.connection import Database, open_reader
from store.queries.records import all_records
from tests.captures import CAPTURES, DATA, batches, captures_of, exports
from tests.sessionscope.command import run
from tests.sessionscope.test_importing import tables
from tests.store.stores import derived, fill, filled
from tests.store.told import event, logs

OTHERS = ("codex", "copilot", "gemini", "opencode", "qwen")
ALL_CAPTURES = (*CAPTURES, *(name for client in OTHERS for name in captures_of(client)))

HOSTILE = (
    "</pre><script>alert(1)</script><img src=x onerror=alert(1)> [x](javascript:1) "
    "\x1b]52;c;cHduZWQ=\x07 \u202eRLO ``` \n# heading\n=1+1 `````` http://evil.example "
    "www.evil.example"
)


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A store of one session whose every text is an attack."""
    store = tmp_path / "hostile.db"
    told = logs(
        event("user_prompt", 0, 0, prompt=HOSTILE, prompt_length=9),
        event("tool_decision", 1, 1, tool_name="Bash", tool_use_id="t", decision="accept",
              source="config", tool_parameters=json.dumps({"full_command": HOSTILE})),
        event("api_request", 2, 2, model=HOSTILE, request_id="r", cost_usd=0.5),
        user__email="ana@example.com",
    )  # fmt: skip
    fill(store, [told])
    return store


def exported(store: Path, form: Form, target: Path, *, redact: bool = False) -> str:
    """Return all sessions of a store as written to a file."""
    export(Config(store=store), [], where="", form=form, output=target, redact=redact)
    return target.read_text(encoding="utf-8")


def raws_as_otlp(db: Database) -> bytes:
    """Return all that a store holds, as an export writes it."""
    raws = (raw for page in all_records(db) for raw in page)
    return "\n".join(lines(raws)).encode()


@pytest.mark.parametrize("capture", ALL_CAPTURES)
def test_what_is_exported_imports_as_the_same_tables(tmp_path: Path, capture: str) -> None:
    """Every field of every derived table of every capture survives the way out and in."""
    first = filled(tmp_path / "a.db", batches(exports(capture)))
    found = list(read_saved(io.BytesIO(raws_as_otlp(first)), received_unix_nano=1))
    assert [piece.problem for piece in found if piece.problem] == []
    again = filled(tmp_path / "b.db", [batch for piece in found for batch in piece.batches])
    assert derived(again) == derived(first)


@pytest.mark.parametrize("capture", ["tour-full", "tui-permissions", "subagents"])
def test_the_command_exports_what_it_imports(tmp_path: Path, capture: str) -> None:
    """The same, by the commands and through a file."""
    raw = DATA / capture / "raw.tar.gz"
    assert run("import", "--store", tmp_path / "a.db", raw).returncode == 0
    target = tmp_path / "telemetry.jsonl"
    command = ("export", "--store", tmp_path / "a.db", "--where", "", "-o", target)
    assert run(*command).returncode == 0
    assert run("import", "--store", tmp_path / "b.db", target).returncode == 0
    assert tables(tmp_path / "b.db") == tables(tmp_path / "a.db")


@pytest.mark.parametrize("form", list(Form))
def test_a_file_is_private_whole_and_never_in_place_of_another(
    hostile: Path, tmp_path: Path, form: Form
) -> None:
    """Others cannot read it, and what was there stays as it was."""
    target = tmp_path / "out"
    arguments = ("export", "s", "--as", form, "--store", hostile, "-o", target)
    assert run(*arguments).returncode == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    before = target.read_bytes()
    assert "nothing is overwritten" in run(*arguments).stderr
    assert target.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir() if "partial" in path.name) == []
    assert run(*arguments[:-2]).stdout.encode() == before.replace(b"\r\n", b"\n")


def test_what_fails_midway_leaves_nothing(
    hostile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no half of an export."""
    monkeypatch.setattr("sessionscope.exporting.rows", lambda *_: iter([{"session_id": "s"}]))
    with pytest.raises(KeyError):
        exported(hostile, Form.CSV, tmp_path / "out.csv")
    assert [path.name for path in tmp_path.iterdir() if "out" in path.name] == []


class Tags(HTMLParser):
    """Collects the elements of a page and their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element, and that it has attributes that act."""
        self.found.add(tag)
        self.found |= {
            name for name, _ in attrs if name.startswith("on") or name in {"src", "href"}
        }


def test_html_is_text_whatever_it_holds(hostile: Path, tmp_path: Path) -> None:
    """No element, no link and no control character comes from telemetry."""
    page = exported(hostile, Form.HTML, tmp_path / "a.html")
    tags = Tags()
    tags.feed(page)
    assert tags.found == {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "pre"}
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", page)
    assert "alert(1)" in page


def test_markdown_is_text_whatever_it_holds(hostile: Path, tmp_path: Path) -> None:
    """No heading, link or tag comes from telemetry: rendered, it is text."""
    markdown_it = pytest.importorskip("markdown_it")
    document = exported(hostile, Form.MARKDOWN, tmp_path / "a.md")
    rendered = markdown_it.MarkdownIt("js-default", {"html": True, "linkify": False}).render(
        document
    )
    tags = Tags()
    tags.feed(rendered)
    assert tags.found <= {"h1", "h2", "ul", "li", "pre", "code", "p"}
    assert document.count("\n# ") + document.startswith("# ") == 1 + document.count("\n# heading")
    assert "\x1b" not in document


def test_csv_holds_no_formula(hostile: Path, tmp_path: Path) -> None:
    """What a spreadsheet would run is text, and every row has all columns."""
    table = list(csv.DictReader(io.StringIO(exported(hostile, Form.CSV, tmp_path / "a.csv"))))
    assert [row["kind"] for row in table] == ["prompt", "tool_call", "request"]
    assert not [cell for row in table for cell in row.values() if cell.startswith(("=", "+", "@"))]
    assert table[2]["cost_reported_usd"] == "0.5"
    assert table[1]["verdict"] == "accepted"


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("capture", ["tour-full", "mcp", "bodies-inline"])
def test_redaction_leaves_no_text_behind(tmp_path: Path, capture: str, form: Form) -> None:
    """No prompt, path, command, identity or id of the original is in any form of the export."""
    fill(tmp_path / "a.db", batches(exports(capture)))
    db = open_reader(tmp_path / "a.db")
    known = {value for (value,) in db.execute(
        "select title from sessions union select session_id from sessions"
        " union select tool_call_id from tool_calls union select request_id from requests"
        " union select prompt from (select null as prompt) union select value from"
        " session_attributes where name like 'user.%' or name like '%email%'"
        " union select file_path from tool_calls union select command from tool_calls"
    ) if value and len(value) > 5}  # fmt: skip
    db.close()
    told = exported(tmp_path / "a.db", form, tmp_path / "out", redact=True)
    assert len(known) > 3
    assert [text for text in known if text in told] == []
    assert "redacted-" in told


def test_redaction_is_consistent_and_keeps_the_figures(tmp_path: Path) -> None:
    """What belonged together still does: the same sessions, requests and decisions."""
    fill(tmp_path / "a.db", batches(exports("tour-full")))
    (tmp_path / "r.jsonl").write_text(
        exported(tmp_path / "a.db", Form.OTLP, tmp_path / "o", redact=True)
    )
    run("import", "--store", tmp_path / "b.db", tmp_path / "r.jsonl")
    figures = (
        "select count(*), sum(requests), sum(tool_calls), sum(rejected), sum(input_tokens),"
        " sum(reported_micros) from sessions"
    )
    first, second = (
        open_reader(tmp_path / name).execute(figures).fetchall() for name in ("a.db", "b.db")
    )
    assert first == second
