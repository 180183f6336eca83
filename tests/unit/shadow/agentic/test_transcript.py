from shadow.agentic.transcript import Ending, Loop, Message, Transcript
from shadow.replay import Lane


def transcript(**changes: object) -> Transcript:
    fields: dict[str, object] = {
        "experiment_id": "trial",
        "lane": Lane.CANDIDATE,
        "loop": Loop.CLOSED,
        "suite": "agentic@1",
        "task_id": "files-001",
        "messages": (Message(role="user", text="hello"),),
        "ending": Ending.ANSWERED,
    }
    return Transcript.model_validate(fields | changes)


def test_the_same_run_has_the_same_id_and_any_part_of_its_key_makes_another() -> None:
    one = transcript()
    assert one.transcript_id == transcript(messages=(), ending=Ending.CUT).transcript_id
    others = [
        transcript(**{name: value})
        for name, value in (
            ("experiment_id", "b"), ("lane", Lane.BASELINE), ("loop", Loop.OPEN), ("suite", "s@2"), ("task_id", "t"),
            ("trial", 1),
        )
    ]  # fmt: skip
    assert len({one.transcript_id, *(other.transcript_id for other in others)}) == 7


def test_a_transcript_survives_its_bytes() -> None:
    assert Transcript.from_bytes(transcript().to_bytes()) == transcript()
