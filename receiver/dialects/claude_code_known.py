"""The names Claude Code's telemetry is known to use, up to 2.1.330.

From the client itself and from its documentation ("Monitoring", 2.1.240). What is not among them is
kept and shown all the same, and counted as unknown to this version of the program.
"""

from collections.abc import Mapping

from receiver.dialects.values import integer, text
from store.changes import Facts
from store.facts import UnknownSeen
from store.signals import LogRecord, MetricPoint, Record, Span


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


COMMON = _words(
    "agent_id anthropic.custom_base_url anthropic.plan anthropic.provider anthropic.seat_type"
    " app.entrypoint app.version ccr.session.id event.name event.sequence event.timestamp"
    " identity.source organization.id parent_agent_id prompt.id session.id terminal.type"
    " user.account_id user.account_uuid user.email user.groups user.id vcs.owner.name"
    " vcs.provider.name vcs.repository.name vcs.repository.url.full workflow.name workflow.run_id"
    " workspace.host_paths"
)
"""What any record may carry."""

_ATTRIBUTION = _words(
    "agent.name marketplace.name mcp_server.name mcp_tool.name plugin.name skill.name"
)
_REQUEST = _ATTRIBUTION | _words(
    "client_request_id effort model query_source request_id speed duration_ms attempt"
)
_BODY = _words(
    "body body_length body_ref body_truncated message.id message.uuid model query_source"
    " request_body_id request_id"
)
_PLUGIN = _words("marketplace.name plugin.name plugin.version plugin_id_hash")
_TOOL = _words("request_id tool_name tool_parameters tool_source tool_use_id")
_HOOK = _words(
    "hook_definitions hook_event hook_matcher hook_name hook_source hook_type managed_only"
    " num_hooks plugin.name plugin_id_hash safe_mode"
)

_EVENTS: Mapping[str, frozenset[str]] = {
    "api_error": _REQUEST | _words("error status_code"),
    "api_refusal": _REQUEST | _words("category has_category has_explanation server_fallback_hop"),
    "api_request": _REQUEST
    | _words(
        "cache_creation_1h_tokens cache_creation_5m_tokens cache_creation_tokens"
        " cache_read_tokens cost_usd cost_usd_micros input_tokens output_tokens ttft_ms"
    ),
    "api_request_body": _BODY,
    "api_response_body": _BODY,
    "api_retries_exhausted": _REQUEST
    | _words("error status_code total_attempts total_retry_duration_ms"),
    "assistant_response": _words(
        "message.uuid model query_source request_id response response_length"
    ),
    "at_mention": _words("mention_type success"),
    "auth": _words("action auth_method error_category status_code success"),
    "compaction": _words(
        "duration_ms error post_tokens pre_tokens precompute_reuse success trigger"
    ),
    "feedback_survey": _words("appearance_id enabled_via_override event_type response survey_type"),
    "hook_execution_complete": _HOOK
    | _words(
        "additional_context_chars initial_user_message_chars num_blocking num_cancelled"
        " num_non_blocking_error num_outputs_persisted num_success stdout_chars"
        " system_message_chars total_duration_ms"
    ),
    "hook_execution_start": _HOOK,
    "hook_plugin_metrics": _words("hook_event plugin_id"),
    "hook_registered": _HOOK,
    "internal_error": _words("error_code error_name"),
    "managed_settings_resolved": _words(
        "managed_settings.helper.applied managed_settings.helper.state"
        " managed_settings.resolved_sha256 managed_settings.settings"
        " managed_settings.settings_truncated managed_settings.source_behavior"
        " managed_settings.sources managed_settings.trigger"
    ),
    "mcp_server_connection": _words(
        "duration_ms error error_code is_plugin plugin.name plugin_id_hash server_name"
        " server_scope status transport_type"
    ),
    "permission_mode_changed": _words("from_mode to_mode trigger"),
    "plugin_installed": _PLUGIN | _words("install.trigger marketplace.is_official"),
    "plugin_loaded": _PLUGIN
    | _words(
        "agent_path_count command_path_count enabled_via has_hooks has_mcp host_owned_mcp"
        " plugin.scope safe_mode skill_path_count"
    ),
    "retention_sweep": _words(
        "artifacts_deleted error_count files_past_cutoff files_retained_fresh"
        " history_entries_pruned period_days result session_files_deleted skip_reason"
        " transcripts_deleted transcripts_exempted_desktop used_default"
    ),
    "safety_event": _words(
        "category decision decision_source sandbox_enabled sandbox_mode tool_name tool_use_id"
    ),
    "skill_activated": _PLUGIN | _words("invocation_trigger skill.kind skill.name skill.source"),
    "subagent_completed": _PLUGIN
    | _words(
        "agent.source agent_type duration_ms final_model is_async is_built_in model"
        " model_swapped total_tokens total_tool_uses"
    ),
    "system_prompt": _words("system_prompt system_prompt_hash system_prompt_length"),
    "tool": _words("tool tool_hash tool_name"),
    "tool_decision": _TOOL
    | _words("classifier_category classifier_verdict decision permission_mode source"),
    "tool_result": _TOOL
    | _words(
        "decision_source decision_type duration_ms error error_type mcp_server_scope success"
        " tool_input tool_input_size_bytes tool_result_size_bytes vcs.ref.head.name"
        " vcs.ref.head.revision vcs.ref.head.type"
    ),
    "user_prompt": _words(
        "command_name command_source delivery.mode message.uuid prompt prompt_length prompt_text"
    ),
}

