"""HTML in one file, that loads nothing, runs nothing and shows telemetry as text only."""

import html
from collections.abc import Iterable, Iterator

from sessionscope.exports.blocks import Block, Kind
from tui.safe_text import one_line, safe_text

_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width">
<title>sessionscope</title>
<style>
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h2 { font-size: 1rem; margin-top: 2rem; border-top: 1px solid #8886; padding-top: 1rem; }
p { margin: .2rem 0; font-family: ui-monospace, monospace; white-space: pre-wrap; }
pre { margin: .3rem 0 .8rem; padding: .6rem; background: #8881; white-space: pre-wrap;
  overflow-wrap: anywhere; }
</style>
</head>
<body>"""
_TAGS = {Kind.TITLE: "h1", Kind.TURN: "h2", Kind.LINE: "p", Kind.TEXT: "pre"}


def write(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield a document line by line."""
    yield _HEAD
    for block in blocks:
        tag = _TAGS[block.kind]
        text = safe_text(block.text) if block.kind is Kind.TEXT else one_line(block.text).strip()
        indent = f' style="margin-left: {2 * block.depth}rem"' if block.depth else ""
        yield f"<{tag}{indent}>{html.escape(text)}</{tag}>"
    yield "</body>\n</html>"
