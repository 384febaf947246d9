"""The steps between the right password and the first page: code, first password, setting the second factor up.

The door (`orgs.middleware`) opens each of them alone while it is due; a page that is not due leads on.
"""

from urllib.parse import quote

import pghistory
import segno
from axes.helpers import get_client_ip_address
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django_otp import login as pass_second_factor

from guanai.access import get_or_post, signed_in
from guanai.addresses import safe_next
from guanai.enums import Verb
from guanai.forms import FirstPasswordForm
from guanai.trail import note
from orgs.forms import CodeForm, SetUpForm
from orgs.models import SecondFactor, User
from orgs.resets import tell_of_resets
from orgs.scope import user_of
from orgs.services import begin_second_factor, confirm_second_factor, verify_code
from orgs.signing_in import Step, needs_second_factor, next_step

ISSUER = "关工委"
BEGUN = "begun_second_factor"


def onward(request: HttpRequest) -> HttpResponse:
    """To the page that was wanted in the first place; if a step is left, the door puts it before."""
    tell_of_resets(request)
    return HttpResponseRedirect(safe_next(request, "/"))


@signed_in
@never_cache
@get_or_post
def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask for a code of the app, or for a recovery code."""
    user = user_of(request)
    if next_step(user) != Step.CODE:
        return onward(request)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        factor = verify_code(user=user, code=form.cleaned_data["code"])
        if factor is not None:
            _pass(request, factor)
            return onward(request)
        note(Verb.CODE_REFUSED, request=request, record=user)
        form.refuse()
    return render(request, "orgs/second_factor.html", {"form": form, "next": safe_next(request, "/")})


def _pass(request: HttpRequest, factor: SecondFactor) -> None:
    """This session has passed; its key changes, so that one noted before is worth nothing."""
    request.session.cycle_key()
    pass_second_factor(request, factor)
    note(Verb.CODE_PASSED, request=request)


@signed_in
@never_cache
@get_or_post
def first_password(request: HttpRequest) -> HttpResponse:
    """A password of one's own in the place of the one that somebody else made."""
    user = user_of(request)
    if next_step(user) != Step.PASSWORD:
        return onward(request)
    form = FirstPasswordForm(user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        user.must_change_password = False
        update_session_auth_hash(request, form.save())
        return onward(request)
    return render(request, "orgs/first_password.html", {"form": form, "next": safe_next(request, "/")})


@signed_in
@never_cache
@get_or_post
def second_factor_setup(request: HttpRequest) -> HttpResponse:
    """Set an authenticator app up: each session begins a key of its own, a code of it puts it in force.

    The recovery codes are in the answer to the right code, and nowhere afterwards.
    """
    user = user_of(request)
    if user.has_second_factor:
        return redirect("page:account")
    asked = next_step(user) == Step.SET_UP
    form = SetUpForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        confirmed = confirm_second_factor(user=user, code=form.cleaned_data["code"])
        if confirmed is not None:
            factor, codes = confirmed
            user.has_second_factor = True
            _pass(request, factor)
            tell_of_resets(request)
            shown = {"codes": codes, "onward": safe_next(request, "/" if asked else "page:account")}
            return render(request, "orgs/recovery_codes.html", shown)
        form.refuse()
    factor = _begun(request, user)
    context = {
        "form": form,
        "secret": grouped(factor.secret),
        "picture": qr_code(user, factor.secret),
        "must": needs_second_factor(user),
        "next": safe_next(request, "/" if asked else "page:account"),
    }
    return render(request, "orgs/second_factor_setup.html", context)


def _begun(request: HttpRequest, user: User) -> SecondFactor:
    """The key that this session has begun. One of another session is forgotten: whoever sat there has seen it."""
    begun: SecondFactor | None = SecondFactor.objects.filter(user=user, confirmed=False).first()
    if begun is None or request.session.get(BEGUN) != begun.pk:
        # The page is opened by a link, of which the history of rows would not know who followed it.
        with pghistory.context(user=user.pk, url=request.path, address=get_client_ip_address(request)):
            begun = begin_second_factor(user=user)
        request.session[BEGUN] = begun.pk
    return begun


def grouped(secret: str) -> str:
    """Four signs at a time, to be typed."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def qr_code(user: User, secret: str) -> SafeString:
    """The key as authenticator apps read it (otpauth address of Google's Key Uri Format), as an SVG without styles."""
    label = quote(f"{ISSUER}:{user.username}")
    address = f"otpauth://totp/{label}?secret={secret}&issuer={quote(ISSUER)}"
    picture = segno.make(address, error="m", micro=False)
    svg = picture.svg_inline(scale=5, border=4, svgclass="qr", lineclass=None, title="双因素验证的二维码")
    return mark_safe(svg)  # noqa: S308 - drawn by the library from an address that is encoded
