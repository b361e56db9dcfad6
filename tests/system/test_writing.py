"""Files that are whole or not there: what stands behind a name, modes, full disks, writers that are killed."""

from __future__ import annotations

import os
import pty
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from derivation.system import writing
from derivation.system.writing import NotWritten, destination, prepare, write_whole


@pytest.fixture(autouse=True)
def nothing_is_left_aside(tmp_path: Path) -> Iterator[None]:
    """No test leaves a file of the writer's behind."""
    yield
    assert not [path for path in tmp_path.rglob(".*") if writing.ASIDE.fullmatch(path.name)]


@pytest.fixture(params=["nameless", "aside"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of writing: without a name, and aside where the file system has none such."""
    if request.param == "aside":
        monkeypatch.setattr(writing, "_nameless", lambda folder, mode: None)
    return str(request.param)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_replaced_by_another_one(tmp_path: Path, way: str) -> None:
    """Whoever has the old one open goes on reading it, and another name of it keeps it."""
    target, other = tmp_path / "a.md", tmp_path / "b.md"
    target.write_text("old")
    os.link(target, other)
    with target.open() as reader:
        write_whole(target, [b"new ", b"text"])
        assert reader.read() == "old" and other.read_text() == "old" and target.read_text() == "new text"
    assert names(tmp_path) == ["a.md", "b.md"]


@pytest.mark.parametrize(
    ("mask", "mode", "expected"),
    [(0o022, 0o666, 0o644), (0o077, 0o666, 0o600), (0o002, 0o666, 0o664), (0o002, 0o600, 0o600)],
)
def test_a_new_file_has_the_mode_that_the_umask_leaves(
    mask: int, mode: int, expected: int, tmp_path: Path, way: str
) -> None:
    before = os.umask(mask)
    try:
        write_whole(tmp_path / "a", [b"new"], mode=mode)
    finally:
        os.umask(before)
    assert mode_of(tmp_path / "a") == expected


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755, 0o666])
def test_a_file_keeps_its_mode(mode: int, tmp_path: Path, way: str) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "a").chmod(mode)
    write_whole(tmp_path / "a", [b"new"], mode=0o600)
    assert mode_of(tmp_path / "a") == mode and (tmp_path / "a").read_text() == "new"


def test_a_file_whose_group_cannot_be_kept_is_not_opened_to_another_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int, owner: int, group: int) -> None:
        raise PermissionError

    (tmp_path / "a").write_text("old")
    (tmp_path / "a").chmod(0o664)
    monkeypatch.setattr(os, "fchown", refuse)
    write_whole(tmp_path / "a", [b"new"])
    assert mode_of(tmp_path / "a") == 0o604


def test_owner_and_group_are_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(os, "fchown", lambda descriptor, owner, group: asked.append((owner, group)))
    (tmp_path / "a").write_text("old")
    write_whole(tmp_path / "a", [b"new"])
    assert asked == [(-1, (tmp_path / "a").stat().st_gid), ((tmp_path / "a").stat().st_uid, -1)]


def test_a_link_stays_and_its_target_is_replaced(tmp_path: Path, way: str) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "text").write_text("old")
    (tmp_path / "second").symlink_to("far/text")
    (tmp_path / "first").symlink_to(tmp_path / "second")
    write_whole(tmp_path / "first", [b"new"])
    assert (tmp_path / "first").is_symlink() and (tmp_path / "second").is_symlink()
    assert not (tmp_path / "far" / "text").is_symlink() and (tmp_path / "far" / "text").read_text() == "new"


def test_a_link_to_nothing_has_its_target_made(tmp_path: Path, way: str) -> None:
    (tmp_path / "link").symlink_to("text")
    prepare(tmp_path / "link")
    write_whole(tmp_path / "link", [b"new"])
    assert (
        (tmp_path / "link").is_symlink()
        and not (tmp_path / "text").is_symlink()
        and (tmp_path / "text").read_text() == "new"
    )


@pytest.mark.parametrize("name", ["loop", "itself", "loop/a", "into"])
def test_links_that_lead_nowhere_are_told(name: str, tmp_path: Path) -> None:
    for link, target in (("loop", "back"), ("back", "loop"), ("itself", "itself"), ("into", "missing/a")):
        (tmp_path / link).symlink_to(target)
    for work in (prepare, lambda target: write_whole(target, [b"new"])):
        with pytest.raises(
            NotWritten, match=r"cannot be (written|made): (Too many levels|File exists|it is a link into|No such file)"
        ):
            work(tmp_path / name)
    assert names(tmp_path) == ["back", "into", "itself", "loop"]


def test_a_fifo_is_written_to(tmp_path: Path) -> None:
    got: list[bytes] = []
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to("fifo")
    reader = Thread(target=lambda: got.append((tmp_path / "fifo").read_bytes()))
    reader.start()
    prepare(tmp_path / "link")
    write_whole(tmp_path / "link", [b"a" * 100_000, b"b"])
    reader.join()
    assert (
        got == [b"a" * 100_000 + b"b"]
        and stat.S_ISFIFO((tmp_path / "fifo").stat().st_mode)
        and (tmp_path / "link").is_symlink()
    )


def test_a_device_is_written_to(tmp_path: Path) -> None:
    """A terminal of our own is a device that needs no rights."""
    ours, theirs = pty.openpty()
    name = Path(os.ttyname(theirs))
    (tmp_path / "link").symlink_to(name)
    before = name.stat()
    prepare(tmp_path / "link")
    write_whole(tmp_path / "link", [b"new"])
    assert os.read(ours, 10) == b"new" and (name.stat().st_ino, name.stat().st_rdev) == (before.st_ino, before.st_rdev)
    os.close(ours)
    os.close(theirs)


def test_a_socket_is_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket must be short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        server.listen()
        write_whole(Path("socket"), [b"new"])
        with server.accept()[0] as line:
            assert line.recv(10) == b"new" and line.recv(10) == b""
    assert stat.S_ISSOCK(Path("socket").stat().st_mode)


@pytest.mark.parametrize("name", ["/proc/self/fd/{}", "/dev/fd/{}", "/proc/thread-self/fd/{}", "link"])
def test_a_stream_of_this_program_is_written_to(name: str, tmp_path: Path) -> None:
    """Also where it is a file: it goes on behind what stands there, as a shell's redirection does."""
    with (tmp_path / "text").open("w+b") as file, socket.socketpair()[0] as line:
        file.write(b"head ")
        file.flush()
        (tmp_path / "link").symlink_to(f"/proc/self/fd/{file.fileno()}")
        place = tmp_path / name.format(file.fileno())
        assert destination(place) == file.fileno()
        write_whole(place, [b"new"])
        write_whole(place, [b" text"])
        assert file.read() == b"" and (tmp_path / "text").read_text() == "head new text"
        assert destination(Path(f"/dev/fd/{line.fileno()}")) == line.fileno()


def test_a_socket_as_a_stream() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        write_whole(Path(f"/dev/fd/{theirs.fileno()}"), [b"new"])
        assert ours.recv(10) == b"new"


def test_an_error_on_the_way_leaves_the_old_file_and_nothing_else(tmp_path: Path, way: str) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise KeyboardInterrupt

    (tmp_path / "a").write_text("old")
    for name in ("a", "b"):
        with pytest.raises(KeyboardInterrupt):
            write_whole(tmp_path / name, pieces())
    assert names(tmp_path) == ["a"] and (tmp_path / "a").read_text() == "old"


def child(body: str, folder: Path, way: str) -> subprocess.CompletedProcess[str]:
    """Runs lines that write into a folder in a process of their own."""
    lines = [
        "import os, resource, signal, sys",
        "from pathlib import Path",
        "from derivation.system import writing",
        "from derivation.system.writing import *",
    ]
    aside = ["writing._nameless = lambda folder, mode: None"] if way == "aside" else []
    return subprocess.run(
        [sys.executable, "-c", "\n".join([*lines, *aside, body])],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path, way: str) -> None:
    (tmp_path / "a").write_text("old")
    done = child(
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50000, 50000))\nwrite_whole(Path('a'), [b'x' * 40000] * 2)",
        tmp_path,
        way,
    )
    assert "NotWritten: a cannot be written: File too large" in done.stderr
    assert names(tmp_path) == ["a"] and (tmp_path / "a").read_text() == "old"


