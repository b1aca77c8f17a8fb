"""A stand-in for S3-compatible storage: PUT, GET, HEAD and DELETE of one bucket's objects, in memory.

It speaks as much of the protocol as boto3 asks of it, over real HTTP, and knows who asks by the name of the key alone.
It is no proof that some product understands us.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

KEY, SECRET, BUCKET = "a-key", "a/secret+", "files-of-connect"


class Storage(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, bytes] = {}
        self.is_broken = False

    @property
    def setting(self) -> str:
        return f"s3://{KEY}:a%2Fsecret+@127.0.0.1:{self.server_port}/{BUCKET}?tls=off&region=eu-1"


class _Handler(BaseHTTPRequestHandler):
    server: Storage
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self._is_allowed():
            self.server.objects[self._name()] = data
            self._answer(HTTPStatus.OK)

    def do_GET(self) -> None:
        if self._is_allowed():
            data = self.server.objects.get(self._name())
            self._answer(HTTPStatus.NOT_FOUND if data is None else HTTPStatus.OK, data or b"")

    do_HEAD = do_GET

    def do_DELETE(self) -> None:
        if self._is_allowed():
            self.server.objects.pop(self._name(), None)
            self._answer(HTTPStatus.NO_CONTENT)

    def _is_allowed(self) -> bool:
        scheme = f"AWS4-HMAC-SHA256 Credential={KEY}/"
        is_ours = self.headers.get("Authorization", "").startswith(scheme) and self.path.startswith(f"/{BUCKET}/")
        if not is_ours or self.server.is_broken:
            self._answer(HTTPStatus.FORBIDDEN)
        return is_ours and not self.server.is_broken

    def _name(self) -> str:
        return self.path.partition("?")[0].removeprefix(f"/{BUCKET}/")

    def _answer(self, status: HTTPStatus, data: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("ETag", '"0"')
        self.send_header("Last-Modified", "Wed, 25 Nov 2026 12:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""


@contextmanager
def run_storage() -> Iterator[Storage]:
    with Storage() as storage:
        Thread(target=storage.serve_forever, daemon=True).start()
        yield storage
        storage.shutdown()
