"""Workers: gone when whoever started them is gone, replaced when they are lost; and folders that only one run writes into."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import psutil
import pytest
from patience import PATIENCE
from places import ROOT

from derivation.exercises.batch.pool import TRIES, Cluster, Cores, NoCluster, NoPool, is_open
from derivation.system.hold import Held, held

SPEC = ROOT / "examples" / "variants" / "two-two-one.toml"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="signals as on POSIX")]


def soon(holds: Callable[[], object]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    return bool(holds())


def command(folder: Path, *more: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "derivation",
        "variants",
        str(SPEC),
        "--count",
        "800",
        "--format",
        "csv,moodle",
        "-o",
        str(folder),
        *more,
    ]


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], list[psutil.Process]]]:
    """A batch that is being made, and its children: workers, and what Python keeps beside them."""
    run = subprocess.Popen(command(tmp_path / "class"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT)
    children: list[psutil.Process] = []

    def working() -> bool:
        children[:] = psutil.Process(run.pid).children(recursive=True)
        return sum(child.cpu_times().user > 0.6 for child in children if child.is_running()) >= min(
            os.cpu_count() or 1, 2
        )

    try:
        assert soon(working)
        yield run, children
    finally:
        for process in (run, *children):
            with suppress(psutil.NoSuchProcess, ProcessLookupError):
                process.kill()


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core needs no workers")
@pytest.mark.parametrize("signalled", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_workers_end_with_whoever_started_them(
    begun: tuple[subprocess.Popen[bytes], list[psutil.Process]], signalled: signal.Signals
) -> None:
    run, children = begun
    run.send_signal(signalled)
    output, _ = run.communicate(timeout=PATIENCE)  # ends with the pipe's last writer
    assert run.returncode != 0 and b"Traceback" not in output
    assert soon(lambda: not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children))


def lost(task: tuple[str, int]) -> int:
    """The square of a number, by a worker that is killed as often as its file is too short."""
    path, number = task
    with Path(path, str(number)).open("ab") as file:
        file.write(b".")
    if len(Path(path, str(number)).read_bytes()) <= number % TRIES:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def always_lost(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def refused(number: int) -> int:
    raise LookupError(number)


def test_a_lost_worker_is_replaced_and_its_part_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    tasks = [(str(tmp_path), number) for number in range(6)]
    with closing(Cores()) as pool:
        assert dict(pool.run(lost, tasks)) == {task: task[1] ** 2 for task in tasks}
    assert [len((tmp_path / str(number)).read_bytes()) for number in range(6)] == [1, 2, 3, 1, 2, 3]


def test_a_part_that_always_loses_its_worker_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with pytest.raises(NoPool, match="begun 3 times, and each time the process that made it was ended from outside"):
        dict(Cores().run(always_lost, [1, 2]))
    with pytest.raises(LookupError):
        dict(Cores().run(refused, [1, 2]))


def test_a_closed_pool_leaves_no_thread_that_ends_beside_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such a thread closes the pipe through which the program, at its end, wakes it: a traceback after all is done."""
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    before = set(threading.enumerate())
    with closing(Cores()) as pool:
        assert dict(pool.run(abs, [-1, -2, -3])) == {-1: 1, -2: 2, -3: 3}
        assert set(threading.enumerate()) > before
    assert set(threading.enumerate()) == before
    with pytest.raises(LookupError):
        dict(Cores().run(refused, [1, 2]))
    assert set(threading.enumerate()) == before


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core needs no workers")
def test_a_batch_that_loses_workers_has_the_same_bytes(
    tmp_path: Path, begun: tuple[subprocess.Popen[bytes], list[psutil.Process]]
) -> None:
    run, children = begun
    for child in children:
        if "resource_tracker" not in " ".join(child.cmdline()):
            child.send_signal(signal.SIGKILL)
    output, _ = run.communicate()
    assert run.returncode == 0, output
    subprocess.run(command(tmp_path / "undisturbed"), check=True, capture_output=True, cwd=ROOT)
    for name in ("key.csv", "answers.csv", "variants.csv", "moodle.xml"):
        assert (tmp_path / "class" / name).read_bytes() == (tmp_path / "undisturbed" / name).read_bytes()


