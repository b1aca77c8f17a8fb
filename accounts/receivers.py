"""What happens with a log-in and a log-out, a new password and an address that is confirmed."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed, password_changed, password_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.addresses import address_confirmed
from accounts.models import User
from accounts.sessions import end_sessions, forget, note_request


@receiver(user_logged_in)
def begin_session(request: HttpRequest, user: User, **signal: Any) -> None:
    if not request.session.session_key:
        request.session.save()
    request.user = user
    note_request(request)


@receiver(user_logged_out)
def finish_session(request: HttpRequest, **signal: Any) -> None:
    forget(request.session.session_key)


@receiver([password_changed, password_reset])
def end_other_sessions(request: HttpRequest, user: User, **signal: Any) -> None:
    """They log nobody in any more; without their rows they are pushed nothing either."""
    end_sessions(user, but=request.session.session_key)


@receiver(email_confirmed)
def tell_confirmed(email_address: EmailAddress, **signal: Any) -> None:
    address_confirmed.send(User, user=email_address.user)
