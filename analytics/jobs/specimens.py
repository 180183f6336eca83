"""Reads the texts of the pairs that a report shows; what is read was anonymised before it was stored."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from analytics.decide.decision import WorstPair
from analytics.report.report import Specimen
from proxy.exchange import Shape
from proxy.wire.request import read_request
from shadow.store.clickhouse import Store


def load_specimens(store: Store, *, experiment_id: str, worst: Sequence[WorstPair]) -> tuple[Specimen, ...]:
    """The worst pairs with what was asked and answered, in the given order; a pair that expired is left out."""
    ids = sorted({pair.exchange_id for pair in worst})
    rows = store.read("pair_texts", experiment_id=experiment_id, exchange_ids=ids) if ids else []
    texts = {row["exchange_id"]: row for row in rows}
    return tuple(_specimen(pair, texts[pair.exchange_id]) for pair in worst if pair.exchange_id in texts)


def _specimen(pair: WorstPair, row: Mapping[str, Any]) -> Specimen:
    asked = read_request(Shape(row["shape"]), body=json.loads(row["request"]), headers={})
    return Specimen(
        exchange_id=pair.exchange_id,
        metric=pair.metric,
        category=pair.category,
        label=pair.label,
        reason=pair.reason,
        severity=pair.severity,
        request_text="\n\n".join(f"{turn.role}: {turn.text}" for turn in asked.messages),
        baseline_text=_answer_text(row, lane="baseline"),
        candidate_text=_answer_text(row, lane="candidate"),
    )


def _answer_text(row: Mapping[str, Any], *, lane: str) -> str:
    calls = "\n".join(f"{call['name']}({call['arguments']})" for call in json.loads(row[f"{lane}_tool_calls"] or "[]"))
    said = "\n".join(filter(None, (row[f"{lane}_text"], calls)))
    outcome = row[f"{lane}_outcome"]
    return said if outcome == "completed" else f"[{outcome}] {said}".rstrip()
