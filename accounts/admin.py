"""People in the admin: find, look, change. Nobody is deleted, for what they wrote stays theirs.

Nor is an account closed here: that is an entry of the ledger, and made on the page of accounts, /people/.
"""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.db import transaction
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.addresses import confirm_address
from accounts.mfa import remove_second_steps
from accounts.models import HeldName, User
from accounts.profile import profile_changed
from accounts.sessions import end_sessions

# One door: our log-in form throttles and answers alike for unknown names; the admin's own does neither.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

admin.site.register(HeldName)
admin.site.unregister(Authenticator)  # it would show everybody's secrets to who may look at tables
admin.site.unregister(EmailAddress)  # a confirmed address put to another's account resets its password

NAMES = {"username", "first_name", "last_name"}
POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")


class PasswordForm(AdminPasswordChangeForm):  # type: ignore[type-arg]
    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit)
        end_sessions(user)  # who sets their own gets a new one
        return user


@admin.register(User)
class PeopleAdmin(UserAdmin):  # type: ignore[type-arg]
    list_display = ("username", "email", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("username", "email", "=id")
    ordering = ("username",)
    readonly_fields = ("id", "is_active", "date_joined", "last_login")
    actions = ("remove_second_step",)
    change_password_form = PasswordForm
    fieldsets = (
        (None, {"fields": ("id", "username", "email", "password", "is_active")}),
        (_("Powers"), {"fields": POWERS}),
        (_("Times"), {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "email", "usable_password", "password1", "password2")}),)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Only a superuser hands out powers, or touches another superuser's account."""
        fixed = tuple(super().get_readonly_fields(request, obj))
        if _may_change_powers(request):
            return fixed
        return (*fixed, *POWERS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if obj is not None and obj.is_superuser and not _may_change_powers(request):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Form, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            confirm_address(obj)  # the old address must not log in or reset any more
        if change and NAMES & set(form.changed_data):
            transaction.on_commit(lambda: profile_changed.send(PeopleAdmin, user=obj))

    @admin.action(description=_("Remove two-step log-in (everything is lost)"), permissions=["change"])
    def remove_second_step(self, request: HttpRequest, people: QuerySet[User]) -> None:
        count = remove_second_steps(self._within_reach(request, people))
        self.message_user(request, _("Removed two-step log-in of: %(count)d.") % {"count": count})

    @staticmethod
    def _within_reach(request: HttpRequest, people: QuerySet[User]) -> QuerySet[User]:
        return people if _may_change_powers(request) else people.filter(is_superuser=False)


def _may_change_powers(request: HttpRequest) -> bool:
    return request.user.is_active and request.user.is_superuser
