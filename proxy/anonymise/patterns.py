r"""What identifiers look like: patterns only. Whether a match is one is decided in `checks` and `detectors`.

Clients send what they like, so every pattern is linear: no repeat within a repeat that can match the same text in
two ways, open ends are possessive (`++`), and what starts at any character has a bounded length.
A named group `it` is what gets masked; without one it is the whole match. Beside a pattern that rests on words stand
the words, in lower case: a text without any of them need not be searched.
"""

import re
from typing import Final


def _any(text: str) -> frozenset[str]:
    return frozenset(text.split())


_IS: Final = (
    r"(?:[ \t]?(?:number|num|no|nr|nummer|n[uú]mero|num[eé]ro|code|is|was|ist|lautet|es|est|[:=#.\"'-])){0,5}[ \t]{0,2}"
)

# ---- contact ----------------------------------------------------------------------------------------------

EMAIL_DOMAIN: Final = re.compile(
    r"(?:@|%40|&#0{0,4}64;|&#x0{0,4}40;|&commat;|[ ]?(?:\(at\)|\[at\])[ ]?)"
    r"(?![23]x\.)(?:[^\W_][\w-]{0,62}\.){1,8}(?:xn--[\w-]{2,59}|[^\W\d_]{2,24})",
    re.IGNORECASE,
)
EMAIL_SIGNS: Final = frozenset("_.!#$%&'*+/=?^`{|}~-") | frozenset(map(chr, range(0x300, 0x370)))
"""What a local part has besides letters and digits; accents that follow their letter are among them."""

URL_OPENS: Final = re.compile(r"://[^\s/@]{0,256}:\Z")

PHONE_INTERNATIONAL: Final = re.compile(r"(?<![\d+])(?:\+|(?<![\w.,])00)[ ]?\(?[1-9](?:[ .()/-]{0,3}\d){6,19}")
PHONE_NANP: Final = re.compile(
    r"(?<![\w.-])(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])[2-9]\d\d[ .-]\d{4}(?:[ ]?(?:x|ext\.?)[ "
    r"]?\d{1,6})?(?![\w-])"
)
PHONE_NATIONAL: Final = re.compile(
    r"(?<![\w.,-])(?:\(?0\d{1,4}[)]?[ ./-]{1,3}\d(?:[ ./-]?\d){5,10}|[679]\d\d(?: \d\d){3})(?![\w-])(?!\.\d)"
)
PHONE_GROUPED: Final = re.compile(
    r"(?<![\w.,-])(?<!\d )(?:\(0?[1-9]\d{0,3}\) ?\d{2,5}[ -]\d{3,5}|0[1-9]\d{0,3} \d{2,4}(?: \d{2,4}){1,3}"
    r"|[1-9]\d(?:-\d\d){3})"
    r"(?![\w/])(?![.,-]\d)(?! \d)"
)
"""An area code in brackets; a leading zero and groups; four pairs joined by dashes."""

PHONE_EXTENSION: Final = re.compile(r"[ ]?(?:x|ext\.?|extension)[ ]?\d{1,6}(?!\w)", re.IGNORECASE)

