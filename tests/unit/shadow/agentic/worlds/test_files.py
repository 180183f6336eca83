import json

from proxy.wire.reply import ToolCall
from shadow.agentic.world import Result, act
from shadow.agentic.worlds.files import FILES, Disk


def do(state: Disk, name: str, **arguments: object) -> Result:
    return act(FILES, state, ToolCall(name=name, arguments=json.dumps(arguments)))


def test_files_are_listed_read_and_written() -> None:
    disk = Disk({"notes/a.txt": "one", "other/b.txt": ""})
    assert json.loads(do(disk, "list_files", folder="notes/").text) == [{"path": "notes/a.txt", "characters": 3}]
    assert len(json.loads(do(disk, "list_files", folder="/").text)) == 2
    assert do(disk, "read_file", path="/notes/a.txt").text == "one"
    assert not do(disk, "write_file", path="notes/c.txt", text="two\n").is_error
    assert disk.files["notes/c.txt"] == "two"
    assert do(disk, "write_file", path="/", text="x").is_error


def test_nothing_is_overwritten_by_a_move_and_nothing_missing_is_moved_or_deleted() -> None:
    disk = Disk({"a": "1", "b": "2"})
    assert do(disk, "move_file", source="a", target="b").is_error
    assert do(disk, "move_file", source="x", target="y").is_error
    assert not do(disk, "move_file", source="a", target="c/a").is_error
    assert not do(disk, "delete_file", path="b").is_error
    assert do(disk, "delete_file", path="b").is_error
    assert do(disk, "read_file", path="b").is_error
    assert disk.files == {"c/a": "1"}
