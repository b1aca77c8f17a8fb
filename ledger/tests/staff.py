"""People who may see the admin."""

from django.contrib.auth.models import Permission

from accounts.models import User


def make_staff(user: User, *permissions: str) -> None:
    user.is_staff = True
    user.save()
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
