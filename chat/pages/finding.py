"""Finding what a page is asked for: rooms, people, numbers."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, QueryDict
from django.shortcuts import get_object_or_404

from accounts.models import User
from accounts.requests import user_of
from chat.models import Room
from chat.names import name_rooms
from chat.people import is_called

PEOPLE_SHOWN = 50


def find_room(request: HttpRequest, slug: str) -> Room:
    """The room under the name that the user knows it by; 404 where it does not exist for them."""
    user = user_of(request)
    return name_rooms([get_object_or_404(Room.objects.visible_to(user), slug=slug)], user)[0]


def read_number(value: str, most: int = 10**15 - 1) -> int:
    """A number in an address or a form. 404 for what is none."""
    if not (value.isascii() and value.isdigit() and len(value) <= len(str(most)) and int(value) <= most):
        raise Http404
    return int(value)


def read_id(value: str) -> UUID:
    """An id in a form. 404 for what is none."""
    try:
        return UUID(value)
    except ValueError:
        raise Http404 from None


def find_person(request: HttpRequest) -> User:
    """Whom the form's `person` names; 404 where there is nobody."""
    return get_object_or_404(User, pk=read_id(request.POST.get("person", "")))


def read_query(form: QueryDict) -> str:
    """What somebody typed to find people or rooms."""
    return form.get("q", "").replace("\0", "").strip()[:80]


def read_ids(values: Iterable[str]) -> list[UUID]:
    """Those of what a form or an address names that are ids."""
    ids = []
    for value in values:
        try:
            ids.append(UUID(value))
        except ValueError:
            continue
    return ids


def named(people: QuerySet[User], query: str) -> QuerySet[User]:
    """Those whose names hold each word of it."""
    for word in query.lstrip("@").split():
        people = people.filter(is_called("icontains", word))
    return people


class PeopleChoice:
    """People to choose from: whom the search finds, and whom the form holds as chosen already.

    A form that searches is sent like one that is done, so what was chosen stays chosen while one goes on looking.
    """

    def __init__(self, request: HttpRequest, without: Iterable[UUID]) -> None:
        self.query = read_query(request.POST)
        self.is_search = "search" in request.POST
        candidates = User.objects.settled().exclude(pk__in=without).order_by("username")
        self.chosen = list(candidates.filter(pk__in=read_ids(request.POST.getlist("person"))))
        found = named(candidates, self.query).exclude(pk__in=[user.pk for user in self.chosen])
        self.found = list(found[: PEOPLE_SHOWN + 1])
        self.has_more = len(self.found) > PEOPLE_SHOWN
        del self.found[PEOPLE_SHOWN:]
