"""Why an experiment stops by itself: a word for the books, and a sentence for people."""

from dataclasses import dataclass
from enum import StrEnum


class HaltReason(StrEnum):
    """What the lane ledger says of records that were read and not replayed."""

    OUTPUT_TOKENS = "token_budget_spent"
    GPU_SECONDS = "gpu_budget_spent"
    USD = "usd_budget_spent"
    ERRORS = "distress_errors"
    WAITING = "distress_waiting"
    KV_USAGE = "distress_kv_usage"
    PRODUCTION = "distress_production"


@dataclass(frozen=True, slots=True)
class Halt:
    """The end of sending.

    Attributes:
        because: One sentence of ours that ops read; never text of a payload.
    """

    reason: HaltReason
    because: str
