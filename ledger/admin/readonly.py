"""A model admin that shows rows and refuses to write them, to superusers as to everyone.

The recorder and the miner are the ledger's only writers. The refusal is threefold: no permission, no action, and no
address of these admins that accepts anything but GET. Pages stay quick on tables of millions of rows: nothing counts a
whole table, sorts by an unindexed column, or filters by one that a query string names.
"""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.views.decorators.http import require_safe

from ledger.explorer.terms import read_term

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Any]
    Pages = Paginator[Any]
else:
    Admin, Pages = admin.ModelAdmin, Paginator


class BoundedPaginator(Pages):
    """Counts no further than `most` rows, so that a page of a long list costs what a page of a short one does."""

    most = 10_000

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        assert isinstance(rows, QuerySet)
        return int(rows.order_by()[: self.most].count())


class ReadOnlyAdmin(Admin):
    actions = None
    list_per_page = 50
    paginator = BoundedPaginator
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    sortable_by = ()
    number_field = "pk"
    """What a number typed into the search means."""
    filters: frozenset[str] = frozenset()
    """The query string's keys that the list understands."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Django lets a query string filter by any column: a body could be guessed letter by letter."""
        return lookup in self.filters

    def page_title(self, row: Any) -> str:
        return str(row)

    def page_context(self, row: Any) -> dict[str, Any]:
        """What a row's page shows beside its columns: at least `earlier` and `later`, its neighbours."""
        return {}

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        context |= {"title": capfirst(self.page_title(obj)), "subtitle": None, **self.page_context(obj)}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(
            request, {"title": capfirst(self.opts.verbose_name_plural), **(extra_context or {})}
        )

    def get_urls(self) -> list[URLPattern]:
        patterns: list[URLPattern] = super().get_urls()
        for pattern in patterns:
            pattern.callback = require_safe(pattern.callback)
        return patterns

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset.filter(read_term(search_term).where(self.number_field)), False
