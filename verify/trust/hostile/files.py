"""Damaged files for everything that is loaded: records, summaries, checkpoints, images, the files of others."""

import json
import os
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PICKLED = b"cos\nsystem\n(S'touch %s'\ntR."
"""A pickle that runs a command when it is loaded."""
OPENED = "opened"
"""The file that the pickle would leave."""


@dataclass(frozen=True)
class Loader:
    """Something that reads files. make: writes a sound file in a folder and returns it; load: what is read from there.

    refuses: the errors that are its own, each of which has to name the file. checked: it carries a checksum, so that
    no other bytes may be taken for it. weight: how many of the damages are tried, for one that is slow.
    """

    name: str
    make: Callable[[Path], Path]
    load: Callable[[Path], Any]
    refuses: tuple[type[Exception], ...]
    checked: bool = False
    weight: float = 1.0


@dataclass(frozen=True)
class Row:
    """What became of the damages of one kind to the files of one loader."""

    loader: str
    damage: str
    tried: int
    error: int
    same: int
    other: int
    faults: tuple[str, ...]


Damage = Callable[[Path, bytes, random.Random], None]


def _bytes(change: Callable[[bytes, random.Random], bytes]) -> Damage:
    def damage(path: Path, content: bytes, chance: random.Random) -> None:
        path.write_bytes(change(content, chance))

    return damage


def _flip(content: bytes, chance: random.Random) -> bytes:
    at, bit = chance.randrange(len(content)), chance.randrange(8)
    return content[:at] + bytes([content[at] ^ (1 << bit)]) + content[at + 1 :]


def _zero(content: bytes, chance: random.Random) -> bytes:
    """A block that the disk has lost."""
    at = chance.randrange(len(content))
    return content[:at] + bytes(len(content[at : at + 512])) + content[at + 512 :]


def _folder(path: Path, content: bytes, chance: random.Random) -> None:
    path.unlink()
    path.mkdir()


def _gone(path: Path, content: bytes, chance: random.Random) -> None:
    path.unlink()


def _dangling(path: Path, content: bytes, chance: random.Random) -> None:
    path.unlink()
    path.symlink_to(path.with_name("nowhere"))


def _circle(path: Path, content: bytes, chance: random.Random) -> None:
    path.unlink()
    path.symlink_to(path)


def _locked(path: Path, content: bytes, chance: random.Random) -> None:
    path.chmod(0)


def _failing(path: Path, content: bytes, chance: random.Random) -> None:
    """The memory of this process from address 0 on: reading it is an input/output error (Linux)."""
    path.unlink()
    path.symlink_to("/proc/self/mem")


def _pickled(path: Path, content: bytes, chance: random.Random) -> None:
    path.write_bytes(PICKLED % os.fsencode(path.parent / OPENED))


DAMAGES: dict[str, tuple[int, Damage]] = {
    "missing": (1, _gone),
    "empty": (1, _bytes(lambda c, _: b"")),
    "cut short": (60, _bytes(lambda c, r: c[: r.randrange(len(c))])),
    "a bit flipped": (120, _bytes(_flip)),
    "a block of zeros": (30, _bytes(_zero)),
    "noise": (10, _bytes(lambda c, r: r.randbytes(len(c)))),
    "more behind it": (3, _bytes(lambda c, r: c + c[: 1 + r.randrange(99)])),
    "a directory": (1, _folder),
    "a link to nowhere": (1, _dangling),
    "a link to itself": (1, _circle),
    "no right to read": (1, _locked),
    "an error of the disk": (1, _failing),
    "a pickle that runs a command": (1, _pickled),
}
"""How often, and how."""
UNREADABLE = ("no right to read", "an error of the disk")
"""Where no content can be had: to come to the same is a fault."""
NOBODY = 65534
"""The user who may read what everybody may: root may read what nobody may."""

