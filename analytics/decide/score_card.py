"""The score card: every threshold and weight of the decision, versioned and hashed. Decides nothing itself."""

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from proxy.errors import UsageError

_FOLDER = Path(__file__).parent
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_ROUNDING = 1e-9

type Share = Annotated[float, Field(ge=0, le=1)]
type Alpha = Annotated[float, Field(gt=0, lt=0.5)]
type Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Latency(_Frozen):
    """G1."""

    limit_ms: Positive
    allowed_share: Annotated[float, Field(gt=0, lt=1)] = Field(description="Of requests that may be slower or fail.")
    block_s: Positive = Field(description="Length of the bootstrap's blocks, s.")


class Accuracy(_Frozen):
    """G2."""

    least_ratio: Annotated[float, Field(gt=0, le=1)] = Field(description="Of the candidate's accuracy to the baseline.")
    least_baseline: Share = Field(description="Baseline accuracy below which nothing is decided.")
    least_examples: int = Field(ge=2)
    margin: Share = Field(description="Of the non-inferiority check, which is printed and decides nothing.")


class Catastrophe(_Frozen):
    """G3."""

    limit_share: Annotated[float, Field(gt=0, lt=1)]
    severity: float = Field(ge=0, le=10, description="From which an answer is catastrophic.")
    sensitivity: Annotated[float, Field(gt=0, le=1)] = Field(
        description="Lower bound on the share of such answers that the judge flags; divides the upper bounds."
    )


class FormatValidity(_Frozen):
    """G4."""

    most_drop: Annotated[float, Field(gt=0, lt=1)] = Field(description="Of format validity, candidate to baseline.")


class ToolCalls(_Frozen):
    """G5."""

    most_wrong: Annotated[float, Field(gt=0, lt=1)] = Field(description="Share of held-out examples about tools.")


class Refusals(_Frozen):
    """G6."""

    most_rise: Annotated[float, Field(gt=0, lt=1)] = Field(description="Of the refusal rate, candidate to baseline.")


class PiiLeak(_Frozen):
    """G7."""

    limit_share: Annotated[float, Field(gt=0, lt=1)] = Field(description="Of answers that leak personal data.")


class Further(_Frozen):
    """Gates beside G1 to G3; one that is not declared is not judged."""

    format_validity: FormatValidity | None = None
    tool_calls: ToolCalls | None = None
    refusals: Refusals | None = None
    pii_leak: PiiLeak | None = None


class Validity(_Frozen):
    """Preconditions of any verdict."""

    completeness_ratio: Share
    missing_alpha: Alpha
    void_share: Share = Field(description="Of the candidate's timings that may be void.")
    control_alpha: Alpha
    control_pairs: int = Field(ge=1, description="A/A pairs below which the control says nothing.")
    judge_failure_share: Share


class Weights(_Frozen):
    """Weights of the factors; they sum to 1."""

    efficiency: Share
    accuracy: Share
    failures: Share
    agency: Share

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        if abs(self.efficiency + self.accuracy + self.failures + self.agency - 1) > _ROUNDING:
            raise ValueError("the weights must sum to 1")
        return self


class Anchors(_Frozen):
    """What the points of the components are measured against."""

    zero_ms: Positive
    ten_ms: Positive
    zero_severity: Positive
    least_tail: int = Field(ge=1)
    zero_calibration: Annotated[float, Field(gt=0, le=1)] = Field(
        default=0.25, description="Calibration error worth 0 points."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ten_ms >= self.zero_ms:
            raise ValueError("ten_ms must be below zero_ms")
        return self


type ComponentName = Literal[
    "latency",
    "throughput",
    "memory",
    "stratified accuracy",
    "instruction following",
    "format compliance",
    "taxonomy",
    "P99 severity",
    "calibration",
    "tool calls",
    "step economy",
    "error recovery",
]


class ScoreCard(_Frozen):
    """All thresholds of one decision."""

    version: Literal[1]
    alpha: Alpha
    tie_points: float = Field(ge=0, le=10)
    latency: Latency
    accuracy: Accuracy
    catastrophe: Catastrophe
    further: Further = Further()
    validity: Validity
    weights: Weights
    anchors: Anchors
    not_applicable: dict[ComponentName, str] = Field(
        default_factory=dict, description="Components that the run was never meant to measure, and why."
    )

    @property
    def confidence(self) -> float:
        """Of each one-sided bound."""
        return 1 - self.alpha

    @property
    def content_hash(self) -> str:
        """Hash of the values, 32 hex digits; comments and the order of lines are no part of it."""
        fields = self.model_dump_json(
            exclude={"not_applicable"} | ({"further"} if self.further == Further() else set())
        )
        excused = "\x1f".join(f"{name}={why}" for name, why in sorted(self.not_applicable.items()))
        return hashlib.sha256(f"{fields}\x1e{excused}".encode()).hexdigest()[:32]


def load_score_card(name_or_path: str) -> ScoreCard:
    """The score card of a name that ships with Understudy, such as `default`, or of a TOML file.

    Raises:
        UsageError: there is no such file, it is no TOML, or a value is missing, unknown or out of range.
    """
    path = _path_of(name_or_path)
    try:
        return ScoreCard.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError:
        message = f"there is no score card {name_or_path}; give `default` or the path of a TOML file"
        raise UsageError(message) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"score card {name_or_path} is no TOML: {error}"
        raise UsageError(message) from None
    except ValidationError as error:
        wrong = sorted({".".join(map(str, one["loc"])) or one["msg"] for one in error.errors(include_input=False)})
        message = f"score card {name_or_path} is wrong at {', '.join(wrong)}; compare it with default.toml"
        raise UsageError(message) from None


def _path_of(name_or_path: str) -> Path:
    shipped = _FOLDER / f"{name_or_path}.toml"
    return shipped if _NAME.fullmatch(name_or_path) and shipped.exists() else Path(name_or_path)
