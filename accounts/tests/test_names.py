import pytest
from django.core.exceptions import ValidationError

from accounts import names
from accounts.models import User


@pytest.mark.parametrize("name", ["al", "Anna", "x_y.z-0", "_a_", "7of9", "a" * 32])
def test_a_plain_name_is_allowed(name: str) -> None:
    names.validate_username(name)
    names.check_not_reserved(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a",
        "a" * 33,
        "anna.",
        "anna-",
        ".anna",
        "-anna",
        "an na",
        "an@na",
        "anna\n",
        "jürgen",
        "аnna",
        "a\u200bnna",
        "ann/a",
    ],
)
def test_a_name_that_a_mention_could_not_find_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        names.validate_username(name)


@pytest.mark.parametrize(
    "name", ["admin", "Admin", "ad.min_", "adm1n", "AdmIn", "Iogin", "ro0t", "World", "everyone", "here", "connect"]
)
def test_a_reserved_name_is_refused_however_it_is_dressed(name: str) -> None:
    with pytest.raises(ValidationError, match="reserved"):
        names.check_not_reserved(name)


@pytest.mark.parametrize("name", ["admin", "owner"])
def test_the_owner_may_pass_for_the_site_but_not_for_everybody(name: str) -> None:
    names.check_not_reserved(name, names.GROUPS)
    with pytest.raises(ValidationError):
        names.check_not_reserved("everyone", names.GROUPS)


@pytest.mark.parametrize(("name", "twin"), [("Alice", "AIice"), ("alice", "a1ice"), ("bob", "b0b"), ("Ian", "lan")])
def test_names_that_look_alike_have_one_look(name: str, twin: str) -> None:
    assert names.look(name) == names.look(twin)


@pytest.mark.parametrize(("name", "other"), [("lia", "ila"), ("mali", "mail"), ("anna", "anne"), ("user2", "user3")])
def test_names_that_differ_look_different(name: str, other: str) -> None:
    assert names.look(name) != names.look(other)


@pytest.mark.parametrize("fields", [None, ["username"]])
def test_what_a_name_comes_to_changes_with_the_name(bob: User, fields: list[str] | None) -> None:
    bob.username = "New0ne"
    bob.save(update_fields=fields)
    stored = User.objects.get(pk=bob.pk)
    assert (stored.name_lower, stored.name_look) == ("new0ne", "newone")
    assert not User.objects.name_is_taken("bob.b")
    assert User.objects.name_is_taken("NEWONE")
