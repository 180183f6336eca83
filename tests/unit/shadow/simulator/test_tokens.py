from hypothesis import given
from hypothesis import strategies as st

from shadow.simulator.prefix_cache import BLOCK_TOKENS, PrefixCache
from shadow.simulator.said import Call, Finish, Said
from shadow.simulator.tokens import split_tokens


@given(st.text())
def test_tokens_joined_are_the_text(text: str) -> None:
    assert "".join(split_tokens(text)) == text


@given(st.text(min_size=1), st.text(), st.integers(1, 40))
def test_a_cut_reply_is_a_beginning_of_at_most_so_many_tokens(text: str, arguments: str, limit: int) -> None:
    said = Said(text, (Call("find", arguments),))
    cut = said.cut(limit)
    assert cut.tokens == said.tokens[:limit] or cut is said
    assert len(cut.tokens) <= limit
    assert (cut.finish is Finish.LENGTH) == (len(said.tokens) > limit)


def test_whole_blocks_of_a_shared_beginning_are_cached_and_never_the_whole_prompt() -> None:
    cache = PrefixCache()
    prompt = [f"w{i}" for i in range(4 * BLOCK_TOKENS)]
    assert cache.take(prompt, salt="") == 0
    assert cache.take(prompt, salt="") == len(prompt) - 1
    assert cache.take([*prompt[: 2 * BLOCK_TOKENS + 3], *["new"] * 40], salt="") == 2 * BLOCK_TOKENS


def test_the_least_recently_used_blocks_leave_first() -> None:
    cache = PrefixCache(blocks=2)
    prompts = {name: [name] * BLOCK_TOKENS + ["end"] for name in "abc"}
    for name in "abac":
        cache.take(prompts[name], salt="")
    assert cache.take(prompts["a"], salt="") == BLOCK_TOKENS
    assert cache.take(prompts["b"], salt="") == 0
