"""Whether an agent told the user the values that it was asked for."""

import re
from collections.abc import Iterable

_THOUSANDS = re.compile(r"(?<=\d)[,\u202f\u00a0'](?=\d{3}(?!\d))")


def tells_all(texts: Iterable[str], *, values: Iterable[str]) -> bool:
    """Whether every value stands in some of the texts, whatever its case.

    A number must stand alone: 80 is neither in 180 nor in 80.5; separators of thousands and trailing zeros of cents are
    of no account.
    """
    said = _THOUSANDS.sub("", "\n".join(texts)).casefold()
    return all(re.search(_pattern(_THOUSANDS.sub("", value).casefold()), said) for value in values)


def _pattern(value: str) -> str:
    ends_in_digit = value[-1:].isdigit()
    before = r"(?<![\w.])" if value[:1].isdigit() else ""
    after = r"(?:\.0+)?(?!\w)(?!\.\d)" if ends_in_digit else ""
    return before + re.escape(value) + after
