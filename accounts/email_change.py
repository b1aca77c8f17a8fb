"""Another address for an account, and what happens until the new one is confirmed: nothing.

The link in the mail names the account, its old address and the new one. It works for who is logged in to that account:
a stranger who gets it by a slip of the keyboard must not get the account with it. It dies with the first change.
"""

from dataclasses import dataclass

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.addresses import confirm_address
from accounts.models import User

LINK_LIFE_S = 3 * 24 * 3600
SALT = "accounts.email_change"


@dataclass(frozen=True, slots=True)
class Change:
    old: str
    new: str


def must_confirm() -> bool:
    """Without verification the site sends no mail that anybody waits for."""
    return bool(app_settings.EMAIL_VERIFICATION != app_settings.EmailVerificationMethod.NONE)


def ask_for_change(request: HttpRequest, user: User, address: str) -> None:
    """Sends the link, or without verification changes at once. Raises ValidationError; then nothing has happened.

    An address that somebody else has is answered like a free one wherever a mail can tell the truth instead.
    """
    if address == user.email:
        raise ValidationError(_("This is your address already."), code="same")
    if not ratelimit.consume(request, action="change_email", user=user, key=address):
        raise get_adapter().validation_error("too_many_login_attempts")
    if not must_confirm():
        change_address(request, user, Change(user.email, address))
    elif User.objects.filter(email=address).exists():
        get_adapter().send_mail("account/email/email_change_taken", address, {"username": user.username})
    else:
        link = request.build_absolute_uri(reverse("account_email_confirm", args=[sign_change(user, address)]))
        get_adapter().send_mail("account/email/email_change", address, {"username": user.username, "link": link})


def sign_change(user: User, address: str) -> str:
    return signing.dumps([user.pk.hex, user.email, address], salt=SALT)


def read_change(user: User, token: str) -> Change | None:
    """What the link asks for; None for another account's, a used or an old one."""
    try:
        owner, old, new = signing.loads(token, salt=SALT, max_age=LINK_LIFE_S)
    except signing.BadSignature:
        return None
    return Change(old, new) if (owner, old) == (user.pk.hex, user.email) else None


def change_address(request: HttpRequest, user: User, change: Change) -> None:
    """Raises ValidationError when somebody else has the address by now."""
    try:
        with transaction.atomic():
            if not User.objects.filter(pk=user.pk, email=change.old).update(email=change.new):
                raise get_adapter().validation_error("email_taken")  # another change was first
            user.email = change.new
            if must_confirm():
                confirm_address(user)
            else:
                EmailAddress.objects.filter(user_id=user.pk).delete()
                EmailAddress.objects.create(user=user, email=change.new, primary=True)
    except IntegrityError as error:
        user.email = change.old
        raise get_adapter().validation_error("email_taken") from error
    context = {"username": user.username, "new_email": change.new}
    get_adapter().send_notification_mail("account/email/email_changed", user, context, email=change.old)
