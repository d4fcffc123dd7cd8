"""Telemetry that tries to act on whoever looks at it."""

import json
from pathlib import Path

ESCAPES = "A\x1b]52;c;cHduZWQ=\x07B\x1b[2JC\x9b31mD\u202eE\x00F\x7fG[red][@click=app.quit()]"
FORMULA = "=HYPERLINK(0)"


def saved(path: Path, *, prompt: str, session_id: str = "s-1") -> Path:
    """Write a file with one session of one prompt, one tool call and one failed request."""
    path.write_text(json.dumps(_request(prompt, session_id)) + "\n")
    return path


def _request(text: str, session_id: str) -> dict[str, object]:
    events = (
        {"event.name": "user_prompt", "prompt": text, "prompt_length": "4"},
        {
            "event.name": "tool_result",
            "tool_name": text,
            "tool_use_id": "t-1",
            "success": "false",
            "error": text,
            "duration_ms": "5",
            "decision_type": "accept",
            "decision_source": "config",
            "tool_parameters": json.dumps({"full_command": text}),
        },
        {
            "event.name": "api_error",
            "request_id": "r-1",
            "model": text,
            "error": text,
            "status_code": "500",
            "duration_ms": "7",
            "attempt": "11",
        },
    )
    return {
        "resourceLogs": [
            {
                "resource": {"attributes": _attributes({"service.name": text, "team.id": text})},
                "scopeLogs": [
                    {
                        "scope": {"name": "com.anthropic.claude_code.events", "version": "2.1.330"},
                        "logRecords": [
                            {
                                "timeUnixNano": str((1_795_360_000 + sequence) * 10**9),
                                "body": {"stringValue": f"claude_code.{event['event.name']}"},
                                "attributes": _attributes(
                                    {
                                        "session.id": session_id,
                                        "user.email": text,
                                        "prompt.id": "p-1",
                                        "event.sequence": str(sequence),
                                        **event,
                                    }
                                ),
                            }
                            for sequence, event in enumerate(events)
                        ],
                    }
                ],
            }
        ]
    }


def _attributes(values: dict[str, str]) -> list[dict[str, object]]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in values.items()]
