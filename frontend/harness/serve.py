"""Serves the harness: the committed bundles under the hash of their content, the page for every path of the panel."""

from collections.abc import Iterator
from contextlib import contextmanager
import hashlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

FRONTEND = Path(__file__).resolve().parents[1]
BUNDLES = FRONTEND.parent / "custom_components" / "smsadmin" / "panel" / "dist"
_TYPES = {".js": "text/javascript", ".html": "text/html; charset=utf-8"}


def version(name: str = "panel") -> str:
    """The hash in the path of a bundle."""
    return hashlib.sha256((BUNDLES / f"{name}.js").read_bytes()).hexdigest()[:12]


def _file_for(path: str) -> Path:
    """The file behind a path; what is none is a view of the panel."""
    if path == "/harness.js":
        return FRONTEND / "harness" / "out" / "harness.js"
    if path == "/axe.js":
        return FRONTEND / "node_modules" / "axe-core" / "axe.min.js"
    if path.startswith("/static/"):
        return BUNDLES / Path(path).name
    return FRONTEND / "harness" / "index.html"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer with a file."""
        file = _file_for(self.path.partition("?")[0])
        body = file.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", _TYPES[file.suffix])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing about each request."""


@contextmanager
def harness() -> Iterator[str]:
    """The address of a server that runs as long as the context."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
