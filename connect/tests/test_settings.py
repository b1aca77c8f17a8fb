"""The environment: defaults run, a mistake is one clear sentence, production settings pass the deployment check."""

import re
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from connect import env
from connect.env import site_url
from connect.tests.environment import ROOT, manage


def test_the_embedded_defaults_pass_the_checks(tmp_path: Path) -> None:
    done = manage(tmp_path, "check")
    assert done.returncode == 0, done.stderr


def test_mongodb_without_its_packages_is_one_clear_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "find_spec", lambda name: None)
    monkeypatch.setenv("DATABASE_URL", "mongodb://host/name")
    with pytest.raises(ImproperlyConfigured, match="packages are not installed; run: "):
        env.database("DATABASE_URL", tmp_path / "unused")


def test_production_settings_pass_djangos_deployment_check(tmp_path: Path) -> None:
    done = manage(
        tmp_path,
        *("check", "--deploy", "--fail-level", "WARNING"),
        TLS="on",
        PROXY_HEADERS="on",
        ALLOWED_HOSTS="chat.example.org",
        EMAIL_URL="smtp+tls://user:password@mail.example.org:587",
        DATABASE_URL="postgres://connect:secret@db.example.org/connect",
        LOG_ORIGIN="chat.example.org/ledger",
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "http", "PORT is 'http'; write a whole number from 1 to 65535."),
        ("PORT", "70000", "PORT is '70000'"),
        ("WEB", "0", "WEB is '0'; write a whole number from 1 to 64."),
        ("DEBUG", "maybe", "DEBUG is 'maybe'; write on or off."),
        ("DIFFICULTY_BITS", "41", "DIFFICULTY_BITS is '41'; write a whole number from 8 to 40."),
        ("GRAVATAR", "always", "GRAVATAR is 'always'; write one of proxy, direct, off."),
        ("EMAIL_VERIFICATION", "perhaps", "write one of none, optional, mandatory."),
        ("DATABASE_URL", "nonsense://x", "DATABASE_URL cannot be used"),
        ("DATABASE_URL", "nonsense", "DATABASE_URL cannot be used"),
        (
            "DATABASE_URL",
            "sqlite:////none/x",
            "DATABASE_URL puts the database into /none/x, which cannot be opened: No such",
        ),
        ("DATA_DIR", "/dev/null", "DATA_DIR is /dev/null, where no folder can be made: File exists."),
        ("DATA_DIR", "/proc/self", "DATA_DIR is /proc/"),
        ("DATABASE_URL", "mysql://u:p@h/n", "DATABASE_URL cannot be used"),
        ("DATABASE_URL", "mongodb://u:p@h", "DATABASE_URL names no database; write mongodb://user:password@host/name"),
        ("DATABASE_URL", "mongodb://h:port/n", "DATABASE_URL cannot be used: Port contains"),
        ("EMAIL_URL", "nonsense://x", "EMAIL_URL cannot be read"),
        ("EMAIL_URL", "smtp+tls:user:password@host:587", "EMAIL_URL cannot be read"),
        ("DATABASE_URL", "postgres://host", "DATABASE_URL cannot be used"),
        ("FILE_MB", "0", "FILE_MB is '0'; write a whole number from 1 to 10000."),
        *(
            ("REDIS_URL", url, "REDIS_URL cannot be read; write sentinel://host:26379,host:26379/name of the master.")
            for url in ("sentinel://host:26379", "sentinel:///chat", "sentinel://host:x/chat", "sentinel://host/chat/x")
        ),
        *(
            ("FILES_URL", url, "FILES_URL cannot be used; write s3://key:secret@host/bucket")
            for url in ("/srv/files", "s3://host/bucket", "s3://k:s@host", "s3://k:s@host/a/b", "s3://k:s@host/b?x=1")
        ),
    ],
)
def test_a_broken_setting_is_one_clear_sentence(tmp_path: Path, name: str, value: str, said: str) -> None:
    done = manage(tmp_path, "check", **{name: value})
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({"EMAIL_VERIFICATION": "mandatory"}, "connect.E001"),
        ({"LOG_ORIGIN": "two words"}, "connect.E002"),
        ({"REDIS_URL": "http://localhost"}, "connect.E003"),
        ({"REDIS_URL": "redis://localhost:99999"}, "connect.E003"),
        ({"ALLOWED_HOSTS": "localhost,https://chat.example.org"}, "connect.E006"),
        ({"ALLOWED_HOSTS": "chat.example.org:8000"}, "connect.E006"),
        ({"DEFAULT_FROM_EMAIL": "Connect"}, "connect.E007"),
        ({"DEFAULT_FROM_EMAIL": "a@example.org, b@example.org"}, "connect.E007"),
        ({"PUSH_SERVICES": "https://push.example.org/"}, "connect.E008"),
        ({"PUSH_SERVICES": "https://push.example.org,push.example.org"}, "connect.E008"),
        ({"FILE_TYPES": "image/*,pdf"}, "connect.E009"),
        ({"FILE_TYPES": "Image/PNG"}, "connect.E009"),
    ],
)
def test_a_setting_that_cannot_work_fails_a_system_check(
    tmp_path: Path, environment: dict[str, str], code: str
) -> None:
    done = manage(tmp_path, "check", **environment)
    assert done.returncode == 1
    assert code in done.stderr
    assert any(f"{code}) {name} " in done.stderr for name in environment)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEFAULT_FROM_EMAIL", "root@mailhost"),
        ("PUSH_SERVICES", "https://push.example.org, http://[::1]:8080"),
        ("FILE_TYPES", "image/*, application/pdf, text/plain"),
    ],
)
def test_a_setting_that_works_passes(tmp_path: Path, name: str, value: str) -> None:
    assert manage(tmp_path, "check", **{name: value}).returncode == 0


