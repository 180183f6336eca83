import json
from datetime import UTC, datetime

from proxy.admission import Admission, Naming
from proxy.anonymise.anonymiser import Anonymiser
from proxy.canary import nonce_of
from proxy.exchange import Exchange
from shadow.canary.request import SENTENCE, make_request
from tests.records import raw_exchange

_KEY = b"0123456789abcdef"
_AT = datetime(2026, 11, 1, 12, tzinfo=UTC).timestamp()
_NONCE = "a1" * 16


def _admitted() -> Exchange:
    request = make_request(model="m", nonce=_NONCE, at=_AT, key=_KEY, conversation_header="x-conversation-id")
    raw = raw_exchange(headers=tuple(request.headers.items()), body=request.body, started_at=_AT)
    assert nonce_of(raw, key=_KEY) == _NONCE
    naming = Naming(conversation="x-conversation-id", category="x-understudy-category", tenant="x-tenant-id")
    admitted = Admission(Anonymiser(_KEY), key=_KEY, naming=naming).admit(raw)
    assert isinstance(admitted, Exchange)
    assert admitted.conversation_id.encode() == request.record_key
    return admitted


def test_the_request_asks_for_one_token_and_nothing_in_it_is_masked() -> None:
    admitted = _admitted()
    assert admitted.masked == {}
    assert admitted.request["max_tokens"] == 1
    assert SENTENCE in json.dumps(admitted.request)


def test_each_canary_is_a_conversation_of_its_own() -> None:
    keys = {
        make_request(model="m", nonce=f"{n:032x}", at=_AT, key=_KEY, conversation_header="x-id").record_key
        for n in range(3)
    }
    assert len(keys) == 3