_DIALLED: Final = r"(?<!\w)(?P<it>[+(]{0,2}\d(?:[ .()/-]{0,3}\d){5,16}(?:[ ]?(?:x|ext\.?)[ ]?\d{1,6})?)(?!\w)"
PHONE_CUED: Final = re.compile(
    r"(?:(?:\b(?:tel|phone|telephone|mobile|mobil|cell|cellphone|fax|call (?:me|us|him|her|them|back)|ring|sms|whatsapp"
    r"|text (?:me|us)|dial|reach (?:me|us|him|her|them)|(?:my|his|her|our|contact|registered|landline) number"
    r"|telefon|telefonnummer|handy|handynummer|rufnummer|meine nummer|t[eé]l[eé]fono|m[oó]vil|celular|mi n[uú]mero"
    r"|ll[aá]m[ae][rn]?(?:me|nos)?|t[eé]l[eé]phone|portable|mon num[eé]ro|appele[rz]?-moi|cellulare|telefono|telefoon"
    r"|(?:office|desk|direct|line|work|home|main|landline|whatsapp)(?=[ ]?[:=]))\b|[☎📞])(?:[^\d\n+(]{0,30}|[ "
    r"]?:\s{1,3})"
    r"|\b(?:answer|messag|call|contact|text|reach|r[iu]ng|dial|phon|fax)(?:s|e|es|ed|ing)?\b[^\d\n+(]{0,25}"
    r"\b(?:at|on|to|under|via)[ ]|\bregistered[ ])" + _DIALLED,
    re.IGNORECASE,
)
PHONE_WORDS: Final = _any(
    "tel phone phones phoned phoning telephone mobile mobil cell cellphone fax faxed faxing call calls called "
    "calling ring "
    "ringing rang rung sms whatsapp text texts texted texting dial dialed dialing reach reached reaching number "
    "telefon "
    "telefonnummer handy handynummer rufnummer nummer teléfono telefono télefono teléfóno móvil movil celular "
    "número numero "
    "téléphone télephone teléphone portable numéro appeler appelez appele cellulare telefoon answer answers answered "
    "answering message messages messaged messaging contact contacts contacted contacting registered office desk direct "
    "line work home main landline"
) | {f"ll{a}m{e}{r}{me}" for a in "aá" for e in "ae" for r in ("", "r", "n") for me in ("", "me", "nos")}

PHONE_NAMED: Final = re.compile(
    r"(?<![\w.])(?<!\d,)(?P<it>[+(]{0,2}\d(?:[ .()/-]{0,3}\d){6,16}(?:[ ]?x\d{1,6})?)[ -]{1,2}\(?"
    r"(?:office|fax|mobile|cell|home|work|direct|desk|tel|phone|landline)\b(?=\\?[ ]?(?:[,;|)\n]|\Z))",
    re.IGNORECASE,
)
PHONE_SORTS: Final = _any("office fax mobile cell home work direct desk tel phone landline")

# ---- networks ---------------------------------------------------------------------------------------------

IPV4: Final = re.compile(r"(?<!\d)(?<!\d\.)(?<![vV])(?:\d{1,3}\.){3}\d{1,3}(?!\d|\.\d)")
VERSION_OPENS: Final = re.compile(
    r"(?:\b(?:version|ver|release|section|clause|chapter|v)\.?|§|==|>=|<=|~=)[ \t-]?\Z", re.IGNORECASE
)
IPV6_RUN: Final = re.compile(r"[0-9A-Fa-f:]{2,}+(?:\.\d{1,3}){0,3}")
MAC: Final = re.compile(r"(?<![\w:-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])")

# ---- money ------------------------------------------------------------------------------------------------

CARD_RUN: Final = re.compile(r"(?<!\w)(?<!\d[.,])\d(?:[ -]?\d){11,}(?!\w)")
CARD_DOTTED: Final = re.compile(r"(?<![\w.])\d{4}\.\d{4}\.\d{4}\.\d{4}(?![\w.])")
CARD_CUED: Final = re.compile(
    r"\b(?:cards?|cc|visa|master ?card|amex|maestro|american express|(?:kredit|bank|ec-?)?karten?(?:nummer)?"
    r"|tarjeta|carte)\b"
    r"[^\d\n]{0,30}(?P<it>\d(?:[ -]?\d){11,18})(?![ -]?\d)(?!\w)",
    re.IGNORECASE,
)
CARD_WORDS: Final = _any(
    "card cards cc visa master mastercard amex maestro american karte karten kartennummer kreditkarte kreditkarten "
    "kreditkartennummer bankkarte eckarte tarjeta carte"
)
IBAN_CUED: Final = re.compile(
    r"\biban\b[^\d\n]{0,20}?(?P<it>\b[A-Z]{2}\d{2}[ -]?(?:[A-Z0-9]{2,30}|[A-Z0-9]{4}(?:[ -][A-Z0-9]{1,4}){2,7}))(?!\w)",
    re.IGNORECASE,
)
IBAN_HEAD: Final = re.compile(r"(?<![^\W_])[A-Z]{2}\d{2}(?=[ -]?[A-Z0-9])", re.IGNORECASE)

# ---- credentials ------------------------------------------------------------------------------------------

