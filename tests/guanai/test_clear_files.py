"""Files that give personal data away in clear: encrypted at rest, the owner's alone, gone after a day."""

import base64
import datetime
from typing import Any

import pytest
from django.db import DataError, connection, transaction
from django.http import Http404
from django.utils import timezone

from guanai.clear_files import (
    clear_file_or_404,
    clear_files_of,
    expire_clear_files,
    serve_clear_file,
    store_clear_file,
)
from guanai.models import ClearFile, ViewLog
from guanai.tasks import clear_files_away
from orgs.models import User
from tests.factories import make_user

pytestmark = pytest.mark.django_db
SECRET = b"510824195001150011 \x00\xff"
KIND = "payment_list"
DAY = datetime.timedelta(hours=24)


@pytest.fixture
def user() -> User:
    return make_user()


def stored(user: User, **changes: Any) -> ClearFile:
    values: dict[str, Any] = {
        "kind": KIND,
        "owner": user,
        "label": "发放表",
        "suffix": "xlsx",
        "content": SECRET,
        "record": User,
        "given": {7: ["id_number", "phone"], 3: ["phone"], 9: []},
        "reason": "发放",
    }
    return store_clear_file(**{**values, **changes})


def at_rest() -> bytes:
    """Every column of every row as the database holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM guanai_clearfile")
        rows = cursor.fetchall()
    return b"|".join(bytes(one) if isinstance(one, memoryview) else str(one).encode() for row in rows for one in row)


def test_the_owner_gets_the_same_bytes_back(user: User) -> None:
    file = stored(user)
    response = serve_clear_file(clear_file_or_404(user, file.pk, KIND))
    assert b"".join(response) == SECRET
    assert response.filename == f"发放表-{file.pk}.xlsx"
    assert response["Content-Disposition"].startswith("attachment")
    assert "no-store" in response["Cache-Control"]


def test_nothing_of_it_lies_in_clear_in_the_database(user: User) -> None:
    file = stored(user)
    held = at_rest()
    assert file.label.encode() in held
    assert base64.b85decode(ClearFile.objects.get().content) == SECRET
    for form in (SECRET, SECRET[:18], base64.b85encode(SECRET), base64.b85encode(SECRET[:16])[:12]):
        assert form not in held


def test_each_field_of_each_person_is_written_down_before_it_leaves(user: User) -> None:
    file = stored(user)
    looks = ViewLog.objects.order_by("pk").values_list("user", "record", "record_id", "field", "reason")
    assert set(looks) == {
        (user.pk, "orgs.user", 7, "id_number", "发放"),
        (user.pk, "orgs.user", 7, "phone", "发放"),
        (user.pk, "orgs.user", 3, "phone", "发放"),
    }
    assert (file.record, file.record_ids) == ("orgs.user", [3, 7, 9])


@pytest.mark.parametrize("changes", [{"reason": " "}, {"given": {}}, {"content": b"x" * ((32 << 20) + 1)}])
def test_what_has_no_reason_or_nobody_in_it_or_no_measure_is_not_kept(user: User, changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"clear"):
        stored(user, **changes)
    assert not ClearFile.objects.exists()
    assert not ViewLog.objects.exists()


def test_a_file_that_cannot_be_kept_gives_no_look(user: User) -> None:
    with pytest.raises(DataError), transaction.atomic():
        stored(user, label="长" * 200)
    assert not ViewLog.objects.exists()


def test_nobody_else_and_no_other_kind_gets_it(user: User) -> None:
    file = stored(user)
    for who, kind in ((make_user(), KIND), (user, "register_form")):
        assert not clear_files_of(who, kind).exists()
        with pytest.raises(Http404):
            clear_file_or_404(who, file.pk, kind)


def test_after_a_day_it_is_refused_though_the_clean_up_is_late(user: User) -> None:
    file = stored(user)
    assert file.expires_at - timezone.now() <= DAY
    assert list(clear_files_of(user, KIND)) == [file]
    ClearFile.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
    assert not clear_files_of(user, KIND).exists()
    with pytest.raises(Http404):
        clear_file_or_404(user, file.pk, KIND)


def test_the_clean_up_deletes_what_is_a_day_old_and_nothing_else(user: User) -> None:
    old, new = stored(user), stored(user)
    ClearFile.objects.filter(pk=old.pk).update(expires_at=timezone.now())
    clear_files_away()
    assert list(ClearFile.objects.values_list("pk", flat=True)) == [new.pk]
    assert expire_clear_files(now=new.expires_at - datetime.timedelta(seconds=1)) == 0
    assert expire_clear_files(now=new.expires_at) == 1
    assert ViewLog.objects.count() == 6


def test_the_clean_up_is_asked_for_by_beat(settings: Any) -> None:
    tasks = {entry["task"]: entry["schedule"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert tasks["guanai.tasks.clear_files_away"] <= 3600
