"""What the simulator counts as a token: up to six word characters or one sign, with the white space before it."""

import re

_TOKEN = re.compile(r"\s*(?:\w{1,6}|[^\w\s])|\s+")


def split_tokens(text: str) -> tuple[str, ...]:
    """The tokens of a text, which joined are the text again."""
    return tuple(_TOKEN.findall(text))