@pytest.mark.parametrize(
    "environment",
    [
        {"WEB": "2"},
        {"WEB": "2", "REDIS_URL": "redis://127.0.0.1:1"},
        {"WEB": "2", "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "EMAIL_VERIFICATION": "none"},
        {"MINER": "off"},
    ],
)
def test_many_processes_without_what_they_need_are_one_clear_sentence(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    done = manage(tmp_path, "serve", **environment)
    assert done.returncode == 1
    assert "needs Redis, and PostgreSQL or MongoDB: set DATABASE_URL=" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("host", ["192.0.2.1", "a..b"])
def test_a_host_that_is_not_this_machine_is_one_clear_sentence(tmp_path: Path, host: str) -> None:
    done = manage(tmp_path, "serve", HOST=host)
    assert done.returncode == 1
    assert f"HOST is {host!r}, no address of this machine" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_database_that_is_none_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database at all\n")
    done = manage(tmp_path, "serve", DATABASE_URL=f"sqlite:///{tmp_path / 'text'}", EMAIL_VERIFICATION="none")
    assert done.returncode == 1
    assert done.stderr == "CommandError: The database cannot be used (file is not a database). Check DATABASE_URL.\n"


def test_tls_without_the_proxys_word_for_it_is_warned_of(tmp_path: Path) -> None:
    assert "connect.W001" in manage(tmp_path, "check", TLS="on").stderr
    assert "connect.W001" not in manage(tmp_path, "check", TLS="on", PROXY_HEADERS="on").stderr


ASK_FOR_A_PAGE = """
from django.test import Client
for proto in ("http", "https"):
    page = Client(headers={"host": "chat.example.org", "x-forwarded-proto": proto}).get("/login/")
    cookie = page.cookies.get("csrftoken")
    print(page.status_code, page.headers.get("Strict-Transport-Security"), bool(cookie and cookie["secure"]))
"""


@pytest.mark.parametrize(
    ("environment", "answers"),
    [
        ({}, ["200 None False", "200 None False"]),
        ({"TLS": "on"}, ["301 None False", "301 None False"]),
        (
            {"TLS": "on", "PROXY_HEADERS": "on"},
            ["301 None False", "200 max-age=31536000; includeSubDomains; preload True"],
        ),
    ],
)
def test_behind_tls_pages_come_by_https_alone_and_the_proxy_is_believed_when_told(
    tmp_path: Path, environment: dict[str, str], answers: list[str]
) -> None:
    done = manage(tmp_path, "shell", "-v", "0", "-c", ASK_FOR_A_PAGE, ALLOWED_HOSTS="chat.example.org", **environment)
    assert done.stdout.splitlines() == answers, done.stderr


def test_a_request_for_another_host_leaves_no_traceback_in_the_log(tmp_path: Path) -> None:
    code = "from django.test import Client; print(Client(headers={'host': 'evil.example'}).get('/').status_code)"
    done = manage(tmp_path, "shell", "-v", "0", "-c", code)
    assert done.stdout == "400\n"
    assert "Invalid HTTP_HOST header: 'evil.example'" in done.stderr
    assert "Traceback" not in done.stderr


ASK_WITH_TOKENS = """
from django.test import Client
from django.urls import reverse
names = ("owner", "join_by", "account_confirm_email", "account_email_confirm")
for path in (*(reverse(name, args=["s3cret"]) for name in names), "/password/reset/key/1-s3cret/"):
    Client(enforce_csrf_checks=True, headers={"host": "localhost"}).post(path)
"""


def test_an_address_that_lets_in_whoever_has_it_is_in_no_log(tmp_path: Path) -> None:
    said = manage(tmp_path, "shell", "-v", "0", "-c", ASK_WITH_TOKENS).stderr
    assert said.count("Forbidden (CSRF cookie not set.): /") == 5
    assert "/join/…/" in said
    assert "s3cret" not in said


def test_readme_tells_of_every_setting() -> None:
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "connect" / "settings.py").read_text())) | {"SECRET_KEY"}
    table = (ROOT / "README.md").read_text().partition("## Settings")[2].partition("## ")[0]
    told = {
        name for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall(r"`([A-Z_]+)`", row)
    }
    assert told == read


NAMES_IN_REDIS = """
from django.conf import settings
from django.core.cache import caches
print(settings.CHANNEL_LAYERS["default"]["CONFIG"].get("prefix"), caches["default"]._redis.make_key("count"))
"""


def test_sites_that_share_one_redis_hear_nothing_of_each_other(tmp_path: Path) -> None:
    def names(secret: str) -> list[str]:
        code = ("shell", "-v", "0", "-c", NAMES_IN_REDIS)
        return manage(tmp_path, *code, REDIS_URL="redis://127.0.0.1:1", SECRET_KEY=secret).stdout.split()

    here, there = names("ours"), names("theirs")
    assert len(here) == 2
    assert here == names("ours")
    assert not set(here) & set(there)


@pytest.mark.parametrize(
    ("tls", "hosts", "host", "url"),
    [
        (False, ["localhost"], "127.0.0.1", "http://127.0.0.1:8000"),
        (False, ["localhost"], "0.0.0.0", "http://localhost:8000"),
        (False, ["localhost"], "::1", "http://[::1]:8000"),
        (True, [".example.org", "chat.example.org"], "127.0.0.1", "https://chat.example.org"),
        (True, [".example.org"], "127.0.0.1", "http://127.0.0.1:8000"),
    ],
)
def test_the_printed_address_is_one_that_people_reach(tls: bool, hosts: list[str], host: str, url: str) -> None:
    assert site_url(tls, hosts, host, 8000) == url
