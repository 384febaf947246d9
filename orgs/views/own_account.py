"""What somebody does with their own account beside the password: second factor, tokens of the API."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from guanai.access import get_or_post, signed_in
from guanai.attempts import attempt
from orgs.forms import CodeForm, TokenForm
from orgs.models import ApiToken, SecondFactor, User
from orgs.scope import user_of
from orgs.services import issue_token, leave_second_factor, renew_recovery_codes, revoke_token
from orgs.signing_in import needs_second_factor

CODES, OFF = "codes", "off"
SHOWN_TOKENS = 20


def second_factor_part(account: User, user: User) -> dict[str, Any]:
    """Is the second factor in force, and how many recovery codes are left?"""
    factor = SecondFactor.objects.filter(user=user, confirmed=True).first()
    left = factor.recovery_codes.filter(used_at=None).count() if factor else 0
    return {"factor": factor, "left": left, "must": needs_second_factor(user)}


def tokens_part(account: User, user: User) -> dict[str, Any]:
    return {"tokens": ApiToken.objects.filter(user=user, revoked_at=None)[:SHOWN_TOKENS], "now": timezone.now()}


@signed_in
@never_cache
@get_or_post
def second_factor_change(request: HttpRequest, verb: str) -> HttpResponse:
    """New recovery codes, or the end of the second factor; each against a code."""
    if verb not in (CODES, OFF):
        raise Http404("no such step")
    user = user_of(request)
    if not user.has_second_factor:
        return redirect("page:account")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        answer = _change(request, user, form, verb)
        if answer is not None:
            return answer
    return render(request, "orgs/second_factor_change.html", {"form": form, "off": verb == OFF})


def _change(request: HttpRequest, user: User, form: CodeForm, verb: str) -> HttpResponse | None:
    code = form.cleaned_data["code"]
    if verb == CODES:
        codes = renew_recovery_codes(user=user, code=code)
        if codes is not None:
            return render(request, "orgs/recovery_codes.html", {"codes": codes, "onward": reverse("page:account")})
        form.refuse()
        return None
    try:
        if leave_second_factor(user=user, code=code):
            messages.success(request, "双因素验证已停用。")
            return redirect("page:account")
    except ValidationError as problems:
        form.add_error(None, problems)
        return None
    form.refuse()
    return None


@signed_in
@never_cache
@get_or_post
def token_create(request: HttpRequest) -> HttpResponse:
    """Make a token; it is in this answer and nowhere afterwards."""
    form = TokenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        issued = attempt(form, lambda: issue_token(user=user_of(request), **form.cleaned_data))
        if issued is not None:
            return render(request, "orgs/token_issued.html", {"issued": issued})
    return render(request, "orgs/token_form.html", {"form": form, "cancel_url": reverse("page:account")})


@signed_in
@require_POST
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a token of one's own."""
    token = get_object_or_404(ApiToken, user=user_of(request).pk, pk=pk)
    revoke_token(token=token)
    messages.success(request, f"令牌“{token.name}”已吊销。")
    return redirect("page:account")
