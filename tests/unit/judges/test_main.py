import pytest

from judges.judgement import Judge, Judgement
from judges.main import list_panel, open_panel
from judges.panel import run_panel
from judges.settings import JudgeSettings
from proxy.errors import UsageError
from tests.unit.judges.cases import case


@pytest.fixture(scope="module")
def panel() -> list[Judge]:
    return open_panel(JudgeSettings())


def test_the_opened_panel_judges_by_meaning(panel: list[Judge]) -> None:
    cases = [
        case("The parcel will arrive on Monday.", "Your package is going to come on Monday."),
        case("Mix the flour with two eggs.", "Your package is going to come on Monday."),
    ]
    found = [row.finding for row in run_panel(panel, cases) if row.judge == "semantic_similarity"]
    near, far = (one.value for one in found if isinstance(one, Judgement))
    assert near > 0.6
    assert far < 0.4


def test_the_listed_panel_is_the_opened_one(panel: list[Judge]) -> None:
    listed = list_panel(JudgeSettings())
    assert [(one.name, one.version) for one in listed] == [(one.name, one.version) for one in panel]


def test_a_panel_whose_model_is_missing_does_not_open() -> None:
    with pytest.raises(UsageError):
        open_panel(JudgeSettings(embedding_model="/nowhere"))
