"""Takes a program's token for a session; notes with a page, at most once a minute, that its session is in use."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from inspect import iscoroutinefunction
from typing import cast

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from accounts.requests import wants_json
from accounts.sessions import is_due, note_request
from accounts.tokens import refuse_program, take_token

Answer = Callable[[HttpRequest], HttpResponseBase]
AsyncAnswer = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@sync_and_async_middleware
def take_tokens(get_response: Answer | AsyncAnswer) -> Answer | AsyncAnswer:
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            bears_token = take_token(request)
            response = await cast(AsyncAnswer, get_response)(request)
            if bears_token:
                return await sync_to_async(_tell_bearer)(request, response)
            return _tell_asker(request, response)

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        bears_token = take_token(request)
        response = cast(Answer, get_response)(request)
        return _tell_bearer(request, response) if bears_token else _tell_asker(request, response)

    return answer


@sync_and_async_middleware
def note_sessions(get_response: Answer | AsyncAnswer) -> Answer | AsyncAnswer:
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            if _is_due(request):
                await sync_to_async(note_request)(request)
            return await cast(AsyncAnswer, get_response)(request)

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        if _is_due(request):
            note_request(request)
        return cast(Answer, get_response)(request)

    return answer


def _tell_bearer(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Where a token has ended, "nothing here" is no answer either: there may be something for its person."""
    is_hidden = response.status_code == HTTPStatus.NOT_FOUND and not _is_somebody(request)
    return refuse_program(bears_token=True) if is_hidden or _leads_to_log_in(response) else response


def _tell_asker(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    return refuse_program(bears_token=False) if _leads_to_log_in(response) and wants_json(request) else response


def _is_somebody(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated


def _leads_to_log_in(response: HttpResponseBase) -> bool:
    return response.headers.get("Location", "").partition("?")[0] == settings.LOGIN_URL


def _is_due(request: HttpRequest) -> bool:
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    return bool(key) and is_due(cast(str, key))
