import pytest

from judges.repair import is_repairable


@pytest.mark.parametrize("text", ['{"a": 1,}', "[1, 2", "{'a': 1}", '```json\n{"a": 1}\n```'])
def test_slips_can_be_mended(text: str) -> None:
    assert is_repairable(text)


@pytest.mark.parametrize("text", ["", "no JSON", "see [here] for more", "{" * 500])
def test_prose_nothing_and_abysses_cannot(text: str) -> None:
    assert not is_repairable(text)
