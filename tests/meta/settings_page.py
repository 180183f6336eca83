"""The settings page of the docs, made from the settings: `python -m tests.meta.settings_page` rewrites it."""

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic.fields import FieldInfo

from analytics.settings import AnalyticsSettings, DeliverySettings
from judges.settings import JudgeSettings
from proxy.settings import KafkaSettings, ProxySettings, Settings, TracesSettings
from shadow.settings import ClickHouseSettings, ShadowSettings

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"
_GROUPS: tuple[type[Settings], ...] = (
    KafkaSettings,
    ProxySettings,
    TracesSettings,
    ClickHouseSettings,
    ShadowSettings,
    JudgeSettings,
    AnalyticsSettings,
    DeliverySettings,
)


def settings_page() -> str:
    """Every setting with its default and meaning, in Markdown."""
    parts = [
        "# Settings\n",
        "Environment variables. An unknown variable with one of these prefixes is refused at start.",
        "This page is made by `python -m tests.meta.settings_page` and checked by a test.\n",
    ]
    for group in _GROUPS:
        prefix = group.model_config.get("env_prefix", "")
        parts += [
            f"## {(group.__doc__ or '').strip().rstrip('.')}\n",
            "| variable | default | meaning |",
            "| --- | --- | --- |",
        ]
        for name, field in group.model_fields.items():
            default = "" if "Secret" in str(field.annotation) else f"`{_written(field)}`"
            parts.append(f"| `{prefix}{name.upper()}` | {default} | {field.description} |")
        parts.append("")
    return "\n".join(parts)


def _written(field: FieldInfo) -> str:
    """A default as a variable would hold it."""
    default = field.get_default(call_default_factory=True)
    if isinstance(default, Mapping):
        return json.dumps(default)
    return json.dumps(sorted(default)) if isinstance(default, tuple | frozenset) else str(default)


if __name__ == "__main__":
    PAGE.write_text(settings_page(), "utf-8")
