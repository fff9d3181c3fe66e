"""A small HTTP server for tests: on a free port, a thread a client, quiet about those that hang up."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class QuietHandler(BaseHTTPRequestHandler):
    """Reads a whole body, sends a whole answer."""

    def body(self) -> bytes:
        """The bytes that came."""
        return self.rfile.read(int(self.headers["Content-Length"]))

    def send(self, status: int, kind: str, body: bytes) -> None:
        """Answer with these bytes."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Clients hang up on slow and long answers."""


@contextmanager
def serving(handler: type[QuietHandler]) -> Iterator[str]:
    """The address of a server with that handler, `http://127.0.0.1:<port>`, until the block ends."""
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
