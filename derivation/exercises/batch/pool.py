"""Where parts of a batch are made: in this process, on all cores, or on a Dask cluster. All give the same bytes."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Generic, Protocol, TypeVar

from derivation.words.language import asked, speaking
from derivation.words.telling import tell

Task = TypeVar("Task")
Made = TypeVar("Made")
TRIES = 3
"""How often a part is begun before it is given up, where each time the worker that made it was lost."""
GRACE = 10
"""Seconds in which a worker may put its things away before it is ended."""
MOST = 60
"""Workers at most; each takes some file descriptors of this process."""
ENDED = 128 + signal.SIGTERM
"""How a worker ends that is told to."""


class NoPool(RuntimeError):
    """Parts that could not be made where they were to be made, and what to do about it."""


class NoCluster(NoPool):
    """A cluster that cannot be used, and what to do about it."""


class Pool(Protocol):
    """Makes parts, in whatever order they are done; is closed when nothing more is to be made."""

    def run(self, make: Callable[[Task], Made], tasks: Sequence[Task]) -> Iterator[tuple[Task, Made]]:
        """(task, what was made) of every task, each as soon as it is done. Raises `NoPool`, and what `make` raises."""

    def close(self) -> None: ...


@dataclass(frozen=True)
class Speaking(Generic[Task, Made]):
    """Work that speaks a language, in whatever process it is done: none of ours knows what another one was asked for."""

    make: Callable[[Task], Made]
    language: str

    def __call__(self, task: Task) -> Made:
        with speaking(self.language):
            return self.make(task)


class Cores:
    """All cores of this machine; a single task is done here, without starting anything.

    Workers are kept from one run to the next. They end as soon as a run is broken off, when this is closed, and when
    this process ends, however it ends.
    """

    def __init__(self) -> None:
        self.workers: list[_Worker] = []

    def run(self, make: Callable[[Task], Made], tasks: Sequence[Task]) -> Iterator[tuple[Task, Made]]:
        wanted = min(os.cpu_count() or 1, MOST, len(tasks))
        if wanted < 2:
            yield from ((task, make(task)) for task in tasks)
            return
        self.workers += [_Worker() for _ in range(wanted - len(self.workers))]
        try:
            yield from _shared_out(self.workers, Speaking(make, asked()), tasks)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        for worker in self.workers:
            worker.leash.close()
        for worker in self.workers:
            worker.end()
        self.workers.clear()


def _shared_out(
    workers: Sequence[_Worker], make: Callable[[Task], Made], tasks: Sequence[Task]
) -> Iterator[tuple[Task, Made]]:
    """What was made of each task; whoever is done takes the next one. A task whose worker was lost is begun again."""
    waiting = iter(tasks)
    running = {worker.begin(make, task): (worker, task, 1) for worker, task in zip(workers, waiting, strict=False)}
    while running:
        for done in wait(running, return_when=FIRST_COMPLETED).done:
            worker, task, tries = running.pop(done)
            if isinstance(done.exception(), BrokenProcessPool):
                if tries == TRIES:
                    raise NoPool(tell("batch.lost_core", tries=TRIES))
                running[worker.begin(make, task)] = worker, task, tries + 1
                continue
            for following in islice(waiting, 1):
                running[worker.begin(make, following)] = worker, following, 1
            yield task, done.result()  # nobody else holds what was made, so it does not pile up


class _Worker:
    """A process that makes one part after the other; another one takes its place when it is lost.

    It ends when its leash is closed, the end of a pipe that this process alone holds.
    """

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Started afresh, since a fork would copy the threads of a progress bar half-way."""
        context = get_context("spawn")
        held, self.leash = context.Pipe(duplex=False)
        self.executor = ProcessPoolExecutor(1, mp_context=context, initializer=_on_leash, initargs=(held,))

    def begin(self, make: Callable[[Task], Made], task: Task) -> Future[Made]:
        try:
            return self.executor.submit(_made, make, task)
        except BrokenProcessPool:
            self.end()
            self.start()
            return self.executor.submit(_made, make, task)

    def end(self) -> None:
        """Waits for the executor's thread: one that is about to end when this process does is woken through a pipe that
        it closes meanwhile, with a traceback."""
        self.leash.close()
        self.executor.shutdown(cancel_futures=True)


def _on_leash(held: Connection) -> None:
    """Makes this process a worker: an interrupt is its parent's affair, and when its leash is let go it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_watch, args=(held,), daemon=True).start()


def _watch(held: Connection) -> None:
    """Ends this process when the leash is let go: in good order if that is soon done, so that TeX and its folder go
    too."""
    held.poll(None)
    if sys.platform != "win32":
        main = threading.main_thread()
        signal.pthread_kill(main.ident or 0, signal.SIGTERM)
        main.join(GRACE)
    os._exit(ENDED)


def _made(make: Callable[[Task], Made], task: Task) -> Made:
    """What is made of a task. Where this process is told to end meanwhile, what was begun is put away first."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(ENDED))
    try:
        return make(task)
    except SystemExit:
        os._exit(ENDED)  # its executor would take it for a result and go on
    finally:
        signal.signal(signal.SIGTERM, before)


UNANSWERED = (OSError, ValueError, TypeError, TimeoutError, MemoryError, AssertionError)
"""What Dask raises where no scheduler answers: the last but one where something else does, the last where its loop has
not begun in ten seconds."""


@contextmanager
def _uncollected() -> Iterator[None]:
    """Clients that nobody has are closed before, and none while the block lasts: closing one waits for a loop, and a
    collector that closes it while another loop begins in the same thread waits for ever."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Cluster:
    """A Dask cluster by the address of its scheduler. What a worker had begun when it died is begun again on another.

    `tls://` takes its certificates from Dask's configuration (`distributed.comm.tls`).
    """

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
            from distributed.security import Security
        except ImportError:
            raise NoCluster(tell("batch.no_package")) from None
        try:
            security = Security()
            if address.startswith("tls://") and security.get_connection_args("client")["ssl_context"] is None:
                raise NoCluster(tell("batch.no_certificates", address=address))
            with _uncollected():
                self.client: Any = Client(address, timeout="5s", security=security)
        except UNANSWERED as error:
            raise NoCluster(
                tell("batch.no_scheduler", address=address, why=str(error) or type(error).__name__)
            ) from None

    def run(self, make: Callable[[Task], Made], tasks: Sequence[Task]) -> Iterator[tuple[Task, Made]]:
        from distributed import as_completed as completed
        from distributed.scheduler import KilledWorker

        work = Speaking(make, asked())
        waiting = {self.client.submit(work, task, pure=False, retries=TRIES - 1): task for task in tasks}
        try:
            for future in completed(list(waiting)):
                yield waiting[future], future.result()
                future.release()
        except KilledWorker:
            raise NoCluster(tell("batch.lost_worker")) from None
        except (OSError, CancelledError) as error:
            raise NoCluster(tell("batch.lost_cluster", why=str(error) or type(error).__name__)) from None

    def close(self) -> None:
        self.client.close()


def is_open(address: str) -> bool:
    """Whether what goes to a cluster can be read and changed on its way: it is not encrypted, and leaves this machine.

    >>> is_open("tcp://10.0.0.7:8786"), is_open("tls://10.0.0.7:8786"), is_open("tcp://127.0.0.1:8786")
    (True, False, False)
    """
    scheme, _, place = address.rpartition("://")
    host = place.rpartition(":")[0].strip("[]") or place
    if scheme in ("tls", "wss", "inproc") or host == "localhost":
        return False
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return True
