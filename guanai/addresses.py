"""Addresses that come with a request: which of them lead here, and which one shows the same page again."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme


def is_ours(request: HttpRequest, address: str) -> bool:
    """Does an address that came with a request lead to this site?"""
    return url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )


def safe_next(request: HttpRequest, fallback: str) -> str:
    """The page that `next` names, in the form or in the address, if it is one of ours, otherwise the fallback."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    return wanted if is_ours(request, wanted) else resolve_url(fallback)


def page_wanted(request: HttpRequest) -> str:
    """The address to come back to. Of something that was sent it is the page with the form, which a browser names:
    that page has the draft's key in its address, and many an address that takes a form shows none."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    form_page = request.headers.get("Referer", "")
    if not is_ours(request, form_page):
        return request.get_full_path()
    parts = urlsplit(form_page)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