# Folders.


def test_a_second_run_is_told_who_writes_into_a_folder(tmp_path: Path) -> None:
    with held(tmp_path / "work"):
        with (
            pytest.raises(
                Held,
                match=rf"{tmp_path.name} is being written by process {os.getpid()}, since \d\d:\d\d:\d\d; wait .* -o",
            ),
            held(tmp_path / "work"),
        ):
            raise AssertionError
        (tmp_path / "work" / "part").mkdir()
    assert not list(tmp_path.iterdir())


def test_a_run_that_is_gone_holds_nothing_and_leaves_its_parts(tmp_path: Path) -> None:
    program = f"from derivation.system.hold import held\nfrom pathlib import Path\nwith held(Path({str(tmp_path / 'w')!r})):\n print(1, flush=True); input()"
    run = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
    assert run.stdout and run.stdout.readline()
    with pytest.raises(Held, match=f"process {run.pid}"), held(tmp_path / "w"):
        raise AssertionError
    (tmp_path / "w" / "part").touch()
    run.kill()
    run.communicate()
    with held(tmp_path / "w"):
        assert (tmp_path / "w" / "part").exists()
    assert not (tmp_path / "w").exists()


def test_a_lock_or_folder_that_is_a_link_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("dear")
    (tmp_path / "linked").symlink_to(tmp_path / "mine", target_is_directory=True)
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "lock").symlink_to(tmp_path / "mine" / "letter")
    for work in ("linked", "work"):
        with pytest.raises(OSError), held(tmp_path / work):
            raise AssertionError
    assert (tmp_path / "mine" / "letter").read_text() == "dear"


def test_two_runs_into_one_folder(tmp_path: Path) -> None:
    """Both succeed, or one of them is told who holds it; what is there is whole."""
    call = [*command(tmp_path / "both")[:-4], "--count", "300", "--format", "csv", "-o", str(tmp_path / "both")]
    runs = [subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) for _ in range(2)]
    ends = [(*run.communicate(timeout=PATIENCE), run.returncode) for run in runs]
    assert 0 in [code for *_, code in ends]
    for _, told, code in ends:
        assert code == 0 or (code == 2 and b"is being written by process" in told), told
    assert sorted(path.name for path in (tmp_path / "both").iterdir()) == ["answers.csv", "key.csv", "variants.csv"]


# Clusters.


def test_no_cluster_is_said_at_once() -> None:
    pytest.importorskip("distributed", reason="the cluster needs derivation[cluster]")
    with pytest.raises(NoCluster, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:1"):
        Cluster("tcp://127.0.0.1:1")


@pytest.mark.parametrize("address", ["foo://[", "", "tcp://", "tcp://a b", "tcp://127.0.0.1:99999999"])
def test_what_is_no_address_is_told(address: str) -> None:
    pytest.importorskip("distributed", reason="the cluster needs derivation[cluster]")
    is_open(address)
    with pytest.raises(NoCluster, match="no Dask scheduler answers at"):
        Cluster(address)


def test_tls_without_certificates_says_where_they_are_set() -> None:
    pytest.importorskip("distributed", reason="the cluster needs derivation[cluster]")
    with pytest.raises(
        NoCluster, match=r"tls://127\.0\.0\.1:1 needs certificates: set distributed\.comm\.tls\.ca-file"
    ):
        Cluster("tls://127.0.0.1:1")


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("tcp://10.0.0.7:8786", True),
        ("cluster.example:8786", True),
        ("tcp://[::1]:8786", False),
        ("tcp://localhost:1", False),
        ("tls://10.0.0.7:8786", False),
    ],
)
def test_an_address_that_is_not_encrypted_is_told(address: str, told: bool) -> None:
    assert is_open(address) == told
