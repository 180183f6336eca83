"""From a request to its planned answer: words, fault, lengths, counts and schedule. Writes no wire format."""

import json
from collections import OrderedDict
from dataclasses import replace
from random import Random

from proxy.errors import BadRecord
from shadow.simulator.agent import open_agent
from shadow.simulator.answer import Answer, AnswerUsage, TokenProbability
from shadow.simulator.answers import Answers
from shadow.simulator.asking import Asking
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.chance import chance, name_of
from shadow.simulator.faults import SLOW_START_FACTOR, Fault, Setting, plan_fault, spoil
from shadow.simulator.form import is_json, sample
from shadow.simulator.prefix_cache import PrefixCache
from shadow.simulator.said import Call, Finish, Said
from shadow.simulator.schedule import Schedule, plan_schedule
from shadow.simulator.script import load_script
from shadow.simulator.tokens import split_tokens

_MOST_REMEMBERED = 65_536
_OTHER_WORDS = ("the", " a", " and", " it", " of", " in", " to", " is", " for", " on", " we", " you", " at", " by",
                " as", " or", " an", " no", " so", " be")  # fmt: skip


class Answerer:
    """Plans answers; the same behaviour and the same requests in the same order give the same answers.

    Attributes:
        cache: The prefix cache that cached token counts come from.
    """

    def __init__(self, behaviour: Behaviour) -> None:
        self.cache = PrefixCache()
        self._behaviour = behaviour
        self._script = load_script(behaviour.script)
        self._answers = Answers.load(behaviour.answers)
        self._agent = open_agent(behaviour)
        self._asked: OrderedDict[str, int] = OrderedDict()

    def occurrence(self, digest: str) -> int:
        """How often this was asked before; counting forgets what was long not asked."""
        before = self._asked.pop(digest, 0)
        self._asked[digest] = before + 1
        if len(self._asked) > _MOST_REMEMBERED:
            self._asked.popitem(last=False)
        return before

    def answer(self, asking: Asking) -> Answer:
        """Plan the answer to a request.

        Raises:
            BadRecord: the prompt and the reply it asks for do not fit the context.
        """
        prompt = split_tokens(asking.prompt)
        room = self._room(asking, prompt_tokens=len(prompt))
        key = (self._behaviour.seed, asking.digest, self.occurrence(asking.digest))
        fault, choices = self._words(asking, key=key, room=room)
        usage = AnswerUsage(
            prompt_tokens=len(prompt),
            completion_tokens=sum(len(said.tokens) for said in choices),
            cached_tokens=self.cache.take(prompt, salt=asking.salt),
        )
        return Answer(
            answer_id=name_of(*key),
            model=self._behaviour.model,
            choices=choices,
            probabilities=tuple(_probabilities(said, asking, chance(*key, "p", i)) for i, said in enumerate(choices)),
            usage=usage,
            schedule=self.schedule(tokens=max(len(said.tokens) for said in choices), fault=fault, key=key),
            include_usage=asking.include_usage,
            fault=fault,
        )

    def schedule(self, *, tokens: int, fault: Fault | None, key: tuple[object, ...]) -> Schedule:
        """The schedule of a reply of `tokens` tokens."""
        behaviour = self._behaviour
        return plan_schedule(
            tokens=max(tokens, 1),
            ttft_ms=behaviour.ttft_ms * (SLOW_START_FACTOR if fault is Fault.SLOW_START else 1.0),
            ttft_sigma=behaviour.ttft_sigma,
            itl_ms=behaviour.itl_ms,
            itl_sigma=behaviour.itl_sigma,
            rng=chance(*key, "schedule"),
        )

    def _room(self, asking: Asking, *, prompt_tokens: int) -> int:
        """Most tokens of each choice."""
        context = self._behaviour.context_tokens
        if prompt_tokens + (asking.max_tokens or 1) > context:
            message = f"prompt and reply must fit the context of {context} tokens; the prompt has {prompt_tokens}"
            raise BadRecord(message)
        return asking.max_tokens or context - prompt_tokens

    def _words(self, asking: Asking, *, key: tuple[object, ...], room: int) -> tuple[Fault | None, tuple[Said, ...]]:
        planned = [
            self._agent(asking) or _obliged(self._reply(asking, rng=chance(*key, "words", index)), asking)
            for index in range(asking.choices)
        ]
        setting = Setting(system=asking.system, tools=tuple(tool.name for tool in asking.tools))
        fault = plan_fault(self._behaviour.faults, planned[0], setting=setting, rng=chance(*key, "fault"))
        if fault is not None:
            rng = chance(*key, "spoil")
            planned = [spoil(fault, said, setting=setting, rng=rng) for said in planned]
        return fault, tuple(_stopped(said, asking.stops).cut(room) for said in planned)

    def _reply(self, asking: Asking, *, rng: Random) -> Said:
        return self._answers.find(asking) or self._script.reply(asking, rng=rng)


def _obliged(said: Said, asking: Asking) -> Said:
    """What was said, made to call a tool or to be JSON where the request insists on it."""
    choice = asking.tool_choice
    wanted = [tool for tool in asking.tools if choice.name in {"", tool.name}]
    if choice.required and wanted and not any(call.name in {tool.name for tool in wanted} for call in said.calls):
        arguments = json.dumps(sample(wanted[0].schema), ensure_ascii=False)
        return Said(calls=(Call(wanted[0].name, arguments),), finish=Finish.TOOL_CALLS)
    if asking.form is not None and not said.calls and not is_json(said.text):
        value = sample(asking.form) if asking.form else {"answer": said.text}
        return Said(json.dumps(value, ensure_ascii=False))
    return said


def _stopped(said: Said, stops: tuple[str, ...]) -> Said:
    ends = [end for stop in stops if (end := said.text.find(stop)) >= 0]
    return replace(said, text=said.text[: min(ends)], calls=(), finish=Finish.STOP) if ends else said


def _probabilities(said: Said, asking: Asking, rng: Random) -> tuple[TokenProbability, ...] | None:
    if asking.alternatives is None:
        return None
    return tuple(_probability(token, asking.alternatives, rng) for token in split_tokens(said.text))


def _probability(token: str, alternatives: int, rng: Random) -> TokenProbability:
    """An invented probability; the token itself is the likeliest of its alternatives."""
    logprob = -round(rng.expovariate(8), 6)
    others = [word for word in rng.sample(_OTHER_WORDS, k=len(_OTHER_WORDS)) if word != token]
    falling = [(word, round(logprob - 1 - place, 6)) for place, word in enumerate(others)]
    return TokenProbability(token, logprob, ((token, logprob), *falling)[:alternatives])
