"""The site on this machine: a server that answers this machine only."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread


class _Quiet(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # a connection serves many files, as those of a real server do
    timeout = 60

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, the name is the base's
        """Nothing: a line a request tells a reader nothing."""


def server(site: Path, port: int = 0) -> ThreadingHTTPServer:
    """A server of a folder on 127.0.0.1; port 0: one that is free. OSError where the port is taken."""
    return ThreadingHTTPServer(("127.0.0.1", port), partial(_Quiet, directory=str(site)))


def address(listening: ThreadingHTTPServer) -> str:
    """Where a browser finds it, with a slash at the end."""
    return f"http://127.0.0.1:{listening.server_port}/"


@contextmanager
def served(site: Path) -> Iterator[str]:
    """The address of the folder, as long as the block lasts."""
    listening = server(site)
    Thread(target=listening.serve_forever, daemon=True).start()
    try:
        yield address(listening)
    finally:
        listening.shutdown()
        listening.server_close()
