"""What a program that asks for JSON is told where a browser gets the page again."""

from django.http import JsonResponse

from chat.refusals import Refusal
from ledger.programs import refuse


def tell_refusal(refusal: Refusal, words: str) -> JsonResponse:
    """`{code, detail}`, and in a header when to try again, where that is known."""
    response = refuse(refusal.status, refusal.code, words)
    if refusal.after_ms is not None:
        response["Retry-After"] = str(-(-refusal.after_ms // 1000))
    return response
