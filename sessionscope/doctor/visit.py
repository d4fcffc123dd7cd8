"""All findings, printed for people or as JSON."""

import sys
from collections.abc import Mapping
from dataclasses import asdict
from itertools import chain
from pathlib import Path

import click

from sessionscope.config import Config
from sessionscope.doctor.agents import look_at_settings
from sessionscope.doctor.findings import Finding, Level
from sessionscope.doctor.recording import look_at_recorder
from sessionscope.doctor.storage import look_at_store
from sessionscope.tables.encoders import write_json
from tui.safe_text import one_line


def visit(config: Config, *, environment: Mapping[str, str], as_json: bool) -> bool:
    """Print what was found; return whether nothing is wrong."""
    settings = look_at_settings(
        config, environment=environment, home=Path.home(), project=Path.cwd()
    )
    found = list(chain(look_at_recorder(config), look_at_store(config), settings))
    if as_json:
        write_json([asdict(finding) for finding in found], sys.stdout)
    else:
        for finding in found:
            click.echo(_line(finding))
    return all(finding.level is not Level.WRONG for finding in found)


def _line(finding: Finding) -> str:
    advice = f"  → {one_line(finding.advice)}" if finding.advice else ""
    return f"{finding.level.value:<6}{finding.about:<13}{one_line(finding.words)}{advice}"
