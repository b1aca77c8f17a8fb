"""Rooms in the admin: only superusers change them, and only the legal hold. Names and topics change by entries."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from chat.models import Room

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Room]
else:
    Admin = admin.ModelAdmin


@admin.register(Room)
class RoomAdmin(Admin):
    list_display = ("name", "slug", "access", "legal_hold")
    list_filter = ("legal_hold",)
    search_fields = ("name", "slug")
    fields = ("name", "slug", "topic", "access", "legal_hold")
    readonly_fields = ("name", "slug", "topic", "access")
    actions = None

    def has_view_permission(self, request: HttpRequest, obj: Room | None = None) -> bool:
        return _is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Room | None = None) -> bool:
        return _is_superuser(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Room | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Room, form: Any, change: bool) -> None:
        """This column alone: a page that was open for long must not bring an older name back."""
        obj.save(update_fields=["legal_hold"])


def _is_superuser(request: HttpRequest) -> bool:
    return request.user.is_active and request.user.is_superuser
