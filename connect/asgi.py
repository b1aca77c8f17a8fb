"""The ASGI application: pages and the one WebSocket."""

import gc
import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connect.settings")
pages = get_asgi_application()

from chat.routing import websocket_urlpatterns  # noqa: E402  (models load only after the line above)
from connect.bodies import LimitBodies  # noqa: E402
from connect.origins import OwnPages  # noqa: E402
from connect.statics import Statics  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": Statics(LimitBodies(pages)),
        # No session middleware: it would wrap every frame that is sent. The consumer opens the session itself.
        "websocket": OwnPages(URLRouter(websocket_urlpatterns)),
    }
)

# What is loaded by now lives as long as the process. Each full collection would walk it, and the loop stand still.
gc.collect()
gc.freeze()
