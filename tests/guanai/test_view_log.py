import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory

from guanai.models import ViewLog
from guanai.reveals import looks_at, note_look
from tests.factories import make_child, make_county, make_user


def test_a_look_is_written_down_with_who_what_why_and_where(db: None, rf: RequestFactory) -> None:
    child, user = make_child(make_county()), make_user()
    request = rf.post("/", REMOTE_ADDR="10.1.2.3")
    request.user = user

    note_look(request, record=child, field="姓名", reason="联系走访")

    look = ViewLog.objects.get()
    assert (look.user, look.record, look.record_id) == (user, "aid.child", child.pk)
    assert (look.field, look.reason, look.address) == ("姓名", "联系走访", "10.1.2.3")
    assert looks_at(child) == [look]


def test_nobody_looks_without_a_name(db: None, rf: RequestFactory) -> None:
    child, request = make_child(make_county()), rf.post("/")
    request.user = AnonymousUser()

    with pytest.raises(PermissionError):
        note_look(request, record=child, field="姓名", reason="联系走访")

    assert not ViewLog.objects.exists()


@pytest.mark.parametrize("statement", ["UPDATE guanai_viewlog SET reason = ''", "DELETE FROM guanai_viewlog"])
def test_a_look_can_be_neither_changed_nor_removed(db: None, statement: str) -> None:
    ViewLog.objects.create(user=make_user(), record="aid.child", record_id=1, field="姓名", reason="联系走访")

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert ViewLog.objects.get().reason == "联系走访"
