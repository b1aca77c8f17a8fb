"""Forms of rooms."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.display_names import drop_hidden
from chat.models import Room


class OneLineField(forms.CharField):
    """White space of any kind is one space, and what cannot be seen is left out: it turns what stands around it."""

    def to_python(self, value: object) -> str:
        words = map(drop_hidden, str(super().to_python(value) or "").split())
        return " ".join(filter(None, words))


class RoomForm(forms.Form):
    name = OneLineField(label=_("Name"), max_length=80)
    topic = OneLineField(label=_("Topic"), max_length=250, required=False, help_text=_("What it is about."))
    access = forms.ChoiceField(
        label=_("Who may read"),
        choices=[
            (Room.Access.PUBLIC.value, _("Public")),
            (Room.Access.PRIVATE.value, _("Private")),
        ],
        initial=Room.Access.PUBLIC.value,
        help_text=_("Public: everybody may read and join. Private: only people who are added."),
    )


class WorldForm(forms.Form):
    """A room for everyone stays that."""

    name = OneLineField(label=_("Name"), max_length=80)
    topic = OneLineField(label=_("Topic"), max_length=250, required=False)
