"""Finding addresses of web sites that say where somebody is at home; those that everybody uses say nothing."""

import re
from collections.abc import Iterator
from typing import Final

from proxy.anonymise.found import Span

_OPENS: Final = re.compile(r"://|www\.", re.IGNORECASE)
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+]{1,9}\Z", re.IGNORECASE)
_URL: Final = re.compile(
    r"(?:[a-z][a-z0-9+]{1,9}://(?:[^\s/@\"'<>?#]{1,256}+@)?|(?<![\w.@/-])(?=www\.))"
    r"(?P<host>(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24})"
    r"(?::\d{1,5})?(?![\w@:])(?P<path>[/?#][^\s\"'<>`|\\^{}()\[\]]*+)?",
    re.IGNORECASE,
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TAIL: Final = ".,;:!?*_"

_PUBLIC: Final = _words(
    # Sites of standards, software, reference and search: an address there names a subject, not a person or customer.
    "anthropic.com apache.org apple.com archive.org arxiv.org bing.com cloudflare.com crates.io debian.org "
    "djangoproject.com docker.com docker.io doi.org duckduckgo.com elastic.co gitlab.com github.com "
    "githubusercontent.com gnu.org go.dev golang.org google.com googleapis.com gstatic.com huggingface.co "
    "ietf.org iso.org jquery.com json-schema.org jsdelivr.net kernel.org kubernetes.io maven.org microsoft.com "
    "mistral.ai mozilla.org mysql.com nginx.org nodejs.org npmjs.com npmjs.org numpy.org openai.com openapis.org "
    "opensource.org oracle.com php.net postgresql.org pydata.org pypi.org python.org pytorch.org r-project.org "
    "reactjs.org readthedocs.io redis.io rfc-editor.org ruby-lang.org rust-lang.org schema.org scipy.org "
    "sqlite.org stackexchange.com stackoverflow.com swagger.io tensorflow.org ubuntu.com unicode.org unpkg.com "
    "w3.org w3schools.com whatwg.org wikidata.org wikimedia.org wikipedia.org wiktionary.org xml.org xmlsoap.org "
    "youtube.com example.com example.net example.org"
)
_RESERVED: Final = _words("example invalid localhost test local")
"""Source: RFC 2606 and RFC 6762."""


def find_urls(text: str) -> Iterator[Span]:
    """Addresses with a scheme or `www.`, as a whole, but for hosts that name nobody."""
    for opens in _OPENS.finditer(text):
        match = _URL.match(text, _start(text, opens))
        if match and not is_public(match["host"]):
            yield Span(match.start(), _end(match), "an address of a web site")


def _start(text: str, opens: re.Match[str]) -> int:
    scheme = _SCHEME.search(text, max(0, opens.start() - 10), opens.start()) if opens[0] == "://" else None
    return scheme.start() if scheme else opens.start()


def is_public(host: str) -> bool:
    """A site that everybody uses, or a name reserved for examples."""
    return host.rpartition(".")[2].lower() in _RESERVED or is_within(host, _PUBLIC)


def is_within(host: str, domains: frozenset[str]) -> bool:
    """A host of one of the domains, or below one."""
    labels = host.lower().split(".")
    return any(".".join(labels[at:]) in domains for at in range(len(labels) - 1))


def host_of(url: str) -> str:
    """The host of what `find_urls` found."""
    match = _URL.match(url)
    return match["host"] if match else ""


def _end(match: re.Match[str]) -> int:
    """The end without signs of the sentence."""
    return match.start() + len(match[0].rstrip(_TAIL))
