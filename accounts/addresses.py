"""E-mail addresses: checked by email-validator, kept in one spelling, confirmed or not.

Nothing here connects to a mail server. DNS is asked only at sign-up and only under EMAIL_CHECK_DNS.
"""

from allauth.account import app_settings
from allauth.account.models import EmailAddress
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.dispatch import Signal
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from email_validator import EmailNotValidError, validate_email

DNS_TIMEOUT_S = 5

address_confirmed = Signal()
"""Sent with `user` whose address is confirmed now, once that is committed."""


def normalize_address(address: str, *, check_dns: bool = False) -> str:
    """The one spelling under which `address` is stored: lower case, its domain in ASCII.

    Raises ValidationError with a sentence for the form. When DNS does not answer in time the address passes.
    """
    try:
        found = validate_email(
            address,
            allow_smtputf8=False,
            check_deliverability=check_dns,
            timeout=DNS_TIMEOUT_S if check_dns else None,
        )
    except EmailNotValidError as error:
        # email-validator says what is wrong, but in English only.
        words = str(error) if get_language() == "en" else _("Mail does not reach this address. Is it spelt right?")
        raise ValidationError(words, code="invalid_email") from error
    return (found.ascii_email or found.normalized).lower()


def is_confirmed(user: AbstractBaseUser) -> bool:
    return bool(EmailAddress.objects.filter(user_id=user.pk, verified=True).exists())


def is_mandatory() -> bool:
    return bool(app_settings.EMAIL_VERIFICATION == app_settings.EmailVerificationMethod.MANDATORY)


def is_settled(user: AbstractBaseUser) -> bool:
    """Whether it is anybody's account yet. Under mandatory verification one with an unconfirmed address is not.

    A sign-up with somebody else's address looks done but makes no account, and nothing may show which it was.
    """
    return not is_mandatory() or is_confirmed(user)


def confirm_address(user: AbstractBaseUser) -> None:
    """Makes the account's address its only one, and confirmed: its link came back, or an operator set it."""
    email = user.email  # type: ignore[attr-defined]
    EmailAddress.objects.filter(user_id=user.pk).exclude(email=email).delete()
    EmailAddress.objects.update_or_create(user=user, email=email, defaults={"primary": True, "verified": True})
    transaction.on_commit(lambda: address_confirmed.send(type(user), user=user))