PRIVATE_KEY: Final = re.compile(
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\Z)",
    re.DOTALL,
)
TOKEN: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:sk-[\w-]{16,300}+|(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{10,300}+"
    r"|gh[opsur]_[A-Za-z0-9]{20,300}+"
    r"|github_pat_\w{20,300}+|glpat-[\w-]{16,300}+|xox[abeoprs]-[A-Za-z0-9-]{10,300}+|(?:AKIA|ASIA)[A-Z0-9]{16}"
    r"|AIza[\w-]{30,60}+|ya29\.[\w-]{20,300}+|hf_[A-Za-z0-9]{20,300}+|npm_[A-Za-z0-9]{30,300}+|pypi-[\w-]{30,300}+"
    r"|SG\.[\w-]{16,64}+\.[\w-]{16,64}+|whsec_[A-Za-z0-9]{20,300}+|shpat_[0-9a-f]{32}|dop_v1_[0-9a-f]{64})"
)
TOKEN_SIGNS: Final = (
    *(
        "sk-",
        "sk_",
        "pk_",
        "rk_",
        "ghp_",
        "gho_",
        "ghs_",
        "ghu_",
        "ghr_",
        "github_pat_",
        "glpat-",
        "xox",
        "akia",
        "asia",
    ),
    *("aiza", "ya29.", "hf_", "npm_", "pypi-", "sg.", "whsec_", "shpat_", "dop_v1_"),
)
JWT: Final = re.compile(r"(?<![\w-])eyJ[\w-]{8,}+\.[\w-]{8,}+\.[\w-]*+")
BEARER: Final = re.compile(r"\b(?:bearer|basic)[ \t]{1,4}(?P<it>[A-Za-z0-9._~+/-]{8,}+=*+)", re.IGNORECASE)
MY_PASSWORD: Final = re.compile(
    r"\b(?:(?:my|the|his|her|our|your|temporary) (?:password|passphrase|pass ?code)\s?(?:is|was|:|=)"
    r"|mein passwort (?:ist|lautet)|mi contraseña es|mon mot de passe est)"
    r"\s{0,3}[\"'`]?(?P<it>[^\s\"'`<>,;]{4,}+)",
    re.IGNORECASE,
)
PASSWORD_WORDS: Final = _any("password passwd pwd passphrase pass passcode passwort kennwort contraseña mot mdp")
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
KEY_WORDS: Final = _any(
    "key apikey accesskey secret secretkey clientsecret token accesstoken authtoken refreshtoken idtoken "
    "sessiontoken authorization signature credential secretaccesskey accesskeyid"
)
PIN_WORDS: Final = _any("cvv cvc pin pincode otp tan puk")
PIN: Final = re.compile(
    r"\b(?:cvv2?|cvc2?|pin(?:[ -]?code)?|otp|tan|puk)\b(?:\s?(?:is|ist|es|est|:|=|#)){0,2}\s{0,2}(?P<it>\d{3,8})(?!\w)",
    re.IGNORECASE,
)
URL_USER: Final = re.compile(r"://(?P<it>[^\s/@\"'<>?#]{1,512}+)@")
URL_QUERY: Final = re.compile(
    r"[?&;#](?:[a-z]{1,16}[_-])?(?:token|api_?key|key|sig|signature|auth|password|passwd|pwd|secret|session"
    r"|sessionid|sid|code"
    r"|credential|x-amz-[a-z-]{3,24})=(?P<it>[^\s\"'<>&#]{4,}+)",
    re.IGNORECASE,
)
QUERY_WORDS: Final = _any(
    "token apikey api key sig signature auth password passwd pwd secret session sessionid sid code credential amz"
)
DATA_URI: Final = re.compile(r"data:[\w/+.-]{0,80}(?:;[\w=.-]{1,60}){0,3};base64,[A-Za-z0-9+/=_%-]{4,}+", re.IGNORECASE)
BASE64: Final = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{200,}+={0,2}")

# ---- people and papers, told by the words in front ----------------------------------------------------------

