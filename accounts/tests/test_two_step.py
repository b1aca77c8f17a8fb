"""Log-in in two steps with an app and recovery codes. Passkeys need a browser: connect/tests/e2e/test_account.py."""

from typing import Any
from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Permission
from django.core import mail
from django.test import Client

from accounts.models import User
from accounts.tests.browsing import log_in, open_reset, sure
from accounts.tests.conftest import NEW_PASSWORD, is_logged_in
from accounts.tests.totp import totp
from connect.tests.people import PASSWORD, as_

NOW_S = 1_800_000_000.0
STEP = "/login/second-step/"


class Clock:
    now_s = NOW_S

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time by which codes are judged."""
    fixed = Clock()
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.time.time", fixed)
    return fixed


class Phone:
    """An app that has read the key."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._secret, self._clock = secret, clock

    def code(self, later_s: float = 0) -> str:
        return totp(self._secret, self._clock.now_s + later_s)


@pytest.fixture
def phone(bob: User, clock: Clock) -> Phone:
    """Bob has set up two-step log-in."""
    client = sure(Client())
    phone = Phone(client.get("/account/two-step/app/").context["form"].secret, clock)
    assert client.post("/account/two-step/app/", {"code": phone.code()})["Location"] == "/account/two-step/codes/"
    mail.outbox.clear()
    clock.now_s += 60
    return phone


def codes() -> list[str]:
    found: list[str] = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    return found


def sure_with_code(client: Client, phone: Phone) -> None:
    log_in(client, "bob.b")
    step(client, phone.code())
    client.post("/account/again/", {"password": PASSWORD})


def step(client: Client, code: str) -> Any:
    return client.post(STEP, {"code": code})


def test_the_computed_code_is_the_one_of_the_standard() -> None:
    key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238, appendix B, the last six digits
    assert [totp(key, at_s) for at_s in (59, 1111111109, 1234567890)] == ["287082", "081804", "005924"]


@pytest.mark.django_db(transaction=True)  # the mails go out after the commit
def test_setting_up_needs_the_right_code_and_brings_recovery_codes(client: Client, bob: User, clock: Clock) -> None:
    sure(client)
    page = client.get("/account/two-step/app/")
    secret = page.context["form"].secret
    assert secret.encode() in page.content
    assert b"data:image/svg+xml;base64," in page.content
    assert b'href="otpauth://totp/' in page.content  # a phone cannot read its own screen
    wrong = client.post("/account/two-step/app/", {"code": "000000"})
    assert "code" in wrong.context["form"].errors
    assert wrong.context["form"].secret == secret  # the phone has read it already
    assert not Authenticator.objects.exists()
    done = client.post("/account/two-step/app/", {"code": totp(secret, clock.now_s)}, follow=True)
    assert done.redirect_chain[-1][0] == "/account/two-step/codes/"
    assert all(code.encode() in done.content for code in codes())
    assert all("no-store" in each["Cache-Control"] for each in (page, done))
    assert len(codes()) == 10
    assert mail.outbox[-1].subject == "Two-step log-in: app added"
    assert client.get("/account/two-step/codes/download/").content.decode().split()[-10:] == codes()


def test_the_password_alone_opens_nothing(client: Client, phone: Phone) -> None:
    assert log_in(client, "bob.b")["Location"] == STEP
    assert not is_logged_in(client)
    assert client.get("/")["Content-Type"].startswith("text/html")
    assert b"composer" not in client.get("/").content
    assert step(client, "000000").status_code == 200
    assert not is_logged_in(client)
    assert step(client, phone.code())["Location"] == "/"
    assert is_logged_in(client)


def test_no_second_step_without_the_first(client: Client, phone: Phone) -> None:
    assert client.get(STEP)["Location"] == "/login/"
    assert step(client, phone.code())["Location"] == "/login/"
    assert not is_logged_in(client)


def test_where_one_wanted_to_go_survives_the_second_step(client: Client, phone: Phone) -> None:
    client.post("/login/?next=/account/sessions/", {"login": "bob.b", "password": PASSWORD, "next": "/account/"})
    assert step(client, phone.code())["Location"] == "/account/"


def test_a_code_works_once_and_only_now(client: Client, phone: Phone, clock: Clock) -> None:
    code = phone.code()
    for stale in (phone.code(-60), phone.code(60)):
        log_in(client, "bob.b")
        assert step(client, stale).status_code == 200
    assert step(client, code).status_code == 302
    again = Client()
    log_in(again, "bob.b")
    assert step(again, code).status_code == 200
    assert not is_logged_in(again)


def test_a_recovery_code_logs_in_once(client: Client, phone: Phone) -> None:
    first = codes()[0]
    log_in(client, "bob.b")
    assert step(client, first)["Location"] == "/"
    assert is_logged_in(client)
    assert first not in codes()
    again = Client()
    log_in(again, "bob.b")
    assert step(again, first).status_code == 200
    assert not is_logged_in(again)


def test_guessing_codes_is_throttled_even_over_new_log_ins(phone: Phone) -> None:
    for guess in range(5):
        client = Client(REMOTE_ADDR=f"198.51.100.{guess}")
        log_in(client, "bob.b")
        step(client, "000000")
    client = Client(REMOTE_ADDR="198.51.100.9")
    log_in(client, "bob.b")
    answer = step(client, phone.code())
    assert "Too many attempts" in answer.context["form"].errors["code"][0]
    assert not is_logged_in(client)


@pytest.mark.parametrize("code", ["", "x" * 5000, "１２３４５６", "12 34 5", "' or 1=1"])
def test_what_is_no_code_is_refused(client: Client, phone: Phone, code: str) -> None:
    log_in(client, "bob.b")
    assert step(client, code).status_code == 200
    assert not is_logged_in(client)


