"""A process of a pool that ends with the one that started it: killed, that one can end nobody, and the work goes on."""

import multiprocessing
import os
import threading


def end_with_parent() -> None:
    """From now on, end this process as soon as the one that started it is gone; nothing where none did."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_wait, args=(parent,), name="end with parent", daemon=True).start()


def _wait(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)  # not sys.exit, which ends a thread; what is kept of a long run is written at once or not at all
