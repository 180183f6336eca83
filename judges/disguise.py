"""Readings of a text that hides something: spaced, encoded, shifted, reversed, written in look-alikes.

Each reading is tried only where the text bears its mark, so that plain prose has none. Readings of readings go one
level deep: base64 of base64 is read, a third coat is not.
"""

import base64
import binascii
import html
import re
import string
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import groupby, product
from typing import Final
from urllib.parse import unquote

from judges.wording import Wording, read_words
from judges.words import ALL_FUNCTION_WORDS

type Reading = tuple[str, str]
"""Name of the disguise, and the text without it."""

_MOST_CHARACTERS: Final = 20_000
_LEAST_CODED: Final = 8
_LONG_BLOB: Final = 16
_LETTERS_ALONE: Final = 12
_LONG_WORD: Final = 25
_BLOB: Final = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,6}(?:\s+[A-Za-z0-9+/_-]{16,}={0,6})*")
_HEX: Final = re.compile(r"(?:(?:0x|\\x)?[0-9a-fA-F]{2}[\s,:;-]{0,2}){8,}")
_HEX_PAIR: Final = re.compile(r"(?:0x|\\x)?([0-9a-fA-F]{2})")
_BINARY: Final = re.compile(r"(?:[01]{7,8}[\s,]*){8,}")
_CODES: Final = re.compile(r"(?:\b\d{2,3}\b[\s,;-]*){12,}")
_ESCAPE: Final = re.compile(r"\\u\{?([0-9a-fA-F]{4,5})\}?|\\x([0-9a-fA-F]{2})|\\([0-7]{3})")
_LEAST_ESCAPES: Final = 6
_HIDDEN: Final = re.compile(
    "[\u00ad\u0300-\u036f\u0370-\u052f\u1d00-\u1d7f\u200b-\u200f\u2060-\u2064\u2460-\u24ff\ufe00-\ufe0f\ufeff\uff01-\uff5e"
    "\U0001d400-\U0001d7ff\U0001f130-\U0001f1ff\U000e0000-\U000e007f]"
)
_INVISIBLE: Final = re.compile("[\u00ad\u0300-\u036f\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_LOOK_ALIKE: Final = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501\u04bb\u03bf\u03b1\u03b5\u03b9\u03ba\u03bd\u03c1\u03c4\u03c5\u03c7"
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0406\u0408\u0405\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7",
    "aeopcyxijsdhoaeikvptuxABEKMHOPCTXIJSABEZHIKMNOPTYX",
)
_TAGS: Final = {0xE0000 + code: chr(code) for code in range(0x20, 0x7F)}
_REGIONAL: Final = {0x1F1E6 + place: letter for place, letter in enumerate(string.ascii_lowercase)}
_LEAST_MIXED: Final = 4
_CODING: Final = "0123456789@$"
_LEET_TABLES: Final = (
    str.maketrans("0134578@$!+|", "oieastbasitl"),
    str.maketrans("0134578@$!+|", "oleastbasitl"),
)
_MORSE_MARK: Final = re.compile(r"(?:[.\u00b7\u2022-]{1,5}[ /|\n]+){8,}[.\u00b7\u2022-]{0,5}")
_SHORT_BLOB: Final = re.compile(r"(?<![\w+/])[A-Za-z0-9+/_-]{8,}={0,2}")
_SHORT_CODES: Final = re.compile(r"\b\d{2,3}(?:[\s,;]+\d{2,3}\b){3,}")
_SHORT_MORSE: Final = re.compile(r"[.\u00b7\u2022-]{1,5}(?:[ /|\n]+[.\u00b7\u2022-]{1,5}){3,}")
_COATS: Final = 3
_MORSE_SIGNS: Final = (
    ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.. "
    "----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----."
)
_MORSE: Final = dict(
    zip(
        _MORSE_SIGNS.split(),
        string.ascii_lowercase + string.digits,
        strict=True,
    )
)
_LEAST_SENSE: Final = 3
_LEAST_LETTERS: Final = 3


def _shift(text: str, by: int) -> str:
    return text.translate(_SHIFTS[by])


_ATBASH: Final = str.maketrans(string.ascii_letters, string.ascii_lowercase[::-1] + string.ascii_uppercase[::-1])
_SHIFTS: Final = tuple(
    str.maketrans(
        string.ascii_letters,
        "".join(letters[shift:] + letters[:shift] for letters in (string.ascii_lowercase, string.ascii_uppercase)),
    )
    for shift in range(26)
)


def _mirror(text: str) -> str:
    return text[::-1]


def _atbash(text: str) -> str:
    return text.translate(_ATBASH)


_CIPHERS: Final[dict[str, tuple[Callable[[str], str], Callable[[str], str]]]] = {
    "reversed": (_mirror, _mirror),
    "atbash": (_atbash, _atbash),
    **{f"shift by {by}": (partial(_shift, by=by), partial(_shift, by=26 - by)) for by in range(1, 26)},
}
"""How a text is hidden, and how it is read again."""