def test_the_admin_is_no_way_around_it(client: Client, phone: Phone) -> None:
    User.objects.update(is_staff=True, is_superuser=True)
    door = client.post("/admin/login/?next=/admin/", {"username": "bob.b", "password": PASSWORD})
    assert door["Location"].startswith("/login/")
    assert log_in(client, "bob.b", path="/login/?next=/admin/")["Location"].startswith(STEP)
    assert client.get("/admin/").status_code == 302
    step(client, phone.code())
    assert client.get("/admin/").status_code == 200


def test_a_reset_of_the_password_is_no_way_around_it(client: Client, phone: Phone) -> None:
    client.post(open_reset(client), {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert log_in(client, "bob.b", NEW_PASSWORD)["Location"] == STEP
    assert not is_logged_in(client)


SENSITIVE = [
    "/account/two-step/app/remove/",
    "/account/two-step/codes/",
    "/account/two-step/codes/new/",
    "/account/two-step/codes/download/",
    "/account/two-step/passkeys/add/",
]


@pytest.mark.parametrize("path", SENSITIVE)
def test_who_only_found_the_browser_open_changes_and_sees_no_second_step(
    client: Client, phone: Phone, path: str
) -> None:
    log_in(client, "bob.b")
    step(client, phone.code())
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code in {302, 405}
        assert answer.status_code == 405 or answer["Location"] == f"/account/again/?next={quote(path, safe='')}"
    assert Authenticator.objects.count() == 2
    assert client.post("/account/again/code/", {"code": codes()[0]}).status_code == 302
    assert client.get(path).status_code == 200


def test_a_second_step_is_shown_again_by_code_or_password_but_not_by_a_wrong_one(client: Client, phone: Phone) -> None:
    log_in(client, "bob.b")
    step(client, phone.code())
    assert client.post("/account/again/", {"password": "wrong-password-1"}).status_code == 200
    assert client.post("/account/again/code/", {"code": "000000"}).status_code == 200
    assert client.get(SENSITIVE[0]).status_code == 302
    assert client.post("/account/again/", {"password": PASSWORD}).status_code == 302
    assert client.get(SENSITIVE[0]).status_code == 200


def test_removing_the_app_takes_the_codes_along(client: Client, phone: Phone) -> None:
    sure_with_code(client, phone)
    assert client.post("/account/two-step/app/remove/")["Location"] == "/account/two-step/"
    assert not Authenticator.objects.exists()
    assert mail.outbox[-1].subject == "Two-step log-in: app removed"
    assert log_in(Client(), "bob.b")["Location"] == "/"


@pytest.mark.django_db(transaction=True)  # the mails go out after the commit
def test_new_codes_end_the_old_ones(client: Client, phone: Phone) -> None:
    before = codes()
    sure_with_code(client, phone)
    assert client.post("/account/two-step/codes/new/")["Location"] == "/account/two-step/codes/"
    assert not set(before) & set(codes())
    assert mail.outbox[-1].subject == "Two-step log-in: new recovery codes"


def test_another_persons_passkey_does_not_exist(client: Client, phone: Phone, alice: User) -> None:
    key = Authenticator.objects.create(user=alice, type="webauthn", data={"name": "hers", "credential": {}})
    sure_with_code(client, phone)
    for path in (f"/account/two-step/passkeys/{key.pk}/", f"/account/two-step/passkeys/{key.pk}/remove/"):
        assert client.get(path).status_code == 404
        assert client.post(path, {"name": "mine"}).status_code == 404
    assert client.get("/account/two-step/passkeys/4711/").status_code == 404


def test_a_passkey_challenge_is_the_same_for_everybody_and_made_up_answers_fail(client: Client, bob: User) -> None:
    options = client.get("/login/passkey/").json()["request_options"]["publicKey"]
    assert options["userVerification"] == "required"
    assert not options.get("allowCredentials")
    for credential in ("", "{}", "[]", '{"id": 1}', '{"response": {"userHandle": "x"}}', "null", "1"):
        answer = client.post("/login/passkey/", {"credential": credential})
        assert answer["Location"] == "/login/"
    assert not is_logged_in(client)


def test_an_operator_frees_who_has_lost_everything_and_staff_never_a_superuser(
    client: Client, phone: Phone, alice: User, bob: User
) -> None:
    def remove(by: Client) -> Any:
        chosen = [str(bob.pk)]
        return by.post("/admin/accounts/user/", {"action": "remove_second_step", "_selected_action": chosen})

    client.force_login(alice)
    User.objects.filter(pk=bob.pk).update(is_superuser=True)
    staff = User.objects.create_user("staff", "staff@example.org", PASSWORD, is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user"]))
    theirs = as_(staff)
    remove(theirs)
    assert Authenticator.objects.filter(user=bob).count() == 2
    remove(client)
    assert not Authenticator.objects.filter(user=bob).exists()
    assert client.get("/admin/mfa/authenticator/").status_code == 404


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_showing_it_again_leads_nowhere_but_here(client: Client, bob: User, target: str) -> None:
    log_in(client, "bob.b")
    shown = client.post(f"/account/again/?next={quote(target)}", {"password": PASSWORD, "next": target})
    assert shown["Location"] == "/"


def test_guessing_the_password_of_an_open_browser_is_throttled(client: Client, bob: User, hashes: list[str]) -> None:
    log_in(client, "bob.b")
    answers = [client.post("/account/again/", {"password": "wrong-password-1"}) for _ in range(11)]
    assert answers[0].context["form"].errors == {"password": ["This is not your password."]}
    hashes.clear()
    right = client.post("/account/again/", {"password": PASSWORD})
    assert (right.status_code, hashes) == (429, [])
