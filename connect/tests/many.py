"""`manage.py serve` with several web processes on real Redis and PostgreSQL, and its people."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from connect.tests.served import Served
from connect.tests.server import Site, make_site
from connect.tests.stores import postgres


@dataclass(frozen=True, slots=True)
class Many:
    """What `chat.tests.client` and the tests need of it: an address, sessions, processes."""

    site: Site
    served: Served

    @property
    def url(self) -> str:
        return self.served.url

    @property
    def sessions(self) -> Mapping[str, str]:
        return self.site.sessions


@contextmanager
def serve_many(folder: Path, redis_url: str, web: int = 2) -> Iterator[Many]:
    with postgres() as database_url:
        env = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "EMAIL_VERIFICATION": "none"}
        with serve_site(make_site(folder, env), folder, WEB=str(web), **env) as many:
            yield many


@contextmanager
def serve_site(site: Site, folder: Path, **environment: str) -> Iterator[Many]:
    """The site, supervised: whoever of its processes is killed is started again."""
    served = Served(folder, SEND_PER_MIN="1000000", GRAVATAR="off", **environment)
    try:
        yield Many(site, served)
    finally:
        for child in served.children():
            child.resume()
        served.stop()
