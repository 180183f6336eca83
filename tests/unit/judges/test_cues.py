import re

import pytest

from judges.cues import OPENING, Cue


@pytest.mark.parametrize("cue", OPENING, ids=lambda cue: cue.pattern.pattern[:40])
def test_a_cue_speaks_for_a_refusal_unless_it_is_help(cue: Cue) -> None:
    assert (cue.weight < 0) == (cue.kind == "help")
    assert cue.pattern.flags & re.IGNORECASE


@pytest.mark.parametrize("cue", OPENING, ids=lambda cue: cue.pattern.pattern[:40])
def test_no_cue_is_found_in_nothing_or_in_plain_talk(cue: Cue) -> None:
    for text in ("", "The parcel arrives on Monday.", "Ja, gerne.", "Claro que sí.", "Bien sûr."):
        assert cue.pattern.search(text) is None
