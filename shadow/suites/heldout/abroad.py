"""The same kinds of question in German, Spanish, French and Italian."""

from dataclasses import dataclass
from random import Random

from shadow.suites.heldout.vocabulary import CITIES, NAMES
from shadow.suites.template import Fields, Template, ask, ask_choice, ask_number, has, lacks


@dataclass(frozen=True, slots=True)
class _Tongue:
    """Wordings of one language.

    Attributes:
        sums: Questions with {a} and {b}.
        colour: A question with {a} and {b}, one of which is a colour.
        home: A statement with {n} and {c}.
        where: Questions with {n}.
        opposite: A question with {w}; `opposites` are pairs.
        shop: A story with {n}, {a} and {b}, whose answer is the sum.
    """

    code: str
    sums: tuple[str, ...]
    colour: str
    colours: tuple[str, ...]
    objects: tuple[str, ...]
    home: str
    where: tuple[str, ...]
    opposite: str
    opposites: tuple[tuple[str, str], ...]
    shop: str


_TONGUES = (
    _Tongue(
        code="de",
        sums=("Was ist {a} plus {b}? Antworte nur mit der Zahl.", "Rechne {a} + {b} aus. Nur das Ergebnis."),
        colour="Welches Wort ist eine Farbe: {a} oder {b}? Antworte mit einem Wort.",
        colours=("rot", "blau", "gelb", "schwarz", "weiß", "braun"),
        objects=("Tisch", "Lampe", "Tasse", "Stuhl", "Koffer", "Gabel"),
        home="{n} wohnt in {c}. {m} wohnt in {d}.",
        where=("Wo wohnt {n}? Nenne nur die Stadt.", "In welcher Stadt lebt {n}?"),
        opposite="Was ist das Gegenteil von {w}: {a} oder {b}? Antworte mit einem Wort.",
        opposites=(("groß", "klein"), ("alt", "neu"), ("hell", "dunkel"), ("teuer", "billig"), ("laut", "leise")),
        shop="{n} kauft {a} Äpfel und {b} Birnen. Wie viele Früchte sind das? Nur die Zahl.",
    ),
    _Tongue(
        code="es",
        sums=("¿Cuánto es {a} más {b}? Responde solo con el número.", "Suma {a} y {b}. Escribe solo el resultado."),
        colour="¿Qué palabra es un color: {a} o {b}? Responde con una palabra.",
        colours=("rojo", "azul", "verde", "negro", "blanco", "gris"),
        objects=("coche", "libro", "plato", "barco", "silla", "vaso"),
        home="{n} vive en {c}. {m} vive en {d}.",
        where=("¿Dónde vive {n}? Di solo la ciudad.", "¿En qué ciudad vive {n}?"),
        opposite="¿Cuál es el contrario de {w}: {a} o {b}? Responde con una palabra.",
        opposites=(
            ("grande", "pequeño"),
            ("viejo", "nuevo"),
            ("claro", "oscuro"),
            ("caro", "barato"),
            ("alto", "bajo"),
        ),
        shop="{n} compra {a} manzanas y {b} peras. ¿Cuántas frutas son? Solo el número.",
    ),
    _Tongue(
        code="fr",
        sums=(
            "Combien font {a} plus {b} ? Réponds seulement par le nombre.",
            "Additionne {a} et {b}. Le résultat seul.",
        ),
        colour="Quel mot est une couleur : {a} ou {b} ? Réponds par un seul mot.",
        colours=("rouge", "bleu", "vert", "noir", "blanc", "jaune"),
        objects=("chaise", "livre", "bateau", "verre", "lampe", "clef"),
        home="{n} habite à {c}. {m} habite à {d}.",
        where=("Où habite {n} ? Donne seulement la ville.", "Dans quelle ville habite {n} ?"),
        opposite="Quel est le contraire de {w} : {a} ou {b} ? Réponds par un seul mot.",
        opposites=(("grand", "petit"), ("vieux", "neuf"), ("clair", "sombre"), ("cher", "gratuit"), ("haut", "bas")),
        shop="{n} achète {a} pommes et {b} poires. Combien de fruits cela fait-il ? Le nombre seul.",
    ),
    _Tongue(
        code="it",
        sums=("Quanto fa {a} più {b}? Rispondi solo con il numero.", "Somma {a} e {b}. Scrivi solo il risultato."),
        colour="Quale parola è un colore: {a} o {b}? Rispondi con una parola.",
        colours=("rosso", "blu", "verde", "nero", "bianco", "giallo"),
        objects=("sedia", "libro", "barca", "piatto", "lampada", "chiave"),
        home="{n} abita a {c}. {m} abita a {d}.",
        where=("Dove abita {n}? Scrivi solo la città.", "In quale città abita {n}?"),
        opposite="Qual è il contrario di {w}: {a} o {b}? Rispondi con una parola.",
        opposites=(("grande", "piccolo"), ("vecchio", "nuovo"), ("chiaro", "scuro"), ("caro", "economico")),
        shop="{n} compra {a} mele e {b} pere. Quanti frutti sono? Solo il numero.",
    ),
)


def _sum(rng: Random) -> Fields:
    tongue, a, b = rng.choice(_TONGUES), rng.randint(1, 40), rng.randint(1, 20)
    return ask_number(rng.choice(tongue.sums).format(a=a, b=b), a + b, language=tongue.code)


def _colour(rng: Random) -> Fields:
    tongue = rng.choice(_TONGUES)
    colour = rng.choice(tongue.colours)
    first, second = rng.sample((colour, rng.choice(tongue.objects)), k=2)
    return ask_choice(tongue.colour.format(a=first, b=second), colour, [first, second], language=tongue.code)


def _home(rng: Random) -> Fields:
    tongue = rng.choice(_TONGUES)
    name, other = rng.sample(NAMES, k=2)
    city, decoy = rng.sample(CITIES, k=2)
    told = tongue.home.format(n=name, c=city, m=other, d=decoy)
    question = f"{told} {rng.choice(tongue.where).format(n=name)}"
    return ask(question, checks=[has(city), lacks(decoy)], reference=city, language=tongue.code)


def _opposite(rng: Random) -> Fields:
    tongue = rng.choice(_TONGUES)
    word, right = rng.sample(rng.choice(tongue.opposites), k=2)
    first, second = rng.sample((right, rng.choice((*tongue.objects, *tongue.colours))), k=2)
    question = tongue.opposite.format(w=word, a=first, b=second)
    return ask_choice(question, right, [first, second], language=tongue.code)


def _shop(rng: Random) -> Fields:
    tongue, name = rng.choice(_TONGUES), rng.choice(NAMES)
    a, b = rng.randint(2, 30), rng.randint(2, 30)
    return ask_number(tongue.shop.format(n=name, a=a, b=b), a + b, language=tongue.code)


TEMPLATES: tuple[Template, ...] = (_sum, _colour, _home, _opposite, _shop)
