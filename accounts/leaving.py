"""Closing one's own account: nobody logs in by it any more, and what was said stays, for the ledger forgets nothing."""

from allauth.account.decorators import reauthentication_required
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError, transaction
from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.requests import user_of
from accounts.sessions import end_sessions

account_closed = Signal()
"""Sent with `user` who has closed their own account."""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(app="allauth.account")  # type: ignore[untyped-decorator]
def leave(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    if request.method == "POST" and close_own_account(user):
        logout(request)
        return redirect("account_inactive")
    return render(request, "account/settings/leave.html", {"is_last_owner": is_last_owner(user)})


def close_own_account(user: User) -> bool:
    """False for the last owner: nobody could open anything again. Open sockets close within two seconds."""
    try:
        with transaction.atomic():
            list(User.objects.select_for_update().filter(is_superuser=True).order_by("pk"))  # of two at once one stays
            if is_last_owner(user):
                return False
            User.objects.filter(pk=user.pk).update(is_active=False)
            end_sessions(user)
    except IntegrityError:  # another owner was first, and this database does not let the second one wait
        return False
    account_closed.send(User, user=user)
    return True


def is_last_owner(user: User) -> bool:
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    return user.is_superuser and not others.exists()
