r"""What identifiers look like: patterns only. Whether a match is one is decided in `checks` and `detectors`.

Clients send what they like, so every pattern is linear: no repeat within a repeat that can match the same text in
two ways, open ends are possessive (`++`), and what starts at any character has a bounded length.
A named group `it` is what gets masked; without one it is the whole match.
"""

import re
from typing import Final

_IS: Final = (
    r"(?:[ \t]?(?:number|num|no|nr|nummer|n[uú]mero|num[eé]ro|code|is|was|ist|lautet|es|est|[:=#.\"'-])){0,5}[ \t]{0,2}"
)

# ---- contact ----------------------------------------------------------------------------------------------

EMAIL_DOMAIN: Final = re.compile(
    r"(?:@|%40|&#0{0,4}64;|&#x0{0,4}40;|&commat;|[ ]?(?:\(at\)|\[at\])[ ]?)"
    r"(?![23]x\.)(?:[^\W_][\w-]{0,62}\.){1,8}(?:xn--[\w-]{2,59}|[^\W\d_]{2,24})",
    re.IGNORECASE,
)
EMAIL_LOCAL: Final = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]")
URL_OPENS: Final = re.compile(r"://[^\s/@]{0,256}:\Z")

PHONE_INTERNATIONAL: Final = re.compile(r"(?<![\d+])(?:\+|(?<!\w)00)[ ]?\(?[1-9](?:[ .()/-]{0,3}\d){6,19}")
PHONE_NANP: Final = re.compile(r"(?<![\w.-])(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])[2-9]\d\d[ .-]\d{4}(?![\w-])")
PHONE_NATIONAL: Final = re.compile(
    r"(?<![\w.,-])(?:\(?0\d{1,4}[)]?[ ./-]{1,3}\d(?:[ ./-]?\d){5,10}|[679]\d\d(?: \d\d){3})(?![\w-])(?!\.\d)"
)
PHONE_CUED: Final = re.compile(
    r"(?:\b(?:tel|phone|telephone|mobile|mobil|cell|cellphone|fax|call (?:me|us|him|her|them|back)|ring|sms|whatsapp"
    r"|text me|dial|reach (?:me|us|him|her|them)|(?:my|his|her|our|contact) number|telefon|telefonnummer|handy"
    r"|handynummer|rufnummer|meine nummer|t[eé]l[eé]fono|m[oó]vil|celular|mi n[uú]mero|ll[aá]m[ae][rn]?(?:me|nos)?"
    r"|t[eé]l[eé]phone|portable|mon num[eé]ro|appele[rz]?-moi|cellulare|telefono|telefoon)\b|[☎📞])"
    r"[^\d\n+(]{0,30}(?P<it>[+(]{0,2}\d(?:[ .()/-]{0,2}\d){5,16})(?!\w)",
    re.IGNORECASE,
)

# ---- networks ---------------------------------------------------------------------------------------------

IPV4: Final = re.compile(r"(?<!\d)(?<!\d\.)(?<![vV])(?:\d{1,3}\.){3}\d{1,3}(?!\d|\.\d)")
VERSION_OPENS: Final = re.compile(r"(?:\b(?:version|ver|release|v)\.?|==|>=|<=|~=)[ \t]?\Z", re.IGNORECASE)
IPV6_RUN: Final = re.compile(r"[0-9A-Fa-f:]{2,}+(?:\.\d{1,3}){0,3}")
MAC: Final = re.compile(r"(?<![\w:-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])")

# ---- money ------------------------------------------------------------------------------------------------

CARD_RUN: Final = re.compile(r"(?<!\w)(?<!\d[.,])\d(?:[ -]?\d){11,}+(?!\w)")
CARD_DOTTED: Final = re.compile(r"(?<![\w.])\d{4}\.\d{4}\.\d{4}\.\d{4}(?![\w.])")
IBAN_HEAD: Final = re.compile(r"(?<![^\W_])[A-Z]{2}\d{2}(?=[ -]?[A-Z0-9])", re.IGNORECASE)

# ---- credentials ------------------------------------------------------------------------------------------