BIRTH: Final = re.compile(
    r"(?:\b(?:born(?: on)?|birth ?da(?:y|te)|date of birth|d\.?o\.?b|geb(?:oren|urtsdatum|urtstag)?(?: am)?"
    r"|fecha de nacimiento|nac[ií](?:d[oa])?(?: el)?|date de naissance|née?(?: le)?|data di nascita|nat[oa] il)\b\.?)"
    r"[^\w\n]{0,5}(?:(?:is|was|on|ist|am|es|est|el|le)\s){0,2}\s{0,2}"
    r"(?P<it>\d{1,4}(?P<sign>[./-])\d{1,2}(?P=sign)\d{1,4}"
    r"|\d{1,2}(?:st|nd|rd|th|\.|er)?\s(?:(?:of|de)\s)?[^\W\d_]{3,12}\.?,?\s"
    r"(?:de(?:l)?\s)?\d{4}"
    r"|[^\W\d_]{3,12}\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s\d{4}|\d{8}(?!\d))",
    re.IGNORECASE,
)
BIRTH_WORDS: Final = _any(
    "born birth birthday birthdate dob d geb geboren geburtsdatum geburtstag nacimiento nacido nacida nací naci nac "
    "naissance né née nascita nato nata"
)
DOCUMENT: Final = re.compile(
    r"(?:passport|reisepass|\bpass(?=-?n(?:umme)?r)|pasaporte|passeport|paspoort|passaporto"
    rf"|driver'?s? licen[cs]e|driving licen[cs]e|führerschein"
    rf"|id[ -]card|identity card|personalausweis|ausweis)(?:nummer|-nr\.?)?\b{_IS}"
    r"(?P<it>(?=[A-Z]{0,5}\d)[A-Z0-9][A-Z0-9-]{4,18}+)",
    re.IGNORECASE,
)
DOCUMENT_WORDS: Final = frozenset(
    f"{paper}{number}"
    for paper in _any(
        "passport reisepass pass pasaporte passeport paspoort passaporto führerschein ausweis personalausweis"
    )
    for number in ("", "nummer", "nr")
) | _any("driver drivers driving licence license dl identity card")
NATIONAL_CUED: Final = re.compile(
    r"(?:(?i:\b(?:social security|social insurance|national insurance|tax[ -]id|national id|steuernummer"
    r"|steuer-?id(?:entifikationsnummer)?|sozialversicherungsnummer|s[eé]curit[eé] sociale|codice fiscale"
    r"|burgerservicenummer|seguridad social|aadhaar|pesel))"
    rf"|\b(?:SSN|ssn|BSN|bsn|NHS|NIF|DNI|dni|NIE|NIR|TIN|CPF|CURP|NINO|ITIN|SIN))\b(?i:{_IS})"
    r"(?P<it>(?=[A-Za-z]{0,4} ?\d)[A-Za-z0-9]{1,20}(?:[ ./-]\d[A-Za-z0-9]{0,12}){0,8}(?:[ -][A-Za-z])?)(?!\w)"
)
NATIONAL_WORDS: Final = _any(
    "social national tax steuernummer steuerid steuer sozialversicherungsnummer steueridentifikationsnummer "
    "sociale fiscale "
    "burgerservicenummer seguridad aadhaar pesel ssn bsn nhs nif dni nie nir tin cpf curp nino itin sin"
)
VEHICLE: Final = re.compile(
    rf"\b(?i:licen[cs]e plate|number plate|registration plate|kennzeichen|matr[ií]cula|plaque|vin)\b(?i:{_IS})"
    r"(?P<it>[A-ZÄÖÜ0-9]{1,17}(?:[ -][A-ZÄÖÜ0-9]{1,6}){0,3})(?!\w)"
)
VEHICLE_WORDS: Final = _any("plate kennzeichen matricula matrícula plaque vin")
CUSTOMER_ID: Final = re.compile(
    r"\b(?:(?:customer|client|member(?:ship)?|account|patient|policy|insurance|employee|user|loyalty)"
    r"[ _-]?(?:number|num|no\b|id|nr|#)"
    r"|(?:kunden|mitglieds|konto|versicherten|personal)(?:nummer|nr)|(?:n[uú]mero|id) de (?:cliente|socio|cuenta)"
    rf"|num[eé]ro de (?:client|compte)){_IS}(?P<it>(?=[A-Z-]{{0,8}}\d)[A-Z0-9][A-Z0-9-]{{3,30}}+)",
    re.IGNORECASE,
)
CUSTOMER_WORDS: Final = frozenset(
    f"{who}{what}"
    for who in _any("customer client member membership account patient policy insurance employee user loyalty")
    for what in ("", "id", "number", "num", "nr", "no")
) | _any(
    "kundennummer kundennr mitgliedsnummer mitgliedsnr kontonummer kontonr versichertennummer versichertennr "
    "personalnummer "
    "personalnr cliente socio cuenta compte"
)

