"""From a request body to the bytes and times of its reply: reading, answering and writing, brought together."""

from dataclasses import dataclass

from proxy.exchange import Shape
from proxy.wire.fields import Json, text
from shadow.simulator.answering import Answerer
from shadow.simulator.asking import digest_of, read_asking
from shadow.simulator.behaviour import Behaviour
from shadow.simulator.chance import chance
from shadow.simulator.embeddings import embeddings_body, read_inputs
from shadow.simulator.faults import ON_THE_WIRE, Fault, Setting, plan_fault
from shadow.simulator.said import Said
from shadow.simulator.schedule import Schedule
from shadow.simulator.wire_chat import CHAT
from shadow.simulator.wire_completions import COMPLETIONS
from shadow.simulator.wire_event import WireEvent, to_json
from shadow.simulator.wire_messages import MESSAGES
from shadow.simulator.wire_responses import RESPONSES

_WIRES = {
    Shape.CHAT: CHAT,
    Shape.COMPLETIONS: COMPLETIONS,
    Shape.RESPONSES: RESPONSES,
    Shape.MESSAGES: MESSAGES,
}


@dataclass(frozen=True, slots=True)
class Planned:
    """A reply before any of it is sent.

    Attributes:
        events: The events of a streamed reply, or None.
        body: The body of a reply that is not streamed, else empty.
    """

    events: tuple[WireEvent, ...] | None
    body: bytes
    schedule: Schedule
    fault: Fault | None
    prompt_tokens: int
    completion_tokens: int


class Planner:
    """Plans the replies of one simulator, in the order of asking."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._answerer = Answerer(behaviour)

    def plan(self, shape: Shape, body: Json) -> Planned:
        """Plan the reply to a request.

        Raises:
            BadRecord: the request is wrong; the message says how, without quoting it.
        """
        if shape is Shape.EMBEDDINGS:
            return self._embed(body)
        asking = read_asking(shape, body)
        answer = self._answerer.answer(asking)
        wire = _WIRES[shape]
        return Planned(
            events=tuple(wire.events(answer)) if asking.streamed else None,
            body=b"" if asking.streamed else to_json(wire.body(answer)),
            schedule=answer.schedule,
            fault=answer.fault,
            prompt_tokens=answer.usage.prompt_tokens,
            completion_tokens=answer.usage.completion_tokens,
        )

    def _embed(self, body: Json) -> Planned:
        behaviour = self._behaviour
        reply = embeddings_body(
            read_inputs(body), body, model=text(body, "model"), dimensions=behaviour.embedding_dimensions
        )
        digest = digest_of(Shape.EMBEDDINGS, body)
        key = (behaviour.seed, digest, self._answerer.occurrence(digest))
        faults = {fault: rate for fault, rate in behaviour.faults.items() if fault in ON_THE_WIRE}
        fault = plan_fault(faults, Said(), setting=Setting(), rng=chance(*key, "fault"))
        return Planned(
            events=None,
            body=to_json(reply),
            schedule=self._answerer.schedule(tokens=1, fault=fault, key=key),
            fault=fault,
            prompt_tokens=reply["usage"]["prompt_tokens"],
            completion_tokens=0,
        )
