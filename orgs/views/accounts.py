"""Pages of who keeps the accounts: list, one account, its verbs, its roles."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guanai.access import get_or_post, needs
from guanai.attempts import attempt, submitted
from guanai.listing import make_listing, render_list
from orgs.accounts import (
    SOON,
    account_for_user_or_404,
    accounts_for_user,
    check_manages,
    ending_soon,
    locked_usernames,
    manages,
    membership_for_user_or_404,
    own_branch_roles,
)
from orgs.enums import SECOND_FACTOR_ROLES, Action
from orgs.forms import AccountFilterForm, AccountForm, EndRoleForm, NameForm, RoleFields, RoleForm, asks_for_units
from orgs.models import Membership, User
from orgs.scope import user_of
from orgs.services import (
    Issued,
    assign_role,
    correct_name,
    create_account,
    deactivate,
    end_role,
    reactivate,
    reset_password,
    reset_second_factor,
    unlock,
)

Fields = TypeVar("Fields", bound=RoleFields)


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account as the list and its page show it: only the roles on the reader's branches."""

    account: User
    roles: list[Membership]
    is_locked: bool

    @property
    def lacks_second_factor(self) -> bool:
        today = timezone.localdate()
        asked = any(role.role in SECOND_FACTOR_ROLES and role.runs_on(today) for role in self.roles)
        return asked and not self.account.has_second_factor


@needs(Action.MANAGE_ACCOUNTS)
@never_cache
@require_safe
def account_list(request: HttpRequest) -> HttpResponse:
    """The accounts of the user's branches."""
    user = user_of(request)
    form = AccountFilterForm(request.GET, user=user)
    listing = make_listing(request, form.narrow(accounts_for_user(user)), measure="个", form=form)
    locked = locked_usernames()
    rows = [
        AccountRow(account, own_branch_roles(user, account.roles), account.username in locked)
        for account in listing.page
    ]
    context = {"rows": rows, "ending": ending_soon(user).count(), "today": timezone.localdate()}
    return render_list(request, "orgs/account_list.html", listing, context)


@needs(Action.MANAGE_ACCOUNTS)
@never_cache
@require_safe
def account_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: its roles, when it was used last, its state."""
    user = user_of(request)
    return _show(request, user, account_for_user_or_404(user, pk))


def _show(request: HttpRequest, user: User, account: User, issued: Issued | None = None) -> HttpResponse:
    """The page of an account; `issued` shows a password that was just made, this once."""
    roles = account.memberships.select_related("unit", "deputy_for").order_by("-starts_on", "-pk")
    today = timezone.localdate()
    own = own_branch_roles(user, roles)
    context = {
        "row": AccountRow(account, own, account.username in locked_usernames()),
        "account": account,
        "today": today,
        "soon": today + SOON,
        "works_elsewhere": len(own) < len(roles),
        "is_own": account.pk == user.pk,
        "may_change": manages(user, account),
        "issued": issued,
    }
    return render(request, "orgs/account_detail.html", context)


def role_fields(request: HttpRequest, form: type[Fields], user: User) -> Fields:
    """The form, empty or as it was sent. While a unit is looked for, what is typed stays and nothing is checked yet."""
    if request.method != "POST":
        return form(user=user)
    return form(initial=request.POST.dict(), user=user) if asks_for_units(request) else form(request.POST, user=user)


@needs(Action.MANAGE_ACCOUNTS)
@never_cache
@get_or_post
def account_create(request: HttpRequest) -> HttpResponse:
    """A new account with its first role; the answer shows its password once."""
    user = user_of(request)
    form = role_fields(request, AccountForm, user)
    if submitted(request, form):
        issued = attempt(form, lambda: create_account(by=user, **form.cleaned_data))
        if issued is not None:
            return _show(request, user, issued.account, issued)
    return render(request, "orgs/account_form.html", {"form": form, "cancel_url": reverse("orgs:account_list")})


@needs(Action.MANAGE_ACCOUNTS)
@never_cache
@get_or_post
def account_name(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the name of an account's owner right."""
    user = user_of(request)
    account = account_for_user_or_404(user, pk)
    check_manages(user, account)
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": account.name})
    if submitted(request, form):
        named = attempt(form, lambda: correct_name(account=account, by=user, **form.cleaned_data))
        if named is not None:
            messages.success(request, f"姓名已改为{named.name}。")
            return redirect("orgs:account_detail", pk)
    cancel_url = reverse("orgs:account_detail", args=[pk])
    return render(request, "orgs/account_name.html", {"form": form, "account": account, "cancel_url": cancel_url})


