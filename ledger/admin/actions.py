"""The block list's two buttons: mine a block, verify the chain."""

import time

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from ledger.display import grouped
from ledger.errors import LedgerError, Stopped
from ledger.sealing import REQUEST_S, seal
from ledger.validity import current_validity, forget_validity


def may_mine(request: HttpRequest) -> bool:
    """Mining adds a block: for superusers, and staff who were given that permission."""
    return request.user.has_perm("ledger.add_block")


@require_POST
def mine_view(request: HttpRequest) -> HttpResponse:
    """Seals what is pending and shows the new block; where there is none, why."""
    if not may_mine(request):
        raise PermissionDenied
    give_up_s = time.monotonic() + REQUEST_S
    try:
        sealed = seal(should_stop=lambda: time.monotonic() > give_up_s)
    except Stopped:
        words = _("No nonce within %(seconds)d s. Leave this difficulty to manage.py mine_block.")
        messages.error(request, words % {"seconds": REQUEST_S})
    except LedgerError as error:
        messages.error(request, str(error))
    else:
        forget_validity()
        height, count = sealed.block.height, sealed.messages
        words = ngettext(
            "Block %(height)s sealed %(count)s message after %(attempts)s attempts in %(seconds)s s.",
            "Block %(height)s sealed %(count)s messages after %(attempts)s attempts in %(seconds)s s.",
            count,
        )
        numbers = {"height": grouped(height), "count": grouped(count), "attempts": grouped(sealed.attempts)}
        messages.success(request, words % {**numbers, "seconds": f"{sealed.seconds:.1f}"})
        return redirect("admin:ledger_block_change", height)
    return redirect("admin:ledger_block_changelist")


@require_POST
def verify_view(request: HttpRequest) -> HttpResponse:
    """What /valid answers, with the findings whole: a request never audits a long log, however often it is sent."""
    if not request.user.has_perm("ledger.view_block"):
        raise PermissionDenied
    title = _("Verify the chain")
    context = {**admin.site.each_context(request), "title": title, "validity": current_validity()}
    return render(request, "admin/ledger/verify.html", context)
