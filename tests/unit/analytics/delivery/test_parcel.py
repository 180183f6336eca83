from pathlib import Path

from analytics.delivery.parcel import write_message, write_subject
from tests.unit.analytics.delivery.parcels import parcel


def test_a_subject_says_the_verdict_and_that_it_is_new(tmp_path: Path) -> None:
    subject = write_subject(parcel(tmp_path))
    assert subject == "INSUFFICIENT EVIDENCE (was NO-GO): llama-awq in place of production"


def test_a_message_says_why_and_what_is_different_and_what_was_missed(tmp_path: Path) -> None:
    lines = write_message(parcel(tmp_path, note="The run of yesterday was missed.")).splitlines()
    assert lines[1].startswith("G3 is unresolved")
    assert "98 more examples of dangerous categories without a failure." in lines
    assert "Since the previous report: The version of the judge taxonomy was 2 and is 3." in lines
    assert lines[-1] == "The run of yesterday was missed."


def test_a_text_cannot_break_out_of_its_line_or_hide(tmp_path: Path) -> None:
    message = write_message(parcel(tmp_path, reasons=("first\r\nBcc: everybody@example.org\u202e",)))
    assert "first Bcc: everybody@example.org[U+202E]" in message.splitlines()


def test_its_name_sorts_by_time(tmp_path: Path) -> None:
    assert parcel(tmp_path).name == "llama-awq/20261101T120000Z"