# ---- places -----------------------------------------------------------------------------------------------

POSTCODE: Final = re.compile(
    r"\b(?:zip(?:[ -]?code)?|post(?:al)?[ -]?code|eircode|pin code|plz|postleitzahl|code postal|c[oó]digo "
    r"postal|cep|cap"
    rf"|postnummer|postinumero|postcode)\b{_IS}"
    r"(?P<it>\d{3,6}(?:[ -]\d{2,4})?(?:[ ][A-Z]{2})?|[A-Z]{1,2}\d[A-Z\d]?[ ]?\d[A-Z]{2}|[A-Z]\d[A-Z][ "
    r"]?\d[A-Z]\d)(?!\w)",
    re.IGNORECASE,
)
POSTCODE_WORDS: Final = _any(
    "zip zipcode post postal postcode postalcode eircode plz postleitzahl cep cap postnummer postinumero código codigo"
)

_HOUSE: Final = r"\d{1,5}[A-Za-z]?(?:[-/]\d{1,4})?"
_TITLED: Final = r"[^\W\d_a-z][\w'.-]{1,24}"
_UNIT: Final = r"(?:,?\s{1,4}(?i:apt|apartment|suite|unit|flat|floor)\.?[ ]#?\w{1,6})?"
STREET: Final = re.compile(
    rf"(?<![\w.,$€£]){_HOUSE},? (?:{_TITLED} ){{1,4}}"
    r"(?:Street|Road|Avenue|Lane|Court|Close|Crescent|Boulevard|Terrace|Highway|Parade|(?:St|Rd|Ave|Ln|Blvd|Dr"
    r"|Drive|Way|Sq)"
    rf"(?=\.?(?:,|\n|\Z| (?:Apt|Suite|Unit|#))))\b\.?{_UNIT}"
    rf"|\b(?:Rue|rue|Via|Viale|Calle|Rua|Avenida|Avenue|Plaza|Piazza|Boulevard|Ulica|ul\.) (?:(?:de|del|della"
    rf"|la|du|des|do|da) ){{0,2}}"
    rf"{_TITLED}(?: {_TITLED}){{0,3}},? {_HOUSE}\b(?![.,]\d){_UNIT}"
    rf"|(?<![\w.,]){_HOUSE},? (?:rue|avenue|boulevard|place|chemin|quai) (?:(?:de|du|des|la|le|l') "
    rf"?){{0,2}}{_TITLED}(?: {_TITLED}){{0,3}}"
)
STREET_WORDS: Final = _any(
    "street road avenue lane court close crescent boulevard terrace highway parade st rd ave ln blvd dr drive "
    "way sq rue via "
    "viale calle rua avenida plaza piazza ulica ul place chemin quai"
)
STREET_COMPOUND: Final = re.compile(
    rf"\b{_TITLED}?(?:stra(?:ß|ss)e|str\.|gasse|weg|platz|allee|damm|ufer|gatan|vägen|vej|gade|katu|straat|laan|gracht)"
    rf" {_HOUSE}\b(?![.,]\d){_UNIT}"
)
STREET_ENDS: Final = (
    *(
        "straße ",
        "strasse ",
        "str. ",
        "gasse ",
        "weg ",
        "platz ",
        "allee ",
        "damm ",
        "ufer ",
        "gatan ",
        "vägen ",
        "vej ",
    ),
    *("gade ", "katu ", "straat ", "laan ", "gracht "),
)
BOX: Final = re.compile(
    r"\b(?:P\.? ?O\.? ?Box|Postfach|PSC|Unit \d{2,5}|(?-i:Apt\.?|Apartment|Suite)(?= #?\d\d))(?:,? Box)? "
    r"#?\d{1,6}\b(?:,? Box \d{1,6})?(?![.,]\d)",
    re.IGNORECASE,
)
BOX_WORDS: Final = _any("box postfach psc apt apartment suite")
