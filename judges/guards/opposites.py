"""Words that carry polarity: negations, and opposites as one root with a sign, so that unsafe is safe denied.

A closed list on purpose: what is not here has no polarity. Languages: English first, then German, Spanish, French.
"""

from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

_NEGATIONS_SPELLED: Final = (
    "not no never none nobody nothing nowhere neither cannot without can't don't doesn't didn't isn't aren't "
    "wasn't weren't won't wouldn't shouldn't couldn't haven't hasn't hadn't mustn't needn't ain't cant dont "
    "doesnt isnt wont hardly barely scarcely rarely seldom nicht kein keine keinen keinem keiner keines nie "
    "niemals nichts weder ohne nunca jam\u00e1s ning\u00fan ninguna ninguno nada tampoco sin pas jamais aucun "
    "aucune rien sans n\u00e3o nem nenhum nenhuma mai nessun nessuno niet geen nooit"
)
NEGATIONS: Final = frozenset(_NEGATIONS_SPELLED.split())
"""Words that deny what follows them; Spanish and Italian `no` and `non` stand with the English ones."""
_SOFT_SPELLED: Final = (
    "unless except fail fails failed refuse refuses refused avoid avoids avoided prevent prevents prevented "
    "stop stops stopped instead rather lack lacks lacking lacked unlikely doubt doubtful hesitate au\u00dfer "
    "salvo sauf"
)
SOFT: Final = frozenset(_SOFT_SPELLED.split())
"""Words that may deny what follows them: what stands behind is of unknown polarity."""
_SUFFIXES: Final = (
    ("ations", 4), ("ation", 4), ("ings", 3), ("ing", 3), ("ies", 3), ("ied", 3), ("ed", 3), ("es", 3), ("ly", 4),
    ("s", 2),
    ("e", 3), ("y", 3),
)  # fmt: skip
"""Endings, and how many characters must be left without them."""
_SUFFIXES_BY_LETTER: Final = {
    letter: tuple(one for one in _SUFFIXES if one[0][-1] == letter)
    for letter in {suffix[-1] for suffix, _ in _SUFFIXES}
}
_LONG: Final = 4
_IRREGULAR: Final = {
    form: forms.split()[0]
    for forms in (
        "go goes going went gone",
        "use uses used using",
        "say says said",
        "make makes made making",
        "take takes took taken",
        "give gives gave given",
        "keep keeps kept",
        "pay pays paid",
        "run runs ran",
        "see sees saw seen",
        "come comes came",
        "find finds found",
        "leave leaves left leaving",
        "write writes wrote written",
        "send sends sent",
        "know knows knew",
        "hold holds held",
        "bring brings brought",
        "build builds built",
        "speak speaks spoke spoken",
        "eat eats ate eaten",
        "drive drives drove driven",
        "choose chooses chose chosen",
        "spend spends spent",
        "tell tells told",
        "mean means meant",
        "become becomes became",
        "think thinks thought",
        "meet meets met",
        "sit sits sat",
        "stand stands stood",
        "fly flies flew",
        "teach teaches taught",
        "break breaks broke broken",
        "freeze freezes froze frozen",
        "wear wears wore worn",
        "child children",
        "person people",
        "man men",
        "woman women",
        "refuse refuses refused",
    )
    for form in forms.split()
}


def stem(word: str) -> str:
    """The word without a common ending: cancelled, cancelling and cancel are one."""
    if "'" in word or "\u2019" in word:
        word = word.removesuffix("'s").removesuffix("\u2019s")
    if (known := _IRREGULAR.get(word)) is not None:
        return known
    for suffix, least in _SUFFIXES_BY_LETTER.get(word[-1:], ()):
        if word.endswith(suffix) and len(word) - len(suffix) >= least:
            word = word[: -len(suffix)]
            break
    return word[:-1] if len(word) > _LONG and word[-1] == word[-2] else word


@cache
def _signed() -> dict[str, tuple[str, int]]:
    """Root and sign of every word that has an opposite; a word of several pairs keeps its first."""
    found: dict[str, tuple[str, int]] = {}
    lines = files("judges.guards").joinpath("opposites.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if not line.startswith("#"):
            good, _, bad = line.partition("|")
            name = f"={good.split()[0]}"
            for sign, words in ((1, good), (-1, bad)):
                for word in words.split():
                    found.setdefault(word, (name, sign))
    return found


@lru_cache(maxsize=65_536)
def root(word: str) -> tuple[str, int]:
    """Root of a word in lower case and its sign: -1 where the word says the opposite of its root."""
    if (known := _signed().get(word)) is not None:
        return known
    return stem(word), 1
