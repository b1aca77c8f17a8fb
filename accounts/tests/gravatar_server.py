"""A real HTTP server on loopback that plays Gravatar, well-behaved or not."""

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
JPEG = b"\xff\xd8\xff\xe0" + bytes(64)
GIF = b"GIF89a" + bytes(64)
WEBP = b"RIFF\x40\x00\x00\x00WEBPVP8 " + bytes(64)
PATIENCE_S = 30


@dataclass
class GravatarServer:
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = PNG
    holds: bool = False
    """Answers only after `go_on`."""
    drips: bool = False
    """Sends its body byte by byte, slowly, for ever."""
    asked: list[str] = field(default_factory=list)
    asked_headers: list[dict[str, str]] = field(default_factory=list)
    came: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def start(self) -> ThreadingHTTPServer:
        play = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                play.answer(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_port}/avatar/"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return server

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        self.asked.append(request.path)
        self.asked_headers.append(dict(request.headers))
        self.came.set()
        if self.holds:
            self.go_on.wait(PATIENCE_S)
        try:
            request.send_response(self.status)
            for name, value in self.headers.items():
                request.send_header(name, value)
            request.end_headers()
            request.wfile.write(self.body)
            while self.drips and not self.go_on.wait(0.02):
                request.wfile.write(b"\0")
        except OSError:
            pass  # the client hung up, as it should on a bad server
