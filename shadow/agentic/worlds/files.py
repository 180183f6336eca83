"""A folder of small text files."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from pydantic import JsonValue

from shadow.agentic.task import Draft, Step, one_of
from shadow.agentic.world import Arguments, Denied, Tool, World

_SERVICES = ("search", "billing", "mailer", "catalog", "gateway", "metrics", "backup", "login")
_KEYS = ("timeout", "retries", "port", "workers", "cache_mb")
_NOTES = ("todo", "agenda", "minutes", "ideas", "contacts")


@dataclass(slots=True)
class Disk:
    """Text by path; folders are there as long as a file lies in them."""

    files: dict[str, str]


def _list_files(disk: Disk, given: Arguments) -> JsonValue:
    prefix = given["folder"].strip("/") + "/"
    inside = sorted(path for path in disk.files if path.startswith(prefix) or prefix in {"/", "./"})
    return [{"path": path, "characters": len(disk.files[path])} for path in inside]


def _read_file(disk: Disk, given: Arguments) -> JsonValue | Denied:
    path = given["path"].strip("/")
    return disk.files[path] if path in disk.files else _unknown(path)


def _write_file(disk: Disk, given: Arguments) -> JsonValue | Denied:
    path = given["path"].strip("/")
    if not path:
        return Denied("a file needs a path")
    disk.files[path] = given["text"].rstrip("\n")
    return "written"


def _move_file(disk: Disk, given: Arguments) -> JsonValue | Denied:
    source, target = given["source"].strip("/"), given["target"].strip("/")
    if source not in disk.files:
        return _unknown(source)
    if not target or target in disk.files:
        return Denied(f"{target!r} is there already or no path; give the new path of the file itself")
    disk.files[target] = disk.files.pop(source)
    return "moved"


def _delete_file(disk: Disk, given: Arguments) -> JsonValue | Denied:
    path = given["path"].strip("/")
    if path not in disk.files:
        return _unknown(path)
    del disk.files[path]
    return "deleted"


def _unknown(path: str) -> Denied:
    return Denied(f"there is no file {path!r}; list_files shows those there are")


FILES: World[Disk] = World(
    name="files",
    rules=(
        "You work on a disk of small text files. A path looks like folder/name.txt. Settings stand one a line as "
        "key=value. Touch no file that nobody asked about, and keep every line that is not to be changed as it is."
    ),
    tools=(
        Tool("list_files", "List the files of a folder with their lengths.", {"folder": "string"}, _list_files),
        Tool("read_file", "Read a file.", {"path": "string"}, _read_file),
        Tool(
            "write_file",
            "Write a file, new or in place of the old text.",
            {"path": "string", "text": "string"},
            _write_file,
            changes_state=True,
        ),
        Tool(
            "move_file",
            "Move a file to another path.",
            {"source": "string", "target": "string"},
            _move_file,
            changes_state=True,
        ),
        Tool("delete_file", "Delete a file.", {"path": "string"}, _delete_file, changes_state=True),
    ),
)
"""The world."""


def _disk(rng: Random) -> tuple[Disk, list[str], str]:
    """Settings, logs and notes of some services; the services, and the folder of their logs."""
    services, logs = rng.sample(_SERVICES, k=4), f"logs/{rng.randint(2001, 2099)}"
    files = {f"settings/{name}.conf": "\n".join(f"{key}={rng.randint(2, 900)}" for key in _KEYS) for name in services}
    files |= {
        f"{logs}/{name}.log": f"{name} started\n{name} served {rng.randint(10, 9000)} requests" for name in services
    }
    files |= {f"notes/{name}.txt": f"{name}: ask {rng.choice(services)}" for name in rng.sample(_NOTES, k=3)}
    return Disk(files), services, logs


def _look_up(rng: Random) -> Draft:
    disk, services, _ = _disk(rng)
    service, place = rng.choice(services), rng.randrange(len(_KEYS))
    path = f"settings/{service}.conf"
    value = disk.files[path].splitlines()[place].partition("=")[2]
    wordings = (
        "Which {key} is set for {service}? Look into its file in settings and answer with the number.",
        "Read the settings of {service} and tell me the value of {key}.",
    )
    steps = (Step("read_file", {"path": path}),)
    return Draft(one_of(rng, wordings, key=_KEYS[place], service=service), disk, steps, (value,))


def _set(rng: Random) -> Draft:
    disk, services, _ = _disk(rng)
    service, place, value = rng.choice(services), rng.randrange(len(_KEYS)), rng.randint(1000, 2000)
    path = f"settings/{service}.conf"
    lines = disk.files[path].splitlines()
    lines[place] = f"{_KEYS[place]}={value}"
    wordings = (
        "In {path}, set {key} to {value} and leave all other lines as they are.",
        "Change {key} in {path} to {value}; nothing else in that file may change.",
    )
    words = one_of(rng, wordings, path=path, key=_KEYS[place], value=value)
    steps = (Step("read_file", {"path": path}), Step("write_file", {"path": path, "text": "\n".join(lines)}))
    return Draft(words, disk, steps)


def _archive(rng: Random) -> Draft:
    disk, services, logs = _disk(rng)
    folder = rng.choice(("archive", "old", "attic"))
    wordings = (
        "Move every file of the folder {logs} into the folder {folder}, with the same names.",
        "Put all files that lie in {logs} into {folder} under their own names.",
    )
    moves = (Step("move_file", {"source": f"{logs}/{one}.log", "target": f"{folder}/{one}.log"}) for one in services)
    words = one_of(rng, wordings, logs=logs, folder=folder)
    return Draft(words, disk, (Step("list_files", {"folder": logs}), *moves))


def _tidy(rng: Random) -> Draft:
    disk, services, logs = _disk(rng)
    empty = sorted(rng.sample(services, k=2))
    for service in empty:
        disk.files[f"{logs}/{service}.log"] = ""
    wordings = (
        "Delete the empty files in the folder {logs} and keep the others.",
        "Some files in {logs} have no text at all. Delete those, and only those.",
    )
    steps = (
        Step("list_files", {"folder": logs}),
        *(Step("delete_file", {"path": f"{logs}/{one}.log"}) for one in empty),
    )
    return Draft(one_of(rng, wordings, logs=logs), disk, steps)


def _copy(rng: Random) -> Draft:
    disk, _, _ = _disk(rng)
    path = rng.choice(sorted(one for one in disk.files if one.startswith("notes/")))
    target = f"notes/{rng.choice(('spring', 'summer', 'autumn', 'winter'))}.txt"
    wordings = (
        "Copy {path} to {target}, word for word; the first file stays.",
        "Make a file {target} with exactly the text of {path}, and keep {path}.",
    )
    steps = (Step("read_file", {"path": path}), Step("write_file", {"path": target, "text": disk.files[path]}))
    return Draft(one_of(rng, wordings, path=path, target=target), disk, steps)


TEMPLATES: tuple[Callable[[Random], Draft], ...] = (_look_up, _set, _archive, _tidy, _copy)
"""Every kind of task of this world."""
