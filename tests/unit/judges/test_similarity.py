from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from judges.embedding import SentenceEmbedder
from judges.judgement import Case
from judges.similarity import GUARDED, PIECE_CHARACTERS, SemanticSimilarity, embed_all, pieces
from shadow.replay import Lane, ReplayOutcome
from tests.unit.judges.cases import FAILURES, abstains, baseline_case, calling, case, failed, judged, live_case


@dataclass
class LetterEmbedder:
    """Counts of letters as unit vectors, and all that was embedded."""

    seen: list[str] = field(default_factory=list)
    calls: int = 0
    name: str = "letters"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.seen += texts
        self.calls += 1
        rows = np.array([[text.casefold().count(chr(97 + i)) for i in range(26)] for text in texts], np.float32)
        return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)


@pytest.fixture(scope="module")
def real() -> SemanticSimilarity:
    return SemanticSimilarity(SentenceEmbedder())


@pytest.fixture
def letters() -> LetterEmbedder:
    return LetterEmbedder()


def test_each_distinct_text_is_embedded_once_in_one_call(letters: LetterEmbedder) -> None:
    judge = SemanticSimilarity(letters)
    judge.judge_batch([case("one", "two"), case("one", "three"), case("two", "one"), case("same", "same")])
    assert sorted(letters.seen) == ["one", "three", "two"]
    assert letters.calls == 1


def test_findings_keep_the_order_of_their_cases(letters: LetterEmbedder) -> None:
    cases = [case("abc", "abc"), live_case(), case("abc", "xyz"), case("abc", "cab")]
    found = SemanticSimilarity(letters).judge_batch(cases)
    assert [getattr(one, "label", None) for one in found] == ["high", None, "low", "high"]


def test_the_version_carries_the_model(letters: LetterEmbedder) -> None:
    assert SemanticSimilarity(letters).version.endswith(":letters")


@pytest.mark.parametrize(
    "one",
    [
        baseline_case(),
        live_case(),
        case("", " "),
        case(calling(("f", "{}")), calling(("f", "{}"), lane=Lane.BASELINE)),
        *(case(failed(outcome, text="x")) for outcome in FAILURES),
        case("x", failed(ReplayOutcome.BROKEN_STREAM, text="x", lane=Lane.BASELINE)),
    ],
)
def test_what_cannot_be_compared_is_not_embedded(one: Case, letters: LetterEmbedder) -> None:
    assert abstains(SemanticSimilarity(letters), one)
    assert not letters.seen


def test_one_side_without_text_is_unlike_the_other(letters: LetterEmbedder) -> None:
    assert judged(SemanticSimilarity(letters), case("", "text")).value == 0.0
    assert judged(SemanticSimilarity(letters), case("text", " ")).value == 0.0


@pytest.mark.parametrize(
    ("answer", "reference", "label"),
    [
        ("The bill is 50 euros.", "The bill is 60 euros.", "numbers"),
        ("You can return the lamp within a month.", "You cannot return the lamp within a month.", "flipped"),
        ("115 euros are not left to pay.", "You still pay 115 euros.", "flipped"),
        ("The treatment is safe for children.", "The treatment is unsafe for children.", "flipped"),
    ],
)
def test_a_contradiction_in_like_words_is_caught(
    answer: str, reference: str, label: str, real: SemanticSimilarity
) -> None:
    found = judged(real, case(answer, reference))
    assert (found.label, found.value) == (label, GUARDED)
    assert found.severity > 0


def test_the_language_of_the_exchange_decides_whether_numbers_agree(letters: LetterEmbedder) -> None:
    judge = SemanticSimilarity(letters)
    assert judged(judge, case("Es sind 1.500 Euro", "Es sind 1500 Euro", language="de")).label == "high"
    assert judged(judge, case("It is 1.500 euros", "It is 1500 euros", language="en")).label == "numbers"


def test_a_paraphrase_is_near_and_another_subject_far(real: SemanticSimilarity) -> None:
    near = judged(real, case("Your parcel arrives on Monday.", "The package will come on Monday."))
    far = judged(real, case("Mix the flour with the eggs.", "The package will come on Monday."))
    assert near.value > 0.7
    assert far.value < 0.3
    assert (near.severity, far.label) == (0.0, "low")


def test_a_difference_beyond_the_window_of_the_model_still_counts(real: SemanticSimilarity) -> None:
    start = "The parcel left the store and is on its way to the town. " * 30
    end = "Cats sleep for most of the day and hunt in the night. " * 30
    assert judged(real, case(start + end, start)).value < judged(real, case(start + start, start)).value


def test_pieces_fit_the_window_and_lose_nothing_but_white_space() -> None:
    text = "word " * 1_000
    found = pieces(text)
    assert max(map(len, found)) <= PIECE_CHARACTERS
    assert " ".join(found) == text.strip()
    assert max(map(len, pieces("漢" * 1_000))) < max(map(len, pieces("w" * 2_000))) <= PIECE_CHARACTERS
    assert pieces("  ") == []


def test_texts_without_content_have_no_vector(letters: LetterEmbedder) -> None:
    assert set(embed_all(["a", "", " "], embedder=letters)) == {"a"}
    assert embed_all([], embedder=letters) == {}