def _betraying() -> dict[str, tuple[str, ...]]:
    """Closed-class words in cipher, and the names of the ciphers that make them such."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    plain = [word for word in ALL_FUNCTION_WORDS if len(word) >= _LEAST_LETTERS and word.isascii()]
    for word, (name, (hide, _)) in product(plain, _CIPHERS.items()):
        hidden = hide(word)
        if hidden not in ALL_FUNCTION_WORDS:
            found[hidden].append(name)
    return {word: tuple(names) for word, names in found.items()}


_NUMBERING: Final = re.compile(r"\b\d+[.):]?\s*")
_LEAST_LINES: Final = 6
_BULLETS: Final = " \t-*\u2022>"
_BULLETS_AND_NUMBERS: Final = _BULLETS + string.digits + ".)"
_SHORT_WORD: Final = 3.6
"""Mean letters of a word below which a text is cut in pieces; English prose has 4.2 to 4.9."""
_LEET_CLASS: Final = {one: f"[{same}]" for same in ("o0", "il1", "e3", "a4", "s5", "t7", "b8") for one in same}
_BETRAYING: Final = _betraying()
_BETRAYING_WORDS: Final = frozenset(_BETRAYING)


def readings(text: str) -> Iterator[Reading]:
    """Every reading that the text bears the mark of, and theirs in turn; the text itself is none of them."""
    part = text[:_MOST_CHARACTERS]
    wording = read_words(part)
    yield from _spacing(part, wording)
    for name, reading in _once(part, wording):
        yield name, reading
        inner = read_words(reading)
        for other, again in (*_once(reading, inner), *_spacing(reading, inner)):
            if again not in (part, reading):
                yield f"{other} within {name}", again


def short_readings(text: str) -> Iterator[Reading]:
    """Single words in base64 (twice as well), character codes and Morse: too common by chance but for a known word."""
    part = text[:_MOST_CHARACTERS]
    for match in _SHORT_BLOB.finditer(part):
        blob = match[0]
        for _ in range(_COATS):
            try:
                found = _as_text(_base64(blob))
            except (binascii.Error, ValueError):
                break
            if found is None:
                break
            yield "base64", found
            blob = found.strip()
    for match in _SHORT_CODES.finditer(part):
        yield from _named("character codes", bytes(int(one) % 256 for one in re.findall(r"\d+", match[0])))
    if _SHORT_MORSE.search(part) is not None:
        yield from (("Morse", _from_morse(match[0])) for match in _SHORT_MORSE.finditer(part))


def _once(text: str, wording: Wording) -> Iterator[Reading]:
    """What one decoder makes of the text."""
    yield from _characters(text)
    yield from _blobs(text, wording)
    yield from _digits(text, wording)
    yield from _escapes(text)
    if text.count("-") + text.count(".") > len(text) // 4:
        yield from _morse(text)
    yield from _ciphers(text, wording)


def _characters(text: str) -> Iterator[Reading]:
    """Invisible characters, wide, mathematical and accented letters, letters of other alphabets that look the same."""
    if text.isascii() or _HIDDEN.search(text) is None:
        return
    plain = unicodedata.normalize("NFKD", text.translate(_TAGS | _REGIONAL))
    yield "odd characters", _INVISIBLE.sub("", plain).translate(_LOOK_ALIKE)


def _blobs(text: str, wording: Wording) -> Iterator[Reading]:
    if wording.longest_word < _LONG_BLOB:
        return
    for match in _BLOB.finditer(text):
        blob = "".join(match[0].split())
        for name, decode in _DECODERS:
            try:
                raw = decode(blob)
            except (binascii.Error, ValueError):
                continue
            if (found := _as_text(raw)) is not None:
                yield name, found


def _base64(blob: str) -> bytes:
    body = blob.rstrip("=").translate({ord("-"): "+", ord("_"): "/"})
    return base64.b64decode(body[: len(body) - (len(body) % 4 == 1)] + "=" * (-len(body) % 4), validate=True)


def _base32(blob: str) -> bytes:
    body = blob.rstrip("=").upper()
    return base64.b32decode(body + "=" * (-len(body) % 8))


_DECODERS: Final[tuple[tuple[str, Callable[[str], bytes]], ...]] = (
    ("base64", _base64),
    ("base32", _base32),
    ("hex", bytes.fromhex),
    ("binary", lambda blob: int(blob, 2).to_bytes(len(blob) // 8)),
)


def _digits(text: str, wording: Wording) -> Iterator[Reading]:
    """Bytes written as numbers, letters written as digits, numbered words."""
    if sum(map(text.count, _CODING)) < _LEAST_MIXED:
        return
    odd = [word for word in wording.distinct if not word.isalpha() and "'" not in word]
    if len(odd) >= _LEAST_CODED and sum(not word.isalpha() for word in wording.words) * 4 >= len(wording.words):
        for match in _HEX.finditer(text):
            yield from _named("hex", bytes(int(pair, 16) for pair in _HEX_PAIR.findall(match[0])))
        for match in _BINARY.finditer(text):
            yield from _named("binary", bytes(int(one, 2) for one in re.findall(r"[01]{7,8}", match[0])))
        for match in _CODES.finditer(text):
            yield from _named("character codes", bytes(int(one) % 256 for one in re.findall(r"\d+", match[0])))
        yield "numbered", _NUMBERING.sub(" ", text)
    if sum(not word.isdigit() for word in odd) >= _LEAST_MIXED or text.count("@") + text.count("$") >= _LEAST_MIXED:
        yield from (("leetspeak", text.translate(table)) for table in _LEET_TABLES)


def _named(name: str, raw: bytes) -> Iterator[Reading]:
    found = _as_text(raw)
    if found is not None:
        yield name, found


def _as_text(raw: bytes) -> str | None:
    """The bytes as text, where they are some."""
    try:
        found = raw.decode()
    except UnicodeDecodeError:
        return None
    return found if found and sum(map(str.isprintable, found)) + found.count("\n") >= len(found) - 1 else None


def _escapes(text: str) -> Iterator[Reading]:
    if text.count("%") >= _LEAST_ESCAPES:
        yield "URL encoding", unquote(text)
    if text.count("&") >= _LEAST_ESCAPES:
        yield "HTML entities", html.unescape(text)
    if text.count("\\") >= _LEAST_ESCAPES:
        yield "escapes", _ESCAPE.sub(_escaped, text)
        yield "escapes", text.replace("\\n", " ").replace("\\t", " ")
    if text.count("=") >= _LEAST_ESCAPES:
        yield from _named("quoted-printable", binascii.a2b_qp(text.encode("utf-8", "replace")))


def _escaped(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16) if match[1] or match[2] else int(match[3], 8)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else ""  # noqa: PLR2004 - bounds of Unicode


def _morse(text: str) -> Iterator[Reading]:
    for match in _MORSE_MARK.finditer(text):
        yield "Morse", _from_morse(match[0])


def _from_morse(signs: str) -> str:
    words = re.split(r"[/|\n]| {2,}", signs.replace("\u00b7", ".").replace("\u2022", "."))
    return " ".join("".join(_MORSE.get(sign, "") for sign in word.split()) for word in words)


def _ciphers(text: str, wording: Wording) -> Iterator[Reading]:
    """A cipher letter by letter is betrayed by three closed-class words that it turned into nonsense."""
    found = wording.distinct & _BETRAYING_WORDS
    if len(found) < _LEAST_SENSE:
        return
    marks = Counter(name for word in found for name in _BETRAYING[word])
    for name, count in marks.most_common():
        if count >= _LEAST_SENSE:
            yield name, _CIPHERS[name][1](text)
            if name == "reversed":
                yield "reversed words", " ".join(word[::-1] for word in text.split())


def _spacing(text: str, wording: Wording) -> Iterator[Reading]:
    """Letters apart, words run together, letters at the heads of lines."""
    if wording.longest_word >= _LONG_WORD:
        yield "words run together", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    is_short = len(wording.words) >= _LETTERS_ALONE and wording.letters < _SHORT_WORD * len(wording.words)
    if is_short and 2 * len(text.encode("ascii", "ignore")) > len(text):
        yield "short pieces", "".join(wording.words)
        if apart := _apart(wording.words):
            yield "letters apart", apart
            yield from ((f"letters apart, {name}", read(apart)) for name, (_, read) in _CIPHERS.items())
    if text.count("\n") >= _LEAST_LINES:
        lines = text.splitlines()
        heads = ("".join([line.lstrip(marks)[:1] for line in lines]) for marks in (_BULLETS, _BULLETS_AND_NUMBERS))
        yield "heads of lines", " ".join(heads)


def _apart(words: Sequence[str]) -> str:
    """Stretches of twelve words and more that are one letter each, joined."""
    stretches = (tuple(found) for single, found in groupby(words, key=lambda word: len(word) == 1) if single)
    return " ".join("".join(found) for found in stretches if len(found) >= _LETTERS_ALONE)


@lru_cache(maxsize=256)
def spellings(word: str) -> frozenset[str]:
    """A word of letters and digits in every cipher and in leetspeak, for words too short to betray a cipher."""
    return frozenset({word, *(hide(word) for hide, _ in _CIPHERS.values())})


@lru_cache(maxsize=256)
def leet_pattern(word: str) -> re.Pattern[str]:
    """A pattern for a word of letters and digits that takes those which stand for one another as the same."""
    return re.compile("".join(_LEET_CLASS.get(one, re.escape(one)) for one in word))