@dataclass(frozen=True, slots=True)
class Verb:
    """Something done to an account after one more page that says what it means; `done` is said afterwards."""

    label: str
    meaning: str
    done: str
    act: Callable[..., Any]


VERBS = {
    "password": Verb(
        "重置密码",
        "现在的密码立即失效，已登录的设备和接口令牌一并退出。系统另生成一个，只显示一次；本人登录后必须修改。",
        "密码已重置。",
        reset_password,
    ),
    "second-factor": Verb(
        "重置双因素验证",
        "手机丢失或更换时用。原来的验证器和备用码立即失效，接口令牌一并吊销；本人下次登录时重新设置。",
        "双因素验证已重置。",
        reset_second_factor,
    ),
    "unlock": Verb("解锁", "密码连续输错后的锁定立即解除。请先确认是本人输错的。", "已解锁，可以再登录。", unlock),
    "deactivate": Verb(
        "停用账号",
        "已登录的设备立即退出，以后不能登录。职责和记录都保留，需要时可以重新启用。",
        "账号已停用。",
        deactivate,
    ),
    "reactivate": Verb(
        "重新启用", "密码和职责照旧，本人可以再登录。忘了密码，请再重置密码。", "账号已重新启用。", reactivate
    ),
}


@needs(Action.MANAGE_ACCOUNTS)
@never_cache
@get_or_post
def account_verb(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Say what a verb means, then do it."""
    if verb not in VERBS:
        raise Http404("no such verb")
    user = user_of(request)
    account = account_for_user_or_404(user, pk)
    check_manages(user, account)
    chosen, problems = VERBS[verb], []
    stamp = _stamp(account)
    if request.method == "POST" and request.POST.get("stamp") != stamp:
        # Sent once more by a reload: a second password would make the one that was just handed over void.
        messages.warning(request, f"{account.name}的账号刚才已经变动，没有再办一次。要再办，请重新点。")
        return redirect("orgs:account_detail", pk)
    if request.method == "POST":
        try:
            outcome = chosen.act(account=account, by=user)
        except ValidationError as refused:
            problems = refused.messages
        else:
            messages.success(request, f"{account.name}：{chosen.done}")
            if isinstance(outcome, Issued):
                return _show(request, user, outcome.account, outcome)
            return redirect("orgs:account_detail", pk)
    context = {"account": account, "verb": chosen, "problems": problems, "stamp": stamp}
    return render(request, "orgs/account_verb.html", context)


def _stamp(account: User) -> str:
    """Stands for how the account is; another one means that something was done to it since the page was drawn."""
    facts = f"{account.pk} {account.password} {account.has_second_factor} {account.is_active}"
    return salted_hmac("orgs.account_verb", facts).hexdigest()[:20]


@needs(Action.MANAGE_ACCOUNTS)
@never_cache
@get_or_post
def role_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an account one more role."""
    user = user_of(request)
    account = account_for_user_or_404(user, pk)
    check_manages(user, account)
    form = role_fields(request, RoleForm, user)
    if submitted(request, form):
        role = attempt(form, lambda: assign_role(account=account, by=user, **form.cleaned_data))
        if role is not None:
            messages.success(request, f"已授职责：{role.unit.short_name} {role.get_role_display()}。")
            return redirect("orgs:account_detail", pk)
    return _role_page(request, form, account, "授一个职责")


@needs(Action.MANAGE_ACCOUNTS)
@never_cache
@get_or_post
def role_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Set or put off the last day of a role."""
    user = user_of(request)
    role = membership_for_user_or_404(user, pk)
    if role.user_id == user.pk:
        raise PermissionDenied("nobody ends their own role")
    given = request.POST if request.method == "POST" else None
    form = EndRoleForm(given, initial={"ends_on": role.ends_on or timezone.localdate()})
    if form.is_valid():
        try:
            end_role(membership=role, by=user, **form.cleaned_data)
        except ValidationError as problems:
            form.add_error(None, problems)
        else:
            messages.success(request, f"职责期限已改：{role.unit.short_name} {role.get_role_display()}。")
            return redirect("orgs:account_detail", role.user_id)
    return _role_page(request, form, role.user, "改职责期限", role)


def _role_page(
    request: HttpRequest, form: RoleForm | EndRoleForm, account: User, title: str, role: Membership | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "account": account,
        "title": title,
        "role": role,
        "cancel_url": reverse("orgs:account_detail", args=[account.pk]),
    }
    return render(request, "orgs/role_form.html", context)
