"""Which language a page is in, and that its scripts get their words in it."""

import json
from types import SimpleNamespace

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.test import Client
from django.utils import translation
from pytest_django import Settings

from accounts.models import User
from chat import posting
from chat.markup.text import text_of
from chat.rates import Rates
from chat.refusals import Refusal
from chat.rooms import ensure_world
from connect.tests.words import compile_words
from ledger.errors import Busy
from ledger.models import Message

pytestmark = pytest.mark.django_db(transaction=True)

GERMAN = {"HTTP_ACCEPT_LANGUAGE": "de-AT,de;q=0.9,en;q=0.5"}


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    compile_words("de")


def opening(client: Client, path: str = "/login/", **headers: str) -> str:
    return client.get(path, **headers).content.decode().split("<body")[0]  # type: ignore[arg-type]


def test_a_page_is_in_the_language_that_the_browser_asks_for_and_else_in_english(client: Client) -> None:
    assert '<html lang="de" dir="ltr">' in opening(client, **GERMAN)
    assert '<html lang="en" dir="ltr">' in opening(client)
    assert '<html lang="en" dir="ltr">' in opening(client, HTTP_ACCEPT_LANGUAGE="xx")


def test_a_choice_stands_above_what_the_browser_asks_for(client: Client) -> None:
    chosen = client.post("/language/", {"language": "de", "next": "/login/"})
    assert (chosen.status_code, chosen["Location"]) == (302, "/login/")
    cookie = chosen.cookies["django_language"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 31_536_000)
    assert '<html lang="de"' in opening(client)
    client.post("/language/", {"language": "en"})
    assert '<html lang="en"' in opening(client, **GERMAN)


def test_a_choice_leads_to_no_other_site_and_to_no_language_that_is_not_there(client: Client) -> None:
    assert client.get("/language/?language=de").status_code == 405
    foreign = client.post("/language/", {"language": "xx", "next": "https://evil.example/"})
    assert foreign["Location"] == "/"
    assert "django_language" not in foreign.cookies


def test_the_choice_is_on_the_first_page_and_on_the_page_about_appearance(client: Client, bob: User) -> None:
    for path in ("/", "/account/appearance/"):
        page = client.get(path).content.decode()
        assert '<button class="button button--quiet" name="language" value="de" lang="de">Deutsch</button>' in page
        assert 'value="en" lang="en" aria-current="true">English</button>' in page
        client.force_login(bob)


def test_no_cache_gives_a_page_to_who_reads_another_language(client: Client) -> None:
    page = client.get("/login/")
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in page["Vary"].split(",")}
    assert page["Content-Language"] == "en"


def test_an_error_page_speaks_the_readers_language(client: Client) -> None:
    assert '<html lang="de"' in opening(client, "/nothing-here/", **GERMAN)


def test_what_is_refused_is_said_in_the_readers_language_and_in_english_on_the_wire(
    client: Client, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = ensure_world()
    client.force_login(bob)
    monkeypatch.setattr(posting, "_by_user", Rates(1e-9, 0))
    page = client.post("/rooms/new/", {"name": "Tea", "topic": "", "access": "public"}, **GERMAN)  # type: ignore[arg-type]
    assert page.status_code == 429
    assert "Das ist zu viel auf einmal." in page.content.decode()
    assert "That is too much" not in page.content.decode()
    monkeypatch.setattr(posting, "EMOJI_PER_POST", 0)
    act = SimpleNamespace(room=world.pk, ref=b"", emoji="👍")
    with pytest.raises(Refusal) as refused, translation.override("de"):
        posting.check_emoji(act)  # type: ignore[arg-type]
    assert refused.value.detail == "A message carries at most 0 different emoji."
    with translation.override("de"):
        assert refused.value.words == "Eine Nachricht trägt höchstens 0 verschiedene Emoji."
        assert posting.refusal_of(Busy("Others write to this room; try again.")).words.startswith("Andere schreiben")
        assert Refusal("bad_frame", "id: missing").words.startswith("Das ging nicht.")


def test_what_the_system_says_is_recorded_in_the_sites_language(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "de"
    with translation.override("en"):  # whoever starts it
        world = ensure_world()
    said = [text_of(row.body) for row in Message.objects.in_room(world.pk).filter(kind="post")]
    assert said[0].startswith("Willkommen bei Connect.")
    assert world.topic == "Alle sind hier"
    with translation.override("en"):
        ensure_world()
    assert Message.objects.in_room(world.pk).count() == 4


@pytest.mark.parametrize("language", ["ar", "he"])
def test_a_language_that_is_written_from_right_to_left_turns_the_page(language: str) -> None:
    with translation.override(language):
        assert f'<html lang="{language}" dir="rtl">' in render_to_string("404.html")


def test_the_words_of_scripts_come_before_the_modules_where_they_are_not_english(client: Client) -> None:
    assert '<script src="/language/de.js" defer></script>' in opening(client, **GERMAN)
    assert "/language/en.js" not in opening(client)
    words = client.get("/language/de.js")
    assert words["Content-Type"] == "text/javascript; charset=utf-8"
    assert 'kann einen solchen Passkey nicht aufbewahren."' in words.content.decode()
    assert "Available" not in words.content.decode()  # of the admin's own words
    assert set(words["Cache-Control"].split(", ")) == {"public", "max-age=60"}
    assert client.get("/language/de.js", HTTP_IF_NONE_MATCH=words["ETag"]).status_code == 304
    assert client.get("/language/xx.js").status_code == 404


def test_the_installed_app_is_described_in_the_pages_language(client: Client) -> None:
    assert '<link rel="manifest" href="/language/de.webmanifest">' in opening(client, **GERMAN)
    answer = client.get("/language/de.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    manifest = json.loads(answer.content)
    assert (manifest["lang"], manifest["dir"], manifest["start_url"]) == ("de", "ltr", "/")
    assert manifest["description"] == "Team-Chat, dessen Geschichte sich beweisen lässt."
    assert all(finders.find(icon["src"].removeprefix(static(""))) for icon in manifest["icons"])
    assert client.get("/language/xx.webmanifest").status_code == 404
