"""What each identifier looks like: patterns only. Whether a match is one is decided in `checks`.

Patterns are linear (no nested repeats), since they run on whatever clients send.
"""

import re
from typing import Final

_AT = r"(?:@|%40|&#0*64;|&#x0*40;|&commat;)"

EMAIL: Final = re.compile(
    rf"(?<![\w.+%-])[\w.!#$&'*+/=?^`{{|}}~-]{{1,64}}?{_AT}(?:[^\W_][\w-]{{0,62}}\.){{1,8}}[^\W\d_][\w-]{{1,30}}"
)
IBAN: Final = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{1,4}){3,8}(?![A-Za-z0-9])")
CARD: Final = re.compile(r"(?<![\w.])(?<!\d[-,])\d(?:[ \u00a0.-]?\d){11,18}(?![\d])")
SSN: Final = re.compile(r"(?<![\w-])\d{3}([- ])\d{2}\1\d{4}(?![\w-])")
SSN_CUED: Final = re.compile(r"(?i)\b(?:ssn|social security)\b[^\d\n]{0,24}(\d{3}[- ]?\d{2}[- ]?\d{4})(?!\d)")
IPV4: Final = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)")
IPV6: Final = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:\.\d{1,3}){0,3}(?![\w:])")
MAC: Final = re.compile(r"(?<![\w:-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])")
PHONE_PLUS: Final = re.compile(r"(?<![\w+])(?:\+|00)\d(?:[ \u00a0.()/-]{0,2}\d){6,16}(?:\s?(?:x|ext\.?)\s?\d{1,6})?(?!\w)")
PHONE_NANP: Final = re.compile(
    r"(?<![\w.-])(?:(?:\+|00)?1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?:\s?(?:x|ext\.?)\s?\d{1,6})?(?![\w-])"
)
PHONE_CUED: Final = re.compile(
    r"(?i)(?:\b(?:tel|phone|telephone|mobile|cell|fax|call(?:ing)?|ring|text me|sms|whatsapp|dial|reach (?:me|us|him|her|them)"
    r"|contact|number|telefon(?:nummer)?|handy(?:nummer)?|rufnummer|mobil|t[eé]l[eé]fono|m[oó]vil|celular|ll[aá]m[ae](?:me|r)?"
    r"|t[eé]l[eé]phone|portable|appele[rz]?(?:-moi)?|num[eé]ro|cellulare)\b|☎|📞)"
    r"[^\d\n+(]{0,40}?([+(]?\d(?:[ \u00a0.()/-]{0,2}\d){5,16}(?:\s?(?:x|ext\.?)\s?\d{1,6})?)(?!\w)"
)
URL_SECRET: Final = re.compile(
    r"(?i)\b[a-z][a-z0-9+.-]{1,15}://(?:[^\s/@:\"'<>]{1,256}:[^\s/@\"'<>]{1,256}@[^\s\"'<>]*"
    r"|[^\s\"'<>]{1,2000}?[?&#](?:access_token|token|api_?key|key|sig|signature|auth|password|passwd|secret|session"
    r"|x-amz-[a-z-]+)=[^\s\"'<>]+)"
)
SECRET: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:sk-[A-Za-z0-9_-]{16,}|(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{10,}|gh[opsur]_[A-Za-z0-9]{20,}"
    r"|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abeoprs]-[A-Za-z0-9-]{10,}|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[\w-]{30,}"
    r"|ya29\.[\w-]{20,}|hf_[A-Za-z0-9]{20,}|npm_[A-Za-z0-9]{30,}|pypi-[\w-]{30,}|SG\.[\w-]{16,}\.[\w-]{16,}"
    r"|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{0,})"
)
SECRET_CUED: Final = re.compile(
    r"(?i)(?:\b(?:bearer|basic)\s+|\b(?:password|passwd|passphrase|passwort|contraseña|mot de passe|api[ _-]?key|secret(?:[ _-]?key)?"
    r"|access[ _-]?token|auth[ _-]?token|token|pin code)\b[\"']?\s*(?:is|ist|es|est|:|=|:=)\s*[\"']?)([^\s\"'<>,;]{6,256})"
)
PRIVATE_KEY: Final = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
LONG_SECRET: Final = re.compile(r"(?<![\w/+.-])[A-Za-z0-9_-]{32,512}(?![\w/+-])")
DATA_URI: Final = re.compile(r"data:[\w/+.-]{0,80}(?:;[\w=.-]{1,60}){0,3};base64,[A-Za-z0-9+/=_-]{8,}")
BIRTH: Final = re.compile(
    r"(?i)\b(?:born(?: on)?|birth ?da(?:y|te)|date of birth|d\.?o\.?b\.?|geboren(?: am)?|geburtsdatum|fecha de nacimiento|nac[ií](?:do|da)? el"
    r"|date de naissance|née? le)\b[^\w\n]{0,4}(?:(?:is|was|on|ist|es|est)\s)?\s{0,2}"
    r"(\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{1,2}(?:st|nd|rd|th|\.)?\s[^\W\d_]{3,12},?\s\d{4}|[^\W\d_]{3,12}\s\d{1,2}(?:st|nd|rd|th)?,?\s\d{4})"
)
NATIONAL_ID: Final = re.compile(
    r"(?<![\w-])(?:\d{8}[A-Z]|[XYZ]\d{7}[A-Z]|[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]"
    r"|[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]|\d{3}\.\d{3}\.\d{3}-\d{2}|[12] ?\d{2} ?\d{2} ?\d{2} ?\d{3} ?\d{3} ?\d{2})(?![\w-])"
)
DOCUMENT_CUED: Final = re.compile(
    r"(?i)\b(?:passport|driver'?s? licen[cs]e|driving licen[cs]e|national id|id card|tax id|personalausweis|reisepass"
    r"|pasaporte|dni|passeport)\b(?:\s?(?:number|no\.?|nr\.?|#|nummer|n[uú]mero))?\s?(?:is|:|=|ist|es|est)?\s{0,2}"
    r"((?=[A-Z-]{0,6}\d)[A-Z0-9][A-Z0-9-]{4,18}[A-Z0-9])\b"
)
_GIVEN = r"[^\W\d_a-z][\w'’.-]{0,30}"
_NAME = rf"({_GIVEN}(?: (?:(?:van|von|de|der|del|della|di|da|la|le|el|bin|al|dos|ten) ){{0,3}}{_GIVEN}){{0,3}})"
NAME_CUED: Final = re.compile(
    r"\b(?:[Mm]y (?:full )?name(?:'s| is)|[Nn]ame is|[Cc]all me|[Tt]his is|[Ii]ch heiße|[Mm]ein Name ist|[Mm]e llamo|[Mm]i nombre es"
    rf"|[Jj]e m[’']appelle|[Mm]on nom est|[Mm]i chiamo|[Mm]eu nome é|[Ss]igned,?|[Ss]incerely,|[Rr]egards,|[Cc]heers,|Grüße,|Saludos,|Cordialement,"
    rf"|[Dd]ear(?: (?:Mr|Mrs|Ms|Dr)\.?)?|(?:Mr|Mrs|Ms|Dr|Herr|Frau|Señora?|Madame|Monsieur)\.?)\s{{1,3}}{_NAME}"
)
NAME_I_AM: Final = re.compile(rf"\b(?:I am|I'm|I’m|Ich bin|Soy|Je suis)\s({_GIVEN} {_GIVEN})(?= ?[,.;!?\n]|$| and | from | und | y | et )")
