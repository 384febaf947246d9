"""Uploads are what their bytes say, and nothing else is stored."""

import stat
from typing import Any
from urllib.parse import unquote

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import Http404
from django.test import RequestFactory
from django.utils.datastructures import MultiValueDict

from guanai import attachments
from guanai.attachments import LARGEST, MEGABYTE, ScanField, serve_attachment, store_attachment
from guanai.attempts import submitted
from guanai.enums import Verb
from guanai.models import Attachment, TrailEntry
from tests.factories import make_user

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
JPEG = b"\xff\xd8\xff\xe0" + bytes(40)


class ScanForm(forms.Form):
    scan = ScanField(label="扫描件", required=False)


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def upload(content: bytes, name: str = "任职文件.pdf", content_type: str = "application/pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type)


def errors(content: bytes, name: str = "任职文件.pdf") -> list[str]:
    form = ScanForm({}, MultiValueDict({"scan": [upload(content, name)]}))
    return [str(word) for word in form.errors.get("scan", [])]


@pytest.mark.parametrize(("content", "kind"), [(PDF, "application/pdf"), (PNG, "image/png"), (JPEG, "image/jpeg")])
def test_type_is_told_by_the_content_whatever_the_name(content: bytes, kind: str) -> None:
    form = ScanForm({}, MultiValueDict({"scan": [upload(content, "照片.exe", "text/html")]}))
    assert form.is_valid()
    assert form.cleaned_data["scan"].content_type == kind


@pytest.mark.parametrize("content", [b"MZ\x90\x00 a program", b"<html><script>", b"GIF89a......", b" %PDF-1.4"])
def test_another_content_is_refused_under_any_name(content: bytes) -> None:
    assert errors(content) == ["只能传 PDF、JPG、PNG，这个文件的内容不是。请扫描或拍照后重新选择"]


@pytest.mark.django_db
def test_a_refused_file_is_noted_in_the_trail_without_its_name() -> None:
    request = RequestFactory().post("/", {"scan": upload(b"MZ a program")})
    request.user = make_user()
    assert not submitted(request, ScanForm(request.POST, request.FILES))
    entry = TrailEntry.objects.get()
    assert (entry.verb, entry.actor, entry.detail) == (Verb.UPLOAD_REFUSED, request.user, {"reason": "wrong_type"})


def test_too_large_a_file_is_refused_with_its_size() -> None:
    assert errors(PDF + bytes(LARGEST)) == ["文件有 10.0 MB，超过 10 MB。请压缩或分开扫描后再传"]
    assert errors(PDF.ljust(LARGEST, b"\n")) == []


def test_empty_file_and_no_file() -> None:
    assert errors(b"") == ["这个文件是空的，请重新选择"]
    assert ScanForm({}, MultiValueDict()).is_valid()


def test_upload_beyond_the_cap_is_counted_but_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "UPLOAD_CAP", 4 * MEGABYTE)
    request = RequestFactory().post("/", {"scan": upload(PDF + bytes(12 * MEGABYTE))})
    form = ScanForm(request.POST, request.FILES)
    assert [str(word) for word in form.errors["scan"]] == ["文件有 12.0 MB，超过 10 MB。请压缩或分开扫描后再传"]
    kept = request.FILES["scan"]
    kept.seek(0, 2)  # type: ignore[union-attr]
    assert kept.tell() <= 4 * MEGABYTE  # type: ignore[union-attr]
    request.close()


@pytest.mark.django_db
def test_stored_scan_comes_back_as_it_was_and_nobody_else_can_read_it() -> None:
    attachment = store_attachment(file=upload(PDF), by=make_user(), label="任职文件")
    response = serve_attachment(Attachment.objects.get(pk=attachment.pk))
    assert "任职文件.pdf" in unquote(response["Content-Disposition"])
    assert b"".join(response.streaming_content) == PDF  # type: ignore[arg-type]
    response.close()
    assert response["Content-Type"] == "application/pdf"
    assert response["Cache-Control"] == "private, no-store"
    assert stat.S_IMODE(attachment.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(attachment.path.parent.stat().st_mode) == 0o700


@pytest.mark.django_db
def test_unchecked_content_is_never_stored() -> None:
    with pytest.raises(ValueError, match="ScanField"):
        store_attachment(file=upload(b"MZ"), by=make_user(), label="任职文件")
    assert not Attachment.objects.exists()


@pytest.mark.django_db
def test_missing_scan_is_not_found() -> None:
    with pytest.raises(Http404):
        serve_attachment(None)
    attachment = store_attachment(file=upload(PNG), by=make_user(), label="照片")
    attachment.path.unlink()
    with pytest.raises(Http404):
        serve_attachment(attachment)


@pytest.mark.django_db
def test_row_that_cannot_be_written_leaves_no_file() -> None:
    nobody = make_user()
    nobody.pk = None
    with pytest.raises(ValueError, match="unsaved"), transaction.atomic():
        store_attachment(file=upload(PDF), by=nobody, label="任职文件")
    assert [path for path in Attachment().path.parent.parent.rglob("*") if path.is_file()] == []
