"""Who a name and a password belong to. Every answer takes one hash, whether the account exists or not."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from accounts.addresses import is_settled
from accounts.models import User


class LoginBackend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's own asks by address and then by name: a known address costs two hashes, an unknown one one."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        login = credentials.get("username") or credentials.get("email")
        password = credentials.get("password")
        if not login or not password:
            return None
        user = User.objects.with_login(login)
        if user is None:
            make_password(password)
            return None
        if not user.check_password(password) or not is_settled(user):
            return None
        if not self.user_can_authenticate(user):
            self._stash_user(user)  # allauth then shows "this account is switched off" to who knows its password
            return None
        return user
