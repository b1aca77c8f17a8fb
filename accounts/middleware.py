"""Takes a program's token for a session; notes with a page, at most once a minute, that its session is in use."""

from collections.abc import Awaitable, Callable
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
            return _tell_program(request, response, bears_token=bears_token)

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        bears_token = take_token(request)
        response = cast(Answer, get_response)(request)
        return _tell_program(request, response, bears_token=bears_token)

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


def _tell_program(request: HttpRequest, response: HttpResponseBase, *, bears_token: bool) -> HttpResponseBase:
    """Whoever asks with a token, or for JSON, is told what a browser is led to the log-in for."""
    if _leads_to_log_in(response) and (bears_token or wants_json(request)):
        return refuse_program(bears_token=bears_token)
    return response


def _leads_to_log_in(response: HttpResponseBase) -> bool:
    return response.headers.get("Location", "").partition("?")[0] == settings.LOGIN_URL


def _is_due(request: HttpRequest) -> bool:
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    return bool(key) and is_due(cast(str, key))
