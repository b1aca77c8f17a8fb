"""What happens with a log-in and a log-out."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import User
from accounts.sessions import forget, list_sessions, note_request


@receiver(user_logged_in)
def begin_session(request: HttpRequest, user: User, **signal: Any) -> None:
    if not request.session.session_key:
        request.session.save()
    list_sessions(user, None)  # removes rows of dead ones, so that they do not add up
    request.user = user
    note_request(request)


@receiver(user_logged_out)
def finish_session(request: HttpRequest, **signal: Any) -> None:
    forget(request.session.session_key)
