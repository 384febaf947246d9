"""Pages of the frame itself: sign-in and sign-out, one's account, 大字版, 更多, and the failed CSRF check."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views import defaults
from django.views.decorators.http import require_POST

from guanai.access import public, signed_in
from guanai.addresses import safe_next
from guanai.api import error_answer
from guanai.dependents import account_parts
from guanai.forms import PasswordForm, SignInForm

sign_in = public(
    LoginView.as_view(
        template_name="page/sign_in.html", authentication_form=SignInForm, redirect_authenticated_user=True
    )
)
sign_out = public(LogoutView.as_view())


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """After too many wrong passwords (AXES_LOCKOUT_CALLABLE): the sign-in page with the time to wait.

    Whether the user exists is not told: the lock works on whatever name was typed. Who was signed in and guessed at
    the old password on their account's page is signed out.
    """
    if request.user.is_authenticated:
        logout(request)
    cool_off: timedelta = settings.AXES_COOLOFF_TIME
    context = {
        "form": SignInForm(request),
        "limit": settings.AXES_FAILURE_LIMIT,
        "minutes": int(cool_off.total_seconds() // 60),
        "next": safe_next(request, settings.LOGIN_REDIRECT_URL),
    }
    return render(request, "page/sign_in.html", context, status=429)


@signed_in
def account(request: HttpRequest) -> HttpResponse:
    """One's own account: who is signed in, and the change of one's password, which ends every other session."""
    user = request.user
    if not user.is_authenticated:
        return redirect(settings.LOGIN_URL)
    form = PasswordForm(user, request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        update_session_auth_hash(request, form.save())
        messages.success(request, "密码已修改。别处的登录和接口令牌已一并失效，这里不用重新登录。")
        return redirect("page:account")
    parts = [
        {"heading": part.heading, "template": part.template, "context": part.context(user, user)}
        for part in account_parts()
    ]
    return render(request, "page/account.html", {"form": form, "parts": parts})


@signed_in
@require_POST
def switch_large_type(request: HttpRequest) -> HttpResponse:
    """大字版 on or off, kept with the user, then back to the page where the switch was pressed."""
    user = request.user
    if user.is_authenticated:
        user.large_type = request.POST.get("large") == "1"
        user.save(update_fields=["large_type"])
    return HttpResponseRedirect(safe_next(request, settings.LOGIN_REDIRECT_URL))


@signed_in
def more(request: HttpRequest) -> HttpResponse:
    """The whole menu as a page, for phones."""
    return render(request, "page/more.html")


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: mostly a page that lay open until the session had ended."""
    return error_answer(request, 403) or render(request, "403_csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_answer(request, 400) or defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_answer(request, 403) or defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_answer(request, 404) or defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    return error_answer(request, 500) or defaults.server_error(request)
