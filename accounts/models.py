"""The user of Connect: a UUID, a unique name and a unique address, both without regard to case."""

import secrets
import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import names
from accounts.addresses import confirm_address, is_mandatory
from accounts.agents import LONGEST as LONGEST_AGENT
from accounts.fields import AddressField, FoldedField


def alike(name: str) -> Q:
    """The rows that have this name, in whatever case, or one that looks like it."""
    return Q(name_lower=name.lower()) | Q(name_look=names.look(name))


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
        return self.filter(name_lower=login.lower()).first()

    def name_is_taken(self, name: str) -> bool:
        """Whether an account has this name or one that looks like it, or the name is held."""
        return self.filter(alike(name)).exists() or HeldName.objects.filter(alike(name)).exists()

    def name_is_worn_by_other(self, name: str, than: "User") -> bool:
        """Whether somebody else's username, or one that is held, is this name or looks like it."""
        is_worn = self.exclude(pk=than.pk).filter(alike(name)).exists()
        return is_worn or HeldName.objects.filter(alike(name)).exists()

    def settled(self) -> "QuerySet[User]":
        """Whom others find: accounts that are not closed, and somebody's by now (`addresses.is_settled`)."""
        people = self.filter(is_active=True)
        return people.filter(emailaddress__primary=True, emailaddress__verified=True) if is_mandatory() else people


class User(AbstractUser):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(
        max_length=names.LONGEST,
        unique=True,
        validators=[names.validate_username],
        error_messages={"unique": _("This name is taken.")},
    )
    email = AddressField(unique=True)
    name_lower = FoldedField(of="username", fold=str.lower, max_length=names.LONGEST, unique=True)
    name_look = FoldedField(of="username", fold=names.look, max_length=names.LONGEST, unique=True)

    came_by = models.ForeignKey("Invite", null=True, editable=False, on_delete=models.SET_NULL, related_name="+")
    """The invite that the account was made with, until it has led into its room."""

    objects: ClassVar[UserManager] = UserManager()

    def clean(self) -> None:
        super().clean()
        # A form that has refused the name already leaves none.
        if self.username and User.objects.name_is_worn_by_other(self.username, than=self):
            raise ValidationError({"username": _("This name is taken, or looks like one that is.")})

    def save(self, *args: Any, **options: Any) -> None:
        if "username" in (options.get("update_fields") or ()):
            options["update_fields"] = {*options["update_fields"], "name_lower", "name_look"}
        super().save(*args, **options)


class HeldName(models.Model):
    """A name chosen at a sign-up with an address that has an account already.

    That sign-up is answered like any other (the truth goes to the address by mail) and makes no account. Were its name
    still free afterwards, choosing it once more would tell a stranger that the address has an account.
    """

    name = models.CharField(max_length=names.LONGEST, primary_key=True)
    name_lower = FoldedField(of="name", fold=str.lower, max_length=names.LONGEST, db_index=True)
    name_look = FoldedField(of="name", fold=names.look, max_length=names.LONGEST, db_index=True)

    class Meta:
        verbose_name = _("held name")
        verbose_name_plural = _("held names")

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


def draw_token() -> str:
    return secrets.token_urlsafe(24)


class Invite(models.Model):
    """A link that lets people sign up, and into one room where it names one. `invites.py` says when it is good."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token = models.CharField(max_length=43, unique=True, default=draw_token, editable=False)
    room = models.UUIDField(null=True, blank=True)
    """A bare id: what rooms are is known elsewhere."""
    by = models.ForeignKey(User, on_delete=models.CASCADE)
    made_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    uses_left = models.PositiveIntegerField(null=True)
    """Null: as often as people like."""
    domain = models.CharField(max_length=253, blank=True)

    def __str__(self) -> str:
        return f"An invite by {self.by_id}"

    def takes(self, address: str) -> bool:
        return not self.domain or address.lower().endswith(f"@{self.domain.lower()}")