def test_a_writer_that_is_killed_leaves_nothing(tmp_path: Path) -> None:
    """Where files need a name, the next writer takes away what it left, but not what somebody still writes."""
    killing = (
        "def pieces():\n  yield b'x' * 40000\n  os.kill(os.getpid(), signal.SIGKILL)\nwrite_whole(Path('a'), pieces())"
    )
    (tmp_path / "nameless").mkdir()
    can_be_nameless = writing._nameless(tmp_path, 0o600) is not None
    assert child(killing, tmp_path / "nameless", "nameless").returncode == -9
    assert (names(tmp_path / "nameless") == []) is can_be_nameless
    shutil.rmtree(tmp_path / "nameless")
    assert child(killing, tmp_path, "aside").returncode == -9
    left = names(tmp_path)
    assert len(left) == 1 and writing.ASIDE.fullmatch(left[0])
    held = writing._held(tmp_path / ".derivation-0123456789abcdef", 0o600)
    write_whole(tmp_path / "b", [b"new"])
    assert names(tmp_path) == [".derivation-0123456789abcdef", "b"]
    os.close(held)
    writing._sweep.cache_clear()
    write_whole(tmp_path / "b", [b"newer"])
    assert names(tmp_path) == ["b"]


@pytest.mark.parametrize("number", [2, 15, 1])
def test_a_writer_that_is_asked_to_end_leaves_nothing(number: int, tmp_path: Path, way: str) -> None:
    lines = (
        f"from derivation.system.ending import answer_signals\nanswer_signals()\ndef pieces():\n  yield b'x' * "
        f"40000\n  os.kill(os.getpid(), {number})\n  yield b'y'"
    )
    done = child(lines + "\nwrite_whole(Path('a'), pieces())", tmp_path, way)
    assert done.returncode == 128 + number and done.stderr == "" and names(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("folder", "folder cannot be written: it is a folder"),
        (".", "cannot be written: it is a folder"),
        ("..", "cannot be written: it is a folder"),
        ("file/a", "the folder .*file cannot be made: File exists"),
        ("file/a/b", "the folder .*file/a cannot be made: Not a directory"),
        ("x" * 256, "cannot be written: File name too long"),
        ("x" * 256 + "/a", "(cannot be made|cannot be written): File name too long"),
        ("a\0b", "cannot be written: a name cannot hold the character NUL"),
        ("a\0b/c", "cannot be written: a name cannot hold the character NUL"),
        ("/dev/fd/9999", "cannot be written: Bad file descriptor"),
    ],
)
def test_what_cannot_be_a_file_is_told_before_the_work(name: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("old")
    with pytest.raises(NotWritten, match=why):
        prepare(tmp_path / name)
    assert names(tmp_path) == ["file", "folder"]


def test_the_longest_name_is_written(tmp_path: Path, way: str) -> None:
    write_whole(tmp_path / ("x" * 255), [b"new"])
    assert names(tmp_path) == ["x" * 255]


def test_what_is_protected_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may write everywhere, so the system's answer is made up."""
    (tmp_path / "a").write_text("old")
    for refused, why in (
        (tmp_path, "a cannot be written: its folder does not allow it"),
        (tmp_path / "a", "a cannot be written: it is write-protected"),
    ):
        monkeypatch.setattr(os, "access", lambda path, mode, refused=refused: Path(path) != refused)
        with pytest.raises(NotWritten, match=why):
            prepare(tmp_path / "a")


def test_two_writers_of_one_file_both_succeed(tmp_path: Path, way: str) -> None:
    """Whoever reads sees one of the texts, never half of one."""
    texts = [letter * 100_000 for letter in (b"a", b"b")]
    failed: list[Exception] = []

    def write(text: bytes) -> None:
        try:
            for _ in range(100):
                write_whole(tmp_path / "text", [text[:50_000], text[50_000:]])
        except NotWritten as error:
            failed.append(error)

    write_whole(tmp_path / "text", texts[:1])
    writers = [Thread(target=write, args=(text,)) for text in texts]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert (tmp_path / "text").read_bytes() in texts
    assert not failed and names(tmp_path) == ["text"]
