"""Scans that are uploaded beside a record: checked by their content, stored apart from it, served by its view.

scan = ScanField(label="任职文件扫描件", required=False)          # in the form
appointment.scan = store_attachment(file=…, by=user, label="任职文件")   # in the service, inside its transaction
return serve_attachment(appointment.scan)                        # in a view that has loaded the record for the user
"""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db import transaction
from django.http import FileResponse, Http404

from guanai.job_files import write_whole
from guanai.models import Attachment

MEGABYTE: Final = 1 << 20
LARGEST: Final = 10 * MEGABYTE
# What any upload may fill on the disk before a form says what it thinks of it.
UPLOAD_CAP: Final = 32 * MEGABYTE

# How a file begins says what it is; its name and what the browser calls it say nothing.
SIGNATURES: Final[Mapping[bytes, tuple[str, str]]] = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
}
SUFFIXES: Final = dict(SIGNATURES.values())


class CappedUploadHandler(TemporaryFileUploadHandler):
    """Stops writing to the disk at UPLOAD_CAP but counts on, so that the form can name the real size."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.written = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.written + len(raw_data) <= UPLOAD_CAP:
            self.written += len(raw_data)
            super().receive_data_chunk(raw_data, start)


class ScanField(forms.FileField):
    """A PDF, JPEG or PNG of at most 10 MB, told by its content. What is refused is not stored, and is noted in the
    trail by `guanai.attempts.submitted`."""

    widget = forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"})

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "PDF、JPG 或 PNG，不超过 10 MB。可不传。")
        messages = {"empty": "这个文件是空的，请重新选择", "max_length": "文件名太长，请改短再传"}
        super().__init__(max_length=200, error_messages={**messages, **kwargs.pop("error_messages", {})}, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if not isinstance(file, UploadedFile) or file is initial:
            return file
        size = file.size or 0
        if size > LARGEST:
            words = f"文件有 {size / MEGABYTE:.1f} MB，超过 10 MB。请压缩或分开扫描后再传"
            raise ValidationError(words, code="too_large")
        found = content_type_of(file)
        if found is None:
            words = "只能传 PDF、JPG、PNG，这个文件的内容不是。请扫描或拍照后重新选择"
            raise ValidationError(words, code="wrong_type")
        file.content_type = found
        return file


def refused_uploads(form: forms.BaseForm) -> list[str]:
    """Why files were refused, by the code of the reason; their names may hold those of persons and are left out."""
    scans = [name for name, field in form.fields.items() if isinstance(field, ScanField)]
    return [error.code or "" for name in scans if form.has_error(name) for error in form.errors.as_data()[name]]


def content_type_of(file: "UploadedFile[Any]") -> str | None:
    """The media type by the first bytes; None for anything but a PDF, JPEG or PNG."""
    file.seek(0)
    head = file.read(16)
    file.seek(0)
    return next((kind for signature, (kind, _) in SIGNATURES.items() if head.startswith(signature)), None)


def store_attachment(*, file: "UploadedFile[Any]", by: Any, label: str) -> Attachment:
    """Store a file that a `ScanField` has let in, and its row. Call it inside the transaction of the record.

    When that transaction fails later, the row is gone and the file, which nothing names, stays behind until
    `manage.py` sweeps what no row names.

    Raises:
        ValueError: a file that no `ScanField` has checked.
    """
    found = content_type_of(file)
    if found is None:
        raise ValueError("only what a ScanField has let in is stored")
    attachment = Attachment(label=label, content_type=found, uploaded_by=by)
    attachment.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with transaction.atomic():
        attachment.size, attachment.digest = write_whole(attachment.path, file.read())
        try:
            attachment.save()
        except BaseException:
            attachment.path.unlink(missing_ok=True)
            raise
    return attachment


def serve_attachment(attachment: Attachment | None) -> FileResponse:
    """The file, to be looked at in the browser. Only for a view that has loaded the record for this user.

    Raises Http404 where there is none, or the file is gone from the disk.
    """
    if attachment is None or not attachment.path.is_file():
        raise Http404("no such scan")
    response = FileResponse(
        attachment.path.open("rb"),
        filename=f"{attachment.label}.{SUFFIXES[attachment.content_type]}",
        content_type=attachment.content_type,
    )
    response["Cache-Control"] = "private, no-store"
    return response
