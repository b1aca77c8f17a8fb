from typing import Any

import email_validator.deliverability
import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError

from accounts.addresses import confirm_address, is_confirmed, normalize_address
from accounts.models import User


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Ann@Example.COM", "ann@example.com"),
        ("a.b+tag@example.org", "a.b+tag@example.org"),
        ("ann@BÜCHER.example", "ann@xn--bcher-kva.example"),
    ],
)
def test_an_address_has_one_spelling(written: str, kept: str) -> None:
    assert normalize_address(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        "",
        "ann",
        "ann@",
        "@example.com",
        "ann@@example.com",
        "ann@localhost",
        "a b@example.com",
        "ann@exa mple.com",
        "ann@example.com\nBcc: x@example.com",
        "änn@example.com",
        "ann@[127.0.0.1]",
        '"a b"@example.com',
    ],
)
def test_what_is_no_address_is_refused_with_a_sentence(written: str) -> None:
    with pytest.raises(ValidationError) as refused:
        normalize_address(written)
    assert len(refused.value.messages[0]) > 10


def test_dns_is_asked_only_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def ask(domain: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
        asked.append(domain)
        raise email_validator.EmailUndeliverableError("The domain name does not exist.")

    monkeypatch.setattr(email_validator.deliverability, "validate_email_deliverability", ask)
    assert normalize_address("ann@example.com") == "ann@example.com"
    assert asked == []
    with pytest.raises(ValidationError, match="does not exist"):
        normalize_address("ann@example.com", check_dns=True)
    assert asked == ["example.com"]


def test_confirming_leaves_the_present_address_alone(bob: User) -> None:
    bob.email = "bob@example.net"
    bob.save()
    assert is_confirmed(bob)
    confirm_address(bob)
    assert [(row.email, row.verified, row.primary) for row in EmailAddress.objects.filter(user=bob)] == [
        ("bob@example.net", True, True)
    ]
