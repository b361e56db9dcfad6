"""Where parts of a batch are made: in this process, on all cores, or on a Dask cluster. All give the same bytes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cached_property
from multiprocessing import get_context
from typing import Any, Protocol, TypeVar

Task = TypeVar("Task")
Made = TypeVar("Made")


class Pool(Protocol):
    """Makes parts, in whatever order they are done."""

    def run(self, make: Callable[[Task], Made], tasks: Sequence[Task]) -> Iterator[tuple[Task, Made]]:
        """(task, what was made) of every task, each as soon as it is done."""


class Cores:
    """All cores of this machine; a single task is done here, without starting anything."""

    @cached_property
    def executor(self) -> ProcessPoolExecutor:
        """Its processes, kept from one run to the next; started afresh, since a fork would copy the threads of a progress bar half-way."""
        return ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn"))

    def run(self, make: Callable[[Task], Made], tasks: Sequence[Task]) -> Iterator[tuple[Task, Made]]:
        if len(tasks) < 2 or os.cpu_count() == 1:
            yield from ((task, make(task)) for task in tasks)
            return
        waiting = {self.executor.submit(make, task): task for task in tasks}
        try:
            for done in as_completed(waiting):
                yield waiting.pop(done), done.result()  # nobody else holds what was made, so it does not pile up
        except BaseException:
            self.executor.shutdown(cancel_futures=True)
            raise


class NoCluster(RuntimeError):
    """A cluster that cannot be used, and what to do about it."""


class Cluster:
    """A Dask cluster by the address of its scheduler. What a worker had begun when it died is begun again on another."""

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise NoCluster("a cluster needs the package 'distributed': pip install 'derivation[cluster]'") from None
        try:
            self.client: Any = Client(address, timeout="5s")
        except (OSError, ValueError, TimeoutError) as error:
            raise NoCluster(f"no Dask scheduler answers at {address}: {error or type(error).__name__}") from None

    def run(self, make: Callable[[Task], Made], tasks: Sequence[Task]) -> Iterator[tuple[Task, Made]]:
        from distributed import as_completed as completed

        waiting = {self.client.submit(make, task, pure=False, retries=2): task for task in tasks}
        for future in completed(list(waiting)):
            yield waiting[future], future.result()
            future.release()