_OF_EVERY_SPAN = _words(
    "duration_ms gen_ai.conversation.id gen_ai.operation.name gen_ai.provider.name span.type"
    " new_context error error.type error_class success"
)
_SPAN_OF_TOOL = _words(
    "anthropic.mcp.server.name bash_argv0 bash_command_class file_path full_command"
    " gen_ai.tool.call.id gen_ai.tool.name result_tokens skill_name subagent_type tool_input"
    " tool_name tool_name_safe tool_use_id"
)
_SPANS: Mapping[str, frozenset[str]] = {
    "claude_code.hook": _OF_EVERY_SPAN | _EVENTS["hook_execution_complete"],
    "claude_code.interaction": _OF_EVERY_SPAN
    | _words(
        "interaction.duration_ms interaction.sequence parent.source queued_sends user_prompt"
        " user_prompt_length"
    ),
    "claude_code.llm_request": _OF_EVERY_SPAN
    | _EVENTS["api_request"]
    | _words(
        "first_content_ms gen_ai.request.model gen_ai.response.finish_reasons"
        " gen_ai.response.id gen_ai.system llm_request.context new_context_message_count"
        " query_source_safe response.has_tool_call response.model_output status_code stop_reason"
        " system_prompt_hash system_prompt_length system_prompt_preview system_reminders"
        " system_reminders_count tools tools_count user_system_prompt"
    ),
    "claude_code.tool": _OF_EVERY_SPAN | _SPAN_OF_TOOL,
    "claude_code.tool.blocked_on_user": _OF_EVERY_SPAN | _words("decision source"),
    "claude_code.tool.execution": _OF_EVERY_SPAN | _SPAN_OF_TOOL,
}

_METERED = _ATTRIBUTION | _words("effort model query_source speed")
_METRICS: Mapping[str, frozenset[str]] = {
    "claude_code.active_time.total": _words("type"),
    "claude_code.code_edit_tool.decision": _words("decision language source tool_name"),
    "claude_code.commit.count": frozenset(),
    "claude_code.cost.usage": _METERED,
    "claude_code.lines_of_code.count": _words("model type"),
    "claude_code.pull_request.count": frozenset(),
    "claude_code.session.count": _words("start_type"),
    "claude_code.token.usage": _METERED | _words("type"),
}

_FIGURES: Mapping[str, tuple[str, ...]] = {
    "api_request": (
        "cache_creation_1h_tokens",
        "cache_creation_5m_tokens",
        "cache_creation_tokens",
        "cache_read_tokens",
        "cost_usd_micros",
        "duration_ms",
        "input_tokens",
        "output_tokens",
        "ttft_ms",
    ),
    "api_error": ("attempt", "duration_ms", "status_code"),
    "tool_result": ("duration_ms", "tool_input_size_bytes", "tool_result_size_bytes"),
}
"""The attributes of an event that are figures of a request or a tool call."""

_OPEN = frozenset({"hook_plugin_metrics"})
"""What carries names of a plugin's own choice."""


_KNOWN: Mapping[type[Record], tuple[str, Mapping[str, frozenset[str]]]] = {
    kind: (what, {name: keys | COMMON for name, keys in names.items()})
    for kind, what, names in (
        (LogRecord, "event", _EVENTS),
        (Span, "span", _SPANS),
        (MetricPoint, "metric", _METRICS),
    )
}


def note_unknown(record: Record, name: str, facts: Facts, *, session_id: str) -> None:
    """Count a name or attributes that are not known, and figures that can not be read.

    Of a record of an unknown name attributes are not looked at.
    """
    what, names = _KNOWN[type(record)]
    known = names.get(name)
    if known is None:
        facts.unknowns[UnknownSeen(session_id, what, name or "unnamed", name or "unnamed")] += 1
    elif not record.attributes.keys() <= known and name not in _OPEN:
        for key in record.attributes.keys() - known - record.resource.attributes.keys():
            carried = text(key) or "unnamed"
            facts.unknowns[UnknownSeen(session_id, "attribute", carried, name)] += 1
    for key in _FIGURES.get(name, ()):
        value = record.attributes.get(key)
        if value is not None and integer(value) is None:
            facts.unknowns[UnknownSeen(session_id, "value", key, name)] += 1
