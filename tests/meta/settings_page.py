"""The settings page of the docs, made from the settings: `python -m tests.meta.settings_page` rewrites it."""

from pathlib import Path

from analytics.settings import AnalyticsSettings
from judges.settings import JudgeSettings
from proxy.settings import KafkaSettings, ProxySettings, Settings
from shadow.settings import ClickHouseSettings, ShadowSettings

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"
_GROUPS: tuple[type[Settings], ...] = (
    KafkaSettings,
    ProxySettings,
    ClickHouseSettings,
    ShadowSettings,
    JudgeSettings,
    AnalyticsSettings,
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
            default = "" if "Secret" in str(field.annotation) else f"`{field.default}`"
            parts.append(f"| `{prefix}{name.upper()}` | {default} | {field.description} |")
        parts.append("")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(settings_page(), "utf-8")
