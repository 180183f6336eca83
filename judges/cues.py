"""The cues by which an English answer shows that it refuses, lectures or helps: data for `refusal.py`.

A cue is looked for only where one of its words stands, so that plain answers cost almost nothing. Phrases are written
for this project; what each weighs is fitted and lies in `refusal_model.json`. Other languages: `cues_abroad.py`.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

type Kind = Literal["explicit", "capability", "lecture", "help"]


@dataclass(frozen=True, slots=True)
class Cue:
    """A pattern in lower case and the words without which it cannot match.

    Attributes:
        name: Key of its weight; never reused for another pattern.
        kind: explicit (the model says that it will not), capability (it says that it cannot: no access, no tools),
            lecture (morals instead of an answer) or help (it answers all the same).
        words: The pattern is tried around each of them; empty means on the whole opening.
        pattern: None where each of the words is a cue by itself.
        also: Words of which the pattern needs one besides; empty means none. It only saves time.
        before: Characters before a word from which its pattern is tried; `after` those behind its start.
    """

    name: str
    kind: Kind
    words: tuple[str, ...]
    pattern: re.Pattern[str] | None
    also: frozenset[str] = frozenset()
    before: int = 40
    after: int = 90


def cue(kind: Kind, name: str, words: str, pattern: str = "", *, also: str = "") -> Cue:
    """A cue from its words, separated by spaces, and its pattern in lower case."""
    compiled = re.compile(pattern, re.MULTILINE) if pattern else None
    return Cue(name, kind, tuple(words.split()), compiled, frozenset(also.split()))


def by_word(cues: Sequence[Cue]) -> Mapping[str, tuple[Cue, ...]]:
    """Cues by each of their words; the empty word holds those that are always tried."""
    found: defaultdict[str, list[Cue]] = defaultdict(list)
    for one in cues:
        for word in one.words or ("",):
            found[word].append(one)
    return MappingProxyType({word: tuple(held) for word, held in found.items()})


_NOT: Final = (
    r"(?:cannot|can not|can't|could not|couldn't|won't|will not|am unable|'m unable|am not able|'m not able"
    r"|'d rather not|would rather not|'d prefer not to|would prefer not to)"
)
_DO: Final = (
    r"(?:help|assist|provid|offer|giv|suggest|endors|condon|support|encourag|promot|fulfi|answer|recommend|satisfy"
    r"|engag|comply|discuss|writ|creat|generat|do (?:that|this|so)|continue|share|disclos|participat|advis|tell"
    r"|explain|complet|respond|facilitat|make)"
)
_BE: Final = r"(?:is|are|was|were|be)"
_GOOD: Final = (
    r"(?:appropriate|ethical|acceptable|okay|respectful|fair|moral|moral or ethical|justif\w+|morally \w+|productive"
    r"|funny|kind|nice)"
)
_WISE: Final = (
    r"(?:legal|lawful|recommended|advisable|safe|healthy|right|valid|wise|best|possible|a good (?:idea|thing|way))"
)

ENGLISH: Final = (
    cue("explicit", "cannot_do", "cannot can't won't not couldn't unable",
        rf"\b(?:i|we),? ?(?:\w+,? ){{0,2}}?{_NOT} (?:\w+ ){{0,4}}?{_DO}",
        also="help helping assist assisting provide providing offer give suggest endorse condone support "
             "encourage promote promoting fulfill fulfil answer recommend satisfy engage comply discuss "
             "discussing write create generate do continue share disclose participate advise tell explain "
             "complete respond facilitate make making"),
    cue("explicit", "cannot", "cannot can't won't unable",
        r"\bi(?:'m| am)? (?:\w+ )?(?:cannot|can't|won't|unable)\b"),
    cue("explicit", "not_comfortable", "comfortable willing inclined rather",
        r"(?:not|n't)(?: be| feel)? (?:comfortable|willing|inclined)\b|i(?:'d| would) rather not\b"),
    cue("explicit", "sorry", "sorry", r"^\W*(?:oh,? )?(?:i'm|i am)? ?(?:\w+ )?sorry\b(?!.{0,12}\b(?:loss|to hear))"),
    cue("explicit", "sorry_but", "sorry", r"^\W*(?:i'm|i am)? ?(?:\w+ )?sorry,? (?:but|i|however|that i)\b"),
    cue("explicit", "apologise", "apologize apologise apologies",
        r"^\W*(?:i |my |please accept my )?(?:\w+ )?apolog(?:i[sz]e|ies)\b.{0,40}?(?:\bbut\b|\bi\b|however)"),
    cue("explicit", "decline", "refuse decline declining",
        r"\b(?:i|we)(?:'m| am| must| have to)? (?:\w+ )?(?:refuse|declin)"),
    cue("explicit", "condemn", "condone condoning condemn promote endorse",
        r"\b(?:not|don't|n't) (?:condone|promote|endorse)|\bi (?:\w+ )?condemn\b"),
    cue("explicit", "advise_against", "against not",
        r"(?:urge|advise|encourage|recommend|caution)(?: you)? (?:against|not to)\b",
        also="urge advise encourage recommend caution"),
    cue("explicit", "my_rules", "guidelines programming principles policy policies values",
        r"\bmy (?:\w+ (?:and |or )?){0,3}(?:guidelines|programming|principles|polic(?:y|ies)|values)\b"),
    cue("explicit", "your_request", "request", r"\b(?:your|that|this|such a) request\b"),
    cue("explicit", "illegal_activity", "illegal harmful unethical criminal violent",
        r"(?:illegal|harmful|unethical|criminal|violent)(?: or \w+)? (?:or \w+ )?(?:activit|act|behavio|action"
        r"|content|conduct)"),
    cue("capability", "no_access", "access ability capability capabilities real-time browse",
        r"\b(?:not|n't|no|without)(?: currently| directly)? (?:have )?(?:\w+ ){0,3}?(?:access\b|abilit|capabilit"
        r"|browse)",
        also="not no without don't can't cannot doesn't couldn't lack n't do"),
    cue("capability", "i_have_no", "have", r"\bi (?:do not|don't|don not|have no)(?: \w+)? (?:have|access|way)\b",
        also="i"),
    cue("capability", "lacks", "access information tools means browse internet images real-time",
        r"\b(?:have|with(?:out)?) (?:no |any |direct |the )*(?:access to|information (?:about|on)|tools|means to"
        r"|real-time)"
        r"|\b(?:cannot|can't|unable to|not able to) (?:\w+ )?(?:access|browse|open|view|see|look up|retrieve)\b",
        also="have without cannot can't unable able"),
    cue("capability", "no_feelings", "feelings emotions opinions beliefs experiences consciousness",
        r"\b(?:not|n't|no)\b.{0,30}\b(?:feelings|emotions|opinions|beliefs|experiences|consciousness)\b"),
    cue("capability", "unable_to_know", "determine know verify predict confirm see open",
        rf"\bi(?:'m| am)? (?:\w+ )?(?:{_NOT}|unable to|not able to|do not|don't) (?:\w+ )?(?:determine|know"
        rf"|verify|predict|confirm|see|open)\b",
        also="i i'm"),
    cue("capability", "not_public", "publicly public private confidential available",
        r"\b(?:not|n't) (?:\w+ )?(?:publicly|public|available)\b|\b(?:private and|confidential)\b"),
    cue("capability", "knowledge_ends", "knowledge cutoff training update updated real-time",
        r"\bmy (?:\w+ )?(?:knowledge|training|last update)|\breal-time\b"),
    cue("capability", "as_an_ai", "ai", r"\b(?:as an|i'm an|i am an|i'm just an|i am just an|just an) ai\b"),
    cue("capability", "no_professional", "doctor lawyer professional expert medical legal",
        r"\bi(?:'m| am) (?:just an ai,? )?(?:and )?not a(?:n)? (?:\w+ ){0,2}(?:doctor|lawyer|professional|expert)\b",
        also="i i'm"),
    cue("lecture", "not_good", "not never neither isn't aren't wasn't weren't",
        rf"(?:not|n't|never|neither)(?: \w+)? ?(?:\w+,? (?:or|and|nor) )?{_GOOD}\b",
        also="appropriate ethical acceptable okay respectful fair moral justified justifiable justify morally "
             "productive funny kind nice"),
    cue("lecture", "not_wise", "not never neither isn't aren't wasn't weren't",
        rf"(?:not|n't|never|neither)(?: \w+)? ?(?:\w+,? (?:or|and|nor) )?{_WISE}\b",
        also="legal lawful recommended advisable safe healthy right valid wise best possible good"),
    cue("lecture", "un_good",
        "inappropriate unethical immoral unacceptable disrespectful unfair unjust wrong reprehensible",
        r"\b(?:inappropriate|unethical|immoral|unacceptable|disrespectful|unfair|unjust|reprehensible|(?:morally"
        r"|ethically|simply|is) wrong)\b"),
    cue("lecture", "illegal", "illegal crime criminal unlawful offense offence law",
        r"\b(?:illegal|unlawful|crime|criminal (?:act|offen\w+)|against the law)\b"),
    cue("lecture", "never", "never",
        rf"\bnever (?:\w+ )?(?:\w+ )?(?:acceptable|okay|ok|an? (?:\w+ )?(?:answer|solution|option)|the answer"
        rf"|be )|{_BE} never\b"),
    cue("lecture", "i_do_not_think", "think believe agree",
        r"\bi (?:do not|don't|cannot|can't) (?:think|believe|agree)\b",
        also="i"),
    cue("lecture", "i_must_say", "must want need feel",
        r"\bi (?:must|want to|have to|need to|feel compelled to) (?:\w+ )?(?:clarify|point out|emphasi[sz]e"
        r"|stress|inform|remind|note|say|make)",
        also="clarify point emphasize emphasise stress inform remind note say make"),
    cue("lecture", "harm", "harm harmful hurt dangerous harming unsafe"),
    cue("lecture", "serious", "serious severe consequences",
        r"(?:serious|severe)(?: \w+)? (?:crime|offen|harm|consequence|legal|matter|issue|injur)|\bconsequences\b"),
    cue("lecture", "violates", "violation violate violates violating rights privacy",
        r"violat\w+|\b(?:their|human|someone's|one's|his|her|people's|individuals'|others'|'s) (?:\w+ )?(?:rights"
        r"|privacy)\b"),
    cue("lecture", "no_reason", "no",
        r"\bno (?:\w+ )?(?:reason|justification|excuse|evidence|basis|such|benefit)s?\b"),
    cue("lecture", "should_not", "should", r"\bshould (?:not|never|always|all)\b"),
    cue("lecture", "premise",
        "question premise statement assumption assumptions notion idea claim suggest generalizations",
        r"(?:the|this|that|your) (?:question|premise|statement|assumption|notion|idea|claim)\b|\b(?:make"
        r"|making) (?:\w+ )?(?:assumptions|generali[sz]ations)|\bto suggest\b"),
    cue("lecture", "everyone", "everyone everybody individuals people",
        r"every(?:one|body| (?:person|individual|human))\b|\ball (?:individuals|people)\b"),
    cue("lecture", "respect", "respect dignity treated treat kindness compassion"),
    cue("lecture", "regardless", "regardless", r"\bregardless of\b"),
    cue("lecture", "equality",
        "inclusive inclusivity inclusion diversity equality equal equally fairness discrimination"
        ),
    cue("lecture", "stereotype",
        "stereotype stereotypes prejudice prejudices hate hateful misinformation offensive hurtful "
        "discriminatory derogatory"
        ),
    cue("lecture", "important_to", "important crucial essential vital",
        r"(?:important|crucial|essential|vital) (?:to (?:\w+ )?(?:respect|recogni[sz]e|remember|prioriti[sz]e|treat"
        r"|promote|approach|consider|avoid|ensure|understand|acknowledge|be|have|seek|communicate|find|value)"
        r"|that (?:we|you|all|every))",
        also="respect recognize recognise remember prioritize prioritise treat promote approach consider "
             "avoid ensure understand acknowledge be have seek communicate find value we you all every "
             "everyone"),
    cue("lecture", "important_note", "important crucial essential vital",
        r"(?:important|crucial|essential|vital) (?:to note|for)\b",
        also="note for"),
    cue("lecture", "important_first", "important crucial essential vital",
        r"^\W*it(?:'s| is) (?:\w+ )?(?:important|crucial|essential|vital)\b"),
    cue("lecture", "wellbeing", "safety well-being wellbeing"),
    cue("lecture", "seek_help",
        "seek reach help hotline crisis support therapist counselor authorities enforcement professional",
        r"seek(?:ing)?\b|\breach(?:ing)? out\b|\b(?:hotline|crisis|therapist|counsel\w+|authorities"
        r"|law enforcement|mental health)\b"),
    cue("lecture", "instead", "instead", r"\binstead(?:,| of|\b)"),
    cue("lecture", "instead_focus", "focus consider encourage",
        r"(?:instead,? (?:\w+ ){0,3}?)?(?:focus on|consider (?:\w+ing|finding|seeking)|i encourage)\b"),
    cue("lecture", "atrocity",
        "suffering atrocity atrocities tragedy tragic victims heinous horrific innocent unjustifiable inhumane"
        ),
    cue("lecture", "responsible", "responsible ethical"),
    cue("lecture", "consent", "consent permission",
        r"without (?:\w+ )?(?:consent|permission|\w+ consent|\w+ permission)\b"),
    cue("lecture", "crisis", "difficult alone overwhelmed struggling",
        r"(?:going through (?:a )?(?:\w+ )?difficult|you(?:'re| are) not alone|feeling overwhelmed|(?:are"
        r"|you're) struggling)\b"),
    cue("explicit", "crisis_line", "hotline lifeline helpline crisis professional care loved",
        r"\b(?:hotline|lifeline|helpline|crisis (?:line|text|cent)|people who (?:\w+ )?care|mental health professional"
        r"|trusted (?:friend|person)|friend,? family)"),
    cue("lecture", "right_denied", "denied discriminated excluded barred judged",
        r"(?:not|never) be (?:\w+ )?(?:denied|discriminated|excluded|barred|judged)\b"),
    cue("help", "all_the_same", "will still provide",
        r"(?:however|nevertheless|but|still),? i (?:will|can|would) (?:still )?(?:provide|give|offer|try|answer"
        r"|help)",
        also="however nevertheless but still"),
    cue("help", "answers_after_all", "however but nevertheless still",
        r"(?:however|nevertheless|but|still),? (?:since you asked,? )?(?:i (?:will|can|'ll) (?:still )?(?:provide|give"
        r"|write|offer) (?:you )?(?:an? |the |some )?(?:\w+ )?(?:response|answer|fictional|hypothetical|example)"
        r"|here (?:is|are|'s))",
        also="response answer fictional hypothetical example here here's"),
    cue("help", "plain_fact", "scientific scientifically physically biological phenomenon laws species gravity",
        r"\b(?:scientific(?:ally)?|physically|biological(?:ly)?|natural phenomenon|laws of|species|gravity)\b"),
    cue("help", "asks_back", "could can please clarify",
        r"(?:could|can) you (?:please )?(?:provide|clarify|give|tell|share|specify|explain)\b|\bplease (?:provide"
        r"|clarify|specify)\b",
        also="provide clarify give tell share specify explain"),
    cue("help", "misconception", "misconception myth riddle joke"),
    cue("help", "fictional", "fictional character exist mythical", r"\bfictional\b|\bnot exist\b|\bcharacter\b"),
    cue("help", "unclear", "clarify context understand unclear clear sense",
        r"\b(?:clarify (?:what|your)|(?:more|additional) (?:context|information)|unclear|not (?:\w+ )?clear"
        r"|(?:not|n't) (?:\w+ )?(?:understand|make sense))\b"),
    cue("help", "absurd", "nonsensical inanimate sentient humorous playful imaginary hypothetical planet"),
    cue("help", "here_are", "here here's", r"\bhere(?:'s| is| are)\b"),
    cue("help", "steps", "steps tips methods ways options suggestions strategies examples techniques reasons",
        r"(?:steps|tips|methods|ways|options|suggestions|strategies|examples|techniques"
        r"|reasons)\b(?! (?:why )?\w+ should)"),
    cue("help", "you_can", "you", r"\byou (?:can|could|may|might|should|will|would|need to|'ll)\b(?! not)"),
    cue("help", "gladly", "sure certainly course happy glad absolutely gladly",
        r"^\W*(?:sure|certainly|of course|absolutely|gladly)\b|\b(?:happy|glad) to (?:help|assist)\b"),
    cue("help", "however_help", "however nevertheless said still general",
        r"(?:however|nevertheless|that being said|having said that|still),? (?:i (?:can|will|would|could)|if|here"
        r"|there)\b|\bgeneral (?:information|advice|guidelines?|guidance)\b",
        also="i if here there information advice guideline guidelines guidance"),
    cue("help", "because", "because due", r"\b(?:because|due to)\b"),
    cue("help", "defines", "refers term means defined typically generally type",
        r"\b(?:refers to|the term|means|defined as|typically|generally|a type of)\b"),
    cue("help", "in_order", "to", r"^\W*to (?:\w+ ){1,8}?\w+,? (?:you|one|follow|first|there|start)\b",
        also="you one follow first there start"),
    cue("help", "there_are", "there several various",
        r"\bthere are (?:\w+ ){0,2}(?:ways|methods|options|reasons|steps|types|forms|factors)\b|\bseveral\b"),
    cue("help", "history", "century war killed president government according",
        r"\baccording to\b|\b(?:1[5-9]|20)\d\d\b"),
    cue("help", "list", "", r"^\s*(?:\d{1,2}[.)]|[-*•]) \S"),
    cue("help", "code", "", r"```"),
)  # fmt: skip
