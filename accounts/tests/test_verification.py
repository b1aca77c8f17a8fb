import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.addresses import is_confirmed
from accounts.models import User
from accounts.tests.browsing import link_in, log_in, outcome
from accounts.tests.conftest import NEW_PASSWORD, is_logged_in, sign_up_form
from connect.tests.people import PASSWORD

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def _mandatory(settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


@pytest.mark.parametrize(
    ("mode", "lands", "logged_in", "mails"),
    [("none", "/", True, 0), ("optional", "/", True, 1), ("mandatory", "/confirm-email/", False, 1)],
)
def test_what_a_sign_up_leads_to(
    client: Client, settings: Any, mode: str, lands: str, logged_in: bool, mails: int
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = mode
    assert client.post("/signup/", sign_up_form())["Location"] == lands
    assert is_logged_in(client) == logged_in
    assert len(mail.outbox) == mails
    assert not is_confirmed(User.objects.get())


@pytest.mark.parametrize("mode", ["optional", "mandatory"])
def test_the_link_asks_once_more_and_then_confirms(client: Client, settings: Any, mode: str) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = mode
    client.post("/signup/", sign_up_form())
    link = link_in()
    assert b"Yes, confirm it" in client.get(link).content
    assert not is_confirmed(User.objects.get())  # a mail scanner that opens the link confirms nothing
    assert client.post(link)["Location"] == "/"
    assert is_confirmed(User.objects.get())
    assert is_logged_in(client)
    assert b"This link does not work" in client.get(link).content


@pytest.mark.usefixtures("_mandatory")
def test_the_link_logs_nobody_in_who_did_not_sign_up_here() -> None:
    Client().post("/signup/", sign_up_form())
    elsewhere = Client()
    assert elsewhere.post(link_in())["Location"] == "/login/"
    assert not is_logged_in(elsewhere)
    assert log_in(elsewhere, "carol").status_code == 302
    assert is_logged_in(elsewhere)


@pytest.mark.parametrize("key", ["x", "MQ:1abc:forged", "MQ"])
def test_a_forged_link_does_not_work(client: Client, key: str) -> None:
    assert b"This link does not work" in client.get(f"/confirm-email/{key}/").content
    assert client.post(f"/confirm-email/{key}/").status_code == 404


@pytest.mark.usefixtures("_mandatory")
def test_a_sign_up_looks_the_same_and_costs_the_same_whether_the_address_has_an_account(
    bob: User, hashes: list[str]
) -> None:
    seen = []
    for email, name in (("bob@example.com", "carol"), ("new@example.com", "dora0")):
        client = Client()
        hashes.clear()
        first = outcome(client, client.post("/signup/", sign_up_form(name, email)))
        cost = len(hashes)
        # Everything that could tell afterwards: logging in, choosing the name again, choosing its look-alike.
        again = outcome(client, log_in(client, name, NEW_PASSWORD))[:2]
        login = outcome(Client(), log_in(Client(), name, NEW_PASSWORD))
        login_by_address = outcome(Client(), log_in(Client(), email, NEW_PASSWORD))
        name_again = Client().post("/signup/", sign_up_form(name, f"other-{name}@example.com"))
        twin = Client().post("/signup/", sign_up_form(name.replace("o", "0"), f"twin-{name}@example.com"))
        errors = [page.context["form"].errors for page in (name_again, twin)]
        neutral = [re.sub(f"{name}|{email}", "…", text) for text in (login[2], login_by_address[2])]
        seen.append((first, cost, again, login[:2], login_by_address[:2], neutral, errors))
    assert seen[0] == seen[1]
    assert seen[0][1] == 1
    assert [message.to for message in mail.outbox] == [["bob@example.com"], ["new@example.com"]]
    assert "has an account already" in str(mail.outbox[0].body)
    assert "please confirm" in str(mail.outbox[1].body)
    assert {user.username for user in User.objects.all()} == {"Bob.B", "dora0"}


@pytest.mark.usefixtures("_mandatory")
def test_an_unconfirmed_account_answers_like_a_wrong_password(client: Client, hashes: list[str]) -> None:
    Client().post("/signup/", sign_up_form())
    answers = []
    for password in (PASSWORD, "wrong-password-1"):
        hashes.clear()
        answers.append((log_in(client, "carol", password).context["form"].non_field_errors(), len(hashes)))
    assert answers[0] == answers[1]
    assert "not confirmed yet" in answers[0][0][0]
    assert not is_logged_in(client)


@pytest.mark.usefixtures("_mandatory")
def test_guesses_at_an_unconfirmed_account_are_counted() -> None:
    Client().post("/signup/", sign_up_form())
    for guess in range(5):
        log_in(Client(REMOTE_ADDR=f"198.51.100.{guess}"), "carol")
    assert "Too many" in log_in(Client(), "carol").context["form"].non_field_errors()[0]


@pytest.mark.usefixtures("_mandatory")
def test_an_operator_from_the_command_line_needs_no_link(client: Client) -> None:
    User.objects.create_superuser("root", "root@example.com", PASSWORD)
    assert log_in(client, "root").status_code == 302
    assert is_logged_in(client)


@pytest.mark.usefixtures("_mandatory")
@pytest.mark.parametrize("email", ["bob@example.com", "new@example.com"])
def test_mail_that_cannot_be_sent_is_said_alike(client: Client, bob: User, settings: Any, email: str) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    for path, form in (("/signup/", sign_up_form(email=email)), ("/password/reset/", {"email": email})):
        answer = client.post(path, form)
        assert answer.status_code == 503
        assert b"The mail could not be sent" in answer.content
