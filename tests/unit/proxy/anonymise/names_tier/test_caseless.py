import pytest

from proxy.anonymise.names_tier.caseless import CaselessNames
from proxy.anonymise.names_tier.lexicon import load

NAMES = [
    "[王建国]昨天打过电话",
    "[李]先生您好",
    "我叫[陈小雨]住在北京",
    "[佐藤]さんに電話した",
    "[김민준]씨가 전화했습니다",
    "[박서연]입니다",
    "كتب [محمد أحمد] رسالة",
    "[राहुल शर्मा] ने लिखा",
    "[דוד כהן] התקשר",
]
NOBODY = [
    "王の宮殿は美しい",
    "请写一首关于春天的诗",
    "안녕하세요, 주문을 확인해 주세요",
    "اكتب قصة قصيرة عن البحر",
    "एक कहानी लिखो",
]


@pytest.fixture(scope="module")
def names() -> CaselessNames:
    return CaselessNames(load())


@pytest.mark.parametrize("marked", NAMES)
def test_a_name_in_a_script_without_capitals_is_found(marked: str, names: CaselessNames) -> None:
    text = marked.replace("[", "").replace("]", "")
    assert [text[one.start : one.end] for one in names.find(text)] == [
        marked[marked.index("[") + 1 : marked.index("]")]
    ]


@pytest.mark.parametrize("text", NOBODY)
def test_a_text_without_names_stays(text: str, names: CaselessNames) -> None:
    assert list(names.find(text)) == []
