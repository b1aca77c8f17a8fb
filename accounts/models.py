"""The user of Connect: a UUID, a unique name and a unique address, both without regard to case."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models
from django.db.models import F, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Lower, Replace
from django.utils import timezone

from accounts import names
from accounts.addresses import confirm_address
from accounts.agents import LONGEST as LONGEST_AGENT


def look_of(column: str) -> Lower:
    """`names.look` in SQL."""
    expression: Combinable = F(column)
    for letter, twin in names.LOOK_ALIKES.items():
        expression = Replace(expression, Value(letter), Value(twin))
    return Lower(expression)


def _holds_alike(rows: QuerySet[Any], column: str, name: str) -> bool:
    """Whether a row has this name or one that looks like it."""
    found = rows.alias(lower=Lower(column), look=look_of(column))
    return bool(found.filter(Q(lower=name.lower()) | Q(look=names.look(name))).exists())


class UserManager(DjangoUserManager["User"]):
    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        return super().normalize_email(email).lower()

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **extra: Any
    ) -> "User":
        user = super().create_superuser(username, email, password, **extra)
        if user.email:
            confirm_address(user)  # whoever can run commands here needs no link to log in
        return user

    def with_login(self, login: str) -> "User | None":
        """Whom `login` names: an address when it holds an @, which no username does."""
        if "@" in login:
            return self.filter(email=login.lower()).first()
        return self.alias(lower=Lower("username")).filter(lower=login.lower()).first()

    def name_is_taken(self, name: str) -> bool:
        """Whether an account has this name or one that looks like it, or the name is held."""
        return _holds_alike(self.all(), "username", name) or _holds_alike(HeldName.objects.all(), "name", name)

    def name_is_worn_by_other(self, name: str, than: "User") -> bool:
        """Whether somebody else's username is this name or looks like it."""
        return _holds_alike(self.exclude(pk=than.pk), "username", name)


class User(AbstractUser):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(
        max_length=names.LONGEST,
        unique=True,
        validators=[names.validate_username],
        error_messages={"unique": "This name is taken."},
    )
    email = models.EmailField(unique=True)

    objects: ClassVar[UserManager] = UserManager()

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(Lower("username"), name="user_username_ci"),
            models.UniqueConstraint(look_of("username"), name="user_username_look"),
            models.UniqueConstraint(Lower("email"), name="user_email_ci"),
        ]


class HeldName(models.Model):
    """A name chosen at a sign-up with an address that has an account already.

    That sign-up is answered like any other (the truth goes to the address by mail) and makes no account. Were its name
    still free afterwards, choosing it once more would tell a stranger that the address has an account.
    """

    name = models.CharField(max_length=names.LONGEST, primary_key=True)

    def __str__(self) -> str:
        return self.name


class UserSession(models.Model):
    """What a person is told of a session of theirs; the session itself is Django's row of the same key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    session_key = models.CharField(max_length=40, unique=True)
    user_agent = models.CharField(max_length=LONGEST_AGENT, blank=True)
    address = models.GenericIPAddressField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"a session of {self.user_id}"
