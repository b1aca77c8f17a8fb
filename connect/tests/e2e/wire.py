"""A browser's sockets in a test's hands."""

import json
import re

from playwright.sync_api import BrowserContext, WebSocketRoute


class Wire:
    """The sockets of a browser's pages: they can be cut or led nowhere while the pages go on. What is sent is kept."""

    def __init__(self, context: BrowserContext) -> None:
        self.sent: list[str] = []
        self.pings = self.pongs = 0
        self.refuses = False
        self._is_cut = False
        self._open: list[WebSocketRoute] = []
        self._nowhere: set[WebSocketRoute] = set()
        context.route_web_socket(re.compile("/ws/$"), self._connect)

    def cut(self) -> None:
        self._is_cut = True
        for socket in self._open:
            socket.close()
        self._open.clear()

    def lead_nowhere(self) -> None:
        """As a network that has forgotten them while the machine slept: neither end is told."""
        self._nowhere |= set(self._open)

    def mend(self) -> None:
        self._is_cut = False

    def _connect(self, socket: WebSocketRoute) -> None:
        if self._is_cut:
            socket.close()
            return
        server = socket.connect_to_server()
        self._open.append(socket)

        def pass_on(data: str | bytes) -> None:
            frame = json.loads(data)
            if frame["type"] == "send":
                self.sent.append(frame["text"])
            self.pings += frame["type"] == "ping"
            if self.refuses and frame["type"] == "send":
                told = {"re": frame["id"], "client_id": frame["client_id"], "code": "forbidden", "retry": "no"}
                socket.send(json.dumps({"type": "error", "detail": "this room is archived", **told}))
            elif socket not in self._nowhere:
                server.send(data)

        def pass_back(data: str | bytes) -> None:
            self.pongs += json.loads(data)["type"] == "pong"
            if socket not in self._nowhere:
                socket.send(data)

        socket.on_message(pass_on)
        server.on_message(pass_back)
