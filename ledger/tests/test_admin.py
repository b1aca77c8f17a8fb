"""The admin shows the ledger and alters nothing, whoever asks and however."""

from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models
from django.test import Client

from accounts.models import User
from ledger.models import Block, Cosignature, Message
from ledger.tests.builders import small_chain
from ledger.tests.staff import make_staff

LEDGER_MODELS = list(apps.get_app_config("ledger").get_models())
WRITING_METHODS = ("post", "put", "patch", "delete")
BY_DESIGN = {"ledger_block_mine", "ledger_block_verify"}


@pytest.fixture
def chain(db: None) -> None:
    """One row or more in every table of the ledger."""
    tip = small_chain().blocks[-1]
    Cosignature.objects.create(id=UUID(int=1), block=tip, vkey="witness+00+AA", time_s=1, signature=bytes(64))


@pytest.fixture
def owner(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def rows(model: type[models.Model]) -> list[tuple[object, ...]]:
    return [
        tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)
        for row in model._default_manager.order_by("pk").values_list()
    ]


def everything() -> dict[str, list[tuple[object, ...]]]:
    return {model.__name__: rows(model) for model in LEDGER_MODELS}


def addresses(model: type[models.Model]) -> dict[str, str]:
    """Every address that the model's admin answers, by name or route, for an existing row."""
    pk = str(model._default_manager.latest("pk").pk)
    base = f"/admin/ledger/{model.__name__.lower()}/"
    patterns = admin.site._registry[model].get_urls()
    routes = {pattern.name or str(pattern.pattern): str(pattern.pattern) for pattern in patterns}
    return {name: base + route.replace("<path:object_id>", pk) for name, route in routes.items()}


def forged(model: type[models.Model]) -> dict[str, str]:
    """What a change form, a changed list and a bulk deletion would send, all at once."""
    row = model._default_manager.latest("pk")
    fields = {field.name: "1" for field in model._meta.concrete_fields}
    listed = {f"form-0-{name}": "1" for name in fields} | {f"form-0-{row._meta.pk.name}": str(row.pk)}
    formset = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-MAX_NUM_FORMS": "1"}
    action = {"action": "delete_selected", "_selected_action": str(row.pk), "index": "0", "post": "yes"}
    return {**fields, **listed, **formset, **action, "_save": "Save"}


@pytest.mark.parametrize("model", LEDGER_MODELS)
@pytest.mark.parametrize("method", WRITING_METHODS)
def test_no_address_of_a_table_takes_a_write(
    owner: Client, chain: None, model: type[models.Model], method: str
) -> None:
    before = everything()
    assert before[model.__name__], "an empty table would prove nothing"
    tried = {name: address for name, address in addresses(model).items() if name not in BY_DESIGN}
    assert {name.rpartition("_")[2] for name in tried} >= {"changelist", "add", "change", "delete", "history"}
    for name, address in tried.items():
        send = getattr(owner, method)
        response = send(address, forged(model)) if method == "post" else send(address)
        assert response.status_code == 405, name
    assert everything() == before


@pytest.mark.parametrize("model", LEDGER_MODELS)
def test_a_row_can_be_seen_but_there_is_no_form_for_it(owner: Client, chain: None, model: type[models.Model]) -> None:
    tried = addresses(model)
    prefix = f"ledger_{model.__name__.lower()}_"
    assert owner.get(tried[prefix + "changelist"]).status_code == 200
    page = owner.get(tried[prefix + "change"]).content.decode()
    assert 'id="content-main"' in page
    content = page.partition('id="content-main"')[2]
    assert "<form" not in content
    assert "<input" not in content
    for refused in ("add", "delete"):
        assert owner.get(tried[prefix + refused]).status_code == 403


@pytest.mark.parametrize("model", LEDGER_MODELS)
def test_nobody_has_a_permission_to_write_in_the_admin(
    owner: Client, model: type[models.Model], rf: Any, alice: User
) -> None:
    request = rf.get("/")
    request.user = alice
    table = admin.site._registry[model]
    assert table.get_model_perms(request) == {"add": False, "change": False, "delete": False, "view": True}
    assert table.get_actions(request) == {}
    assert table.get_inline_instances(request) == []


def test_deleting_a_person_in_the_admin_leaves_the_ledger_as_it_was(owner: Client, chain: None, bob: User) -> None:
    before = everything()
    owner.post(f"/admin/accounts/user/{bob.pk}/delete/", {"post": "yes"})
    owner.post("/admin/accounts/user/", {"action": "delete_selected", "_selected_action": str(bob.pk), "post": "yes"})
    assert everything() == before


def test_a_member_does_not_get_in(client: Client, chain: None, bob: User) -> None:
    client.force_login(bob)
    for model in LEDGER_MODELS:
        for address in addresses(model).values():
            assert client.get(address).status_code in (302, 403, 405), address


def test_staff_see_only_the_tables_they_may(client: Client, chain: None, bob: User) -> None:
    make_staff(bob, "view_block")
    client.force_login(bob)
    assert client.get("/admin/ledger/block/").status_code == 200
    assert client.get("/admin/ledger/message/").status_code == 403


def test_what_was_said_is_for_superusers(client: Client, chain: None, alice: User, bob: User) -> None:
    message = Message.objects.get(body__contains='"first"')
    address = f"/admin/ledger/message/{message.pk}/change/"
    assert message.salt is not None
    make_staff(bob, "view_message")
    client.force_login(bob)
    page = client.get(address).content.decode()
    assert bytes(message.hash).hex() in page
    assert "&quot;first&quot;" not in page
    assert bytes(message.salt).hex() not in page
    client.force_login(alice)
    page = client.get(address).content.decode()
    assert "&quot;first&quot;" in page
    assert bytes(message.salt).hex() in page


@pytest.mark.parametrize("lookup", ["body__startswith", "salt", "author__gte", "kind__contains", "block__nonce"])
def test_a_query_string_filters_by_no_column_of_its_own_choice(
    client: Client, chain: None, bob: User, lookup: str
) -> None:
    make_staff(bob, "view_message")
    client.force_login(bob)
    assert client.get("/admin/ledger/message/", {lookup: "a"}).status_code == 400


def test_a_tampered_row_can_still_be_looked_at(owner: Client, chain: None) -> None:
    tip = Block.objects.latest("height")
    Block.objects.filter(pk=tip.pk).update(time_ms=2**62, bits=300, root=b"")
    message = Message.objects.latest("id")
    Message.objects.filter(pk=message.pk).update(body="{broken", kind="nonsense", received_ms=-(2**62), seen_seq=3)
    for address in (f"block/{tip.pk}", f"message/{message.pk}"):
        assert owner.get(f"/admin/ledger/{address}/change/").status_code == 200
    for address in ("/admin/", "/admin/ledger/block/", "/admin/ledger/message/"):
        assert owner.get(address).status_code == 200


def test_a_row_that_is_not_there_leads_back_to_the_index(owner: Client, chain: None) -> None:
    for pk in ("999", "99999999999999999999999", "abc"):
        assert owner.get(f"/admin/ledger/block/{pk}/change/").status_code == 302
