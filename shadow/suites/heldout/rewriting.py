"""Rewriting and copying under constraints."""

import re
from random import Random

from shadow.suites.heldout.vocabulary import CITIES, ITEMS, NAMES, WORDS
from shadow.suites.template import Fields, Template, ask, has, lacks, matches, words


def _copy(rng: Random) -> Fields:
    picked = " ".join(rng.sample(WORDS, k=rng.randint(2, 4)))
    text = rng.choice(("Repeat exactly these words: {}", "Copy these words and write nothing else: {}", "Write: {}"))
    return ask(text.format(picked), checks=[has(picked), words(8, least=2)], reference=picked)


def _capitals(rng: Random) -> Fields:
    sentence = f"{rng.choice(NAMES)} sells {rng.choice(ITEMS)} in {rng.choice(CITIES)}"
    text = rng.choice(("Write this in capital letters: {}.", "Turn this into upper case: {}."))
    return ask(text.format(sentence), checks=[matches(sentence.upper())], reference=f"{sentence.upper()}.")


def _without_word(rng: Random) -> Fields:
    name, item, city = rng.choice(NAMES), rng.choice(ITEMS), rng.choice(CITIES)
    word = rng.choice(("very", "really", "quite"))
    wordy = f"{name} {word} often sells {word} nice {item} in {city}."
    checks = [has(name, item, city), lacks(word), words(12, least=4)]
    text = rng.choice(
        (
            "Rewrite this sentence without the word {word}: {wordy}",
            "Remove the word {word} from this sentence: {wordy}",
        )
    )
    return ask(text.format(word=word, wordy=wordy), checks=checks, reference=wordy.replace(f"{word} ", ""))


def _replaced(rng: Random) -> Fields:
    name, other = rng.sample(NAMES, k=2)
    item, city = rng.choice(ITEMS), rng.choice(CITIES)
    sentence = f"Yesterday {name} took the {item} to {city}."
    text = rng.choice(
        (
            "Replace {name} by {other}: {sentence}",
            "Write the sentence again with {other} in place of {name}: {sentence}",
        )
    )
    checks = [has(other, item, city), lacks(name), words(12, least=5)]
    question = text.format(name=name, other=other, sentence=sentence)
    return ask(question, checks=checks, reference=sentence.replace(name, other))


def _sorted(rng: Random) -> Fields:
    picked = rng.sample(WORDS, k=3)
    right = ", ".join(sorted(picked))
    text = rng.choice(("Sort these words alphabetically: {}", "Put these words into alphabetical order: {}"))
    pattern = r"\W+".join(map(re.escape, sorted(picked)))
    return ask(text.format(", ".join(picked)), checks=[matches(f"(?i){pattern}")], reference=right)


def _bullets(rng: Random) -> Fields:
    picked = rng.sample(WORDS, k=3)
    text = rng.choice(
        (
            "Write {a}, {b} and {c} as a list, one word per line, each line beginning with a hyphen and a space.",
            'Make a list of {a}, {b} and {c}. Every line must start with "- ".',
        )
    )
    checks = [matches("(?i)" + r"\s*\n".join(rf"- \W*{word}\W*" for word in picked))]
    reference = "\n".join(f"- {word}" for word in picked)
    return ask(text.format(a=picked[0], b=picked[1], c=picked[2]), checks=checks, reference=reference, max_tokens=40)


def _ending(rng: Random) -> Fields:
    word, topic = rng.choice(WORDS), rng.choice(ITEMS)
    text = rng.choice(
        (
            "Write one sentence about {topic} with at most 15 words. Its last word must be {word}.",
            "One sentence about {topic}, at most 15 words, that ends with the word {word}.",
        )
    )
    checks = [has(topic), matches(rf"(?i)\b{word}\W*$"), words(15, least=3)]
    return ask(text.format(topic=topic, word=word), checks=checks, reference=f"The {topic} lie beside the {word}.")


TEMPLATES: tuple[Template, ...] = (_copy, _capitals, _without_word, _replaced, _sorted, _bullets, _ending)