PRIVATE_KEY: Final = re.compile(
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\Z)",
    re.DOTALL,
)
TOKEN: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:sk-[\w-]{16,300}+|(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{10,300}+|gh[opsur]_[A-Za-z0-9]{20,300}+"
    r"|github_pat_\w{20,300}+|glpat-[\w-]{16,300}+|xox[abeoprs]-[A-Za-z0-9-]{10,300}+|(?:AKIA|ASIA)[A-Z0-9]{16}"
    r"|AIza[\w-]{30,60}+|ya29\.[\w-]{20,300}+|hf_[A-Za-z0-9]{20,300}+|npm_[A-Za-z0-9]{30,300}+|pypi-[\w-]{30,300}+"
    r"|SG\.[\w-]{16,64}+\.[\w-]{16,64}+|whsec_[A-Za-z0-9]{20,300}+|shpat_[0-9a-f]{32}|dop_v1_[0-9a-f]{64})"
)
JWT: Final = re.compile(r"(?<![\w-])eyJ[\w-]{8,}+\.[\w-]{8,}+\.[\w-]*+")
BEARER: Final = re.compile(r"\b(?:bearer|basic)[ \t]{1,4}(?P<it>[A-Za-z0-9._~+/-]{8,}+=*+)", re.IGNORECASE)
MY_PASSWORD: Final = re.compile(
    r"\b(?:(?:my|the|his|her|our|your|temporary) (?:password|passphrase|pass ?code)\s?(?:is|was|:|=)"
    r"|mein passwort (?:ist|lautet)|mi contraseña es|mon mot de passe est)"
    r"\s{0,3}[\"'`]?(?P<it>[^\s\"'`<>,;]{4,}+)",
    re.IGNORECASE,
)
PASSWORD: Final = re.compile(
    r"(?:\b|_)(?:password|passwd|pwd|passphrase|passwort|kennwort|contraseña|mot de passe)[\"'`]?"
    r"\s{0,3}(?::|=|\bis\b|\bist\b)\s{0,3}[\"'`]?(?P<it>[^\s\"'`<>,;()\[\]{}]{4,}+)",
    re.IGNORECASE,
)
KEYED: Final = re.compile(
    r"(?:\b|_)(?:api[ _-]?key|apikey|access[ _-]?key(?:[ _-]?id)?|secret(?:[ _-]?(?:access[ _-]?)?key)?"
    r"|client[ _-]?secret|(?:access|auth|refresh|id|session)?[ _-]?token|authorization|signature|credential|key)"
    r"[\"'`]?\s{0,3}(?::|=|\bis\b)\s{0,3}[\"'`]?(?P<it>[A-Za-z0-9._~+/-]{8,}+=*+)(?![(\[])",
    re.IGNORECASE,
)
PIN: Final = re.compile(
    r"\b(?:cvv2?|cvc2?|pin(?:[ -]?code)?|otp|tan|puk)\b(?:\s?(?:is|ist|es|est|:|=|#)){0,2}\s{0,2}(?P<it>\d{3,8})(?!\w)",
    re.IGNORECASE,
)
URL_USER: Final = re.compile(r"\b[a-z][a-z0-9+.-]{1,15}://(?P<it>[^\s/@\"'<>?#]{1,512}+)@", re.IGNORECASE)
URL_QUERY: Final = re.compile(
    r"[?&;#](?:[a-z]{1,16}[_-])?(?:token|api_?key|key|sig|signature|auth|password|passwd|pwd|secret|session|sessionid|sid|code"
    r"|credential|x-amz-[a-z-]{3,24})=(?P<it>[^\s\"'<>&#]{4,}+)",
    re.IGNORECASE,
)
DATA_URI: Final = re.compile(r"data:[\w/+.-]{0,80}(?:;[\w=.-]{1,60}){0,3};base64,[A-Za-z0-9+/=_%-]{4,}+", re.IGNORECASE)
BASE64: Final = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{200,}+={0,2}")

# ---- people and papers, told by the words in front ----------------------------------------------------------

BIRTH: Final = re.compile(
    r"(?:\b(?:born(?: on)?|birth ?da(?:y|te)|date of birth|d\.?o\.?b|geb(?:oren|urtsdatum|urtstag)?(?: am)?"
    r"|fecha de nacimiento|nac[ií](?:d[oa])?(?: el)?|date de naissance|née?(?: le)?|data di nascita|nat[oa] il)\b\.?)"
    r"[^\w\n]{0,5}(?:(?:is|was|on|ist|am|es|est|el|le)\s){0,2}\s{0,2}"
    r"(?P<it>\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"
    r"|\d{1,2}(?:st|nd|rd|th|\.|er)?\s(?:(?:of|de)\s)?[^\W\d_]{3,12}\.?,?\s"
    r"(?:de(?:l)?\s)?\d{4}"
    r"|[^\W\d_]{3,12}\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s\d{4}|\d{8}(?!\d))",
    re.IGNORECASE,
)
DOCUMENT: Final = re.compile(
    r"(?:passport|reisepass|\bpass(?=-?n(?:umme)?r)|pasaporte|passeport|paspoort|passaporto"
    rf"|driver'?s? licen[cs]e|driving licen[cs]e|führerschein"
    rf"|id[ -]card|identity card|personalausweis|ausweis)(?:nummer|-nr\.?)?\b{_IS}"
    r"(?P<it>(?=[A-Z]{0,5}\d)[A-Z0-9][A-Z0-9-]{4,18}+)",
    re.IGNORECASE,
)
NATIONAL_CUED: Final = re.compile(
    r"(?:(?i:\b(?:social security|social insurance|national insurance|tax[ -]id|national id|steuernummer"
    r"|steuer-?id(?:entifikationsnummer)?|sozialversicherungsnummer|s[eé]curit[eé] sociale|codice fiscale"
    r"|burgerservicenummer|seguridad social|aadhaar|pesel))"
    rf"|\b(?:SSN|ssn|BSN|bsn|NHS|NIF|DNI|dni|NIE|NIR|TIN|CPF|CURP|NINO|ITIN|SIN))\b(?i:{_IS})"
    r"(?P<it>(?=[A-Za-z]{0,4} ?\d)[A-Za-z0-9]{1,20}(?:[ ./-]\d[A-Za-z0-9]{0,12}){0,8}(?:[ -][A-Za-z])?)(?!\w)"
)
VEHICLE: Final = re.compile(
    rf"\b(?i:licen[cs]e plate|number plate|registration plate|kennzeichen|matr[ií]cula|plaque|vin)\b(?i:{_IS})"
    r"(?P<it>[A-ZÄÖÜ0-9]{1,17}(?:[ -][A-ZÄÖÜ0-9]{1,6}){0,3})(?!\w)"
)
CUSTOMER_ID: Final = re.compile(
    r"\b(?:(?:customer|client|member(?:ship)?|account|patient|policy|insurance|employee|user|loyalty)"
    r"[ _-]?(?:number|num|no\b|id|nr|#)"
    r"|(?:kunden|mitglieds|konto|versicherten|personal)(?:nummer|nr)|(?:n[uú]mero|id) de (?:cliente|socio|cuenta)"
    rf"|num[eé]ro de (?:client|compte)){_IS}(?P<it>(?=[A-Z-]{{0,8}}\d)[A-Z0-9][A-Z0-9-]{{3,30}}+)",
    re.IGNORECASE,
)
