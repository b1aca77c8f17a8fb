"""A stand-in for the browsers' makers' push services, which cannot be reached here: it takes pushes for one browser and
decrypts them as that does, with the library of the other side.
"""

import json
from base64 import urlsafe_b64encode
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from accounts.models import User

AUTH = bytes(range(16))


class Service:
    """What browsers' makers run: takes pushes for one browser."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.pushes: list[tuple[dict[str, str], bytes]] = []
        self.status = 201
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.pushes.append((dict(self.headers.items()), body))
                self.send_response(service.status)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def subscription(self, name: str = "browser") -> dict[str, Any]:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": encoded(point), "auth": encoded(AUTH)}
        return {"endpoint": f"{self.origin}/{name}", "expirationTime": None, "keys": keys}

    def opened(self) -> list[dict[str, str]]:
        """What the browser reads."""
        plain = [http_ece.decrypt(body, private_key=self.key, auth_secret=AUTH) for _, body in self.pushes]
        return [json.loads(each) for each in plain]


def encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def subscribe(user: User, subscription: dict[str, Any]) -> Client:
    client = Client()
    client.force_login(user)
    answer = client.post("/push/", subscription, content_type="application/json")
    assert answer.status_code == 204, answer.content
    return client