WORDS: tuple[bytes, ...] = (
    b"null", b"0", b'"x"', b"[]", b"{}", b"[null]", b"[[]]", b'{"": {}}', b"NaN", b"[1e999]", b"[-Infinity]", b"true",
    b"9" * 5000, b"[" * 100_000, b'{"a":' * 50_000, b'["\\ud800"]', b"\xff\xfe[]", b"\xef\xbb\xbf[]", b"[1,]", b"//",
)  # fmt: skip
"""JSON of another shape, or none."""


def survey(loaders: tuple[Loader, ...], seed: int = 0) -> Iterator[Row]:
    """Every damage to the files of every loader."""
    for loader in loaders:
        yield from damaged(loader, seed)


def damaged(loader: Loader, seed: int = 0) -> Iterator[Row]:
    """A row for every kind of damage to the file of one loader."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        folder.chmod(0o755)
        path = loader.make(folder)
        content, sound = path.read_bytes(), loader.load(folder)
        for name, (count, damage) in (*DAMAGES.items(), *_spoilt(content)):
            chance, found, faults = random.Random(f"{seed} {loader.name} {name}"), Counter[str](), list[str]()
            tried = count if count == 1 else max(2, round(count * loader.weight))
            for _ in range(tried):
                _restore(path, content)
                damage(path, content, chance)
                with nobody() if damage is _locked else nullcontext():
                    outcome, said = _read(loader, folder, path, sound)
                if outcome == "same" and name in UNREADABLE:
                    outcome, said = "fault", "what cannot be read was read"
                found[outcome] += 1
                faults += [said] if outcome == "fault" else []
            yield Row(loader.name, name, tried, found["error"], found["same"], found["other"], tuple(faults[:3]))


def _spoilt(content: bytes) -> Iterator[tuple[str, tuple[int, Damage]]]:
    """For a file of JSON: other JSON, and its own with a value taken out or put in the place of another."""
    try:
        value = json.loads(content)
    except ValueError:
        return
    words = iter(WORDS * 2)
    yield "JSON of another shape, or none", (len(WORDS), _bytes(lambda c, r: next(words)))
    yield "a value lost or of another type", (60, _bytes(lambda c, r: json.dumps(_changed(value, r)).encode()))


def _changed(value: Any, chance: random.Random) -> Any:
    """The value with something in it lost, or of another type."""
    if isinstance(value, (dict, list)) and value and chance.random() < 0.8:
        copy = value.copy()
        key = chance.choice(list(copy)) if isinstance(copy, dict) else chance.randrange(len(copy))
        if chance.random() < 0.2:
            del copy[key]
        else:
            copy[key] = _changed(copy[key], chance)
        return copy
    return chance.choice((None, "x", -1, 1e300, [], {}, True, [[1]], {"a": 1}))


@contextmanager
def nobody() -> Iterator[None]:
    """Without the rights of root, where this is root."""
    user = os.geteuid()
    if user:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


def _restore(path: Path, content: bytes) -> None:
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)
    path.write_bytes(content)


def _read(loader: Loader, folder: Path, path: Path, sound: Any) -> tuple[str, str]:
    """What became of one damage: error, same, other or fault, and in words what is wrong."""
    try:
        before = path.read_bytes() if path.is_file() else None
    except OSError:
        before = None
    try:
        found = loader.load(folder)
    except loader.refuses as error:
        clear = path.name in str(error) and "\n" not in str(error)
        outcome = ("error", "") if clear else ("fault", f"the error does not name the file: {error!r}"[:200])
    except Exception as error:  # whatever else it raises
        outcome = "fault", f"raised {error!r}"[:200]
    else:
        outcome = ("same" if found == sound else "other"), ""
        if outcome[0] == "other" and loader.checked and before is not None:
            outcome = "fault", "other content was taken for the sound one"
    if (path.parent / OPENED).exists():
        (path.parent / OPENED).unlink()
        return "fault", "what the file says was executed"
    return outcome
