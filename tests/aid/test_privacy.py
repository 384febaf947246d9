"""What is personal about a child leaves the database in no form but the one answer that was asked and logged for.

Every test makes sure first that there is something that could leak, and that its search would find it.
"""

import logging
import sys
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import unquote
from zipfile import ZipFile

import pytest
import structlog
from django.db import connection
from django.test import Client
from django.urls import reverse

from aid.models import Child
from guanai.crypto import DecryptionError, blind_index
from guanai.logging import logging_settings
from orgs.models import User
from tests.aid.factories import World, signed_in
from tests.factories import make_fund_account, make_id_number, make_paid_grant, make_pairing, make_visit

# Nothing of this occurs anywhere else in the project or its test data.
PERSONAL = {
    "name": "鄢鹭槐",
    "school": "嘉陵江畔观音岩小学",
    "address": "槐树沟七组 93 号",
    "guardian": "鄢守缙",
    "guardian_phone": "13787654309",
}


@dataclass(frozen=True)
class Known:
    """A child registered over the page, and every text that must not leak."""

    child: Child
    secrets: tuple[str, ...]

    def leaks(self, text: str) -> list[str]:
        return [secret for secret in self.secrets if secret in text]


@pytest.fixture
def known(world: World) -> Known:
    id_number = make_id_number(order=468)
    entry = {
        **PERSONAL,
        "unit": world.village.pk,
        "id_number": id_number,
        "stage": "primary",
        "guardian_relation": "祖父",
        "consent_way": "paper",
        "signed_on": "2026-02-18",
        "registered_on": "2026-02-18",
        "needs": "周末作业辅导",
    }
    assert signed_in(world.secretary).post(reverse("aid:child_create"), entry).status_code == 302
    child = Child.objects.get()
    assert (child.name, child.id_number, child.school) == (PERSONAL["name"], id_number, PERSONAL["school"])
    make_visit(make_pairing(child))
    make_paid_grant(child, make_fund_account(world.county))
    return Known(child, (*PERSONAL.values(), id_number, f"{child.birth_date}"))


def tables_with(text: str) -> set[str]:
    """The tables of the whole database in which a row holds the text, as text or as the bytes of it."""
    found = set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        names = [name for (name,) in cursor.fetchall()]
        for name in names:
            cursor.execute(
                f'SELECT EXISTS (SELECT 1 FROM "{name}" AS r WHERE r::text LIKE %s OR r::text LIKE %s)',  # noqa: S608
                [f"%{text}%", f"%{text.encode().hex()}%"],
            )
            if cursor.fetchone() == (True,):
                found.add(name)
    assert len(names) > 40
    return found


def test_no_table_holds_a_personal_text(known: Known, world: World) -> None:
    # The search finds clear text and bytes.
    assert "aid_child" in tables_with(known.child.number)
    assert "orgs_unit" in tables_with(world.village.name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT encode(id_index, 'hex') FROM aid_child")
        assert cursor.fetchone() == (blind_index(known.child.id_number).hex(),)
        cursor.execute("UPDATE aid_child SET needs = %s", [PERSONAL["name"].encode()])
        assert tables_with(PERSONAL["name"]) == {"aid_child"}
        cursor.execute("UPDATE aid_child SET needs = NULL")

    assert [secret for secret in known.secrets if tables_with(secret)] == []


PAGES = [
    "aid:child_list",
    "aid:child_create",
    "aid:pairing_list",
    "aid:visit_list",
    "aid:donation_list",
    "aid:grant_list",
    "aid:entry_list",
    "orgs:unit_list",
    "volunteers:volunteer_list",
    "page:more",
]
PAGES_OF_A_CHILD = [
    "aid:child_detail",
    "aid:child_edit",
    "aid:child_close",
    "aid:child_looks",
    "aid:consent_create",
    "aid:certification_create",
    "aid:pairing_create",
    "aid:grant_create",
]


def pages_for(known: Known) -> list[str]:
    pairing, grant = known.child.pairings.get(), known.child.grants.get()
    return [
        *(reverse(name) for name in PAGES),
        *(reverse(name, args=[known.child.pk]) for name in PAGES_OF_A_CHILD),
        reverse("aid:child_reveal", args=[known.child.pk, "name"]),
        reverse("aid:visit_create", args=[pairing.pk]),
        reverse("aid:pairing_end", args=[pairing.pk]),
        reverse("aid:grant_detail", args=[grant.pk]),
        reverse("orgs:unit_detail", args=[known.child.unit.code]),
        reverse("volunteers:volunteer_detail", args=[pairing.volunteer_id]),
        reverse("admin:index"),
        reverse("admin:aid_fundaccount_changelist"),
        f"/admin/aid/child/{known.child.pk}/change/",
        f"/children/{known.child.pk}0/",
        f"/children/?number={known.child.number}",
    ]


def test_no_page_of_anybody_shows_a_personal_text(known: Known, world: World) -> None:
    shown = 0
    for user in (world.secretary, world.colleague, world.manager, world.approver, world.stranger):
        client = signed_in(user)
        for url in pages_for(known):
            page = client.get(url)
            shown += page.status_code == 200
            assert known.leaks(page.content.decode()) == [], (user.name, url)
    assert shown > 60


def test_a_look_shows_its_own_field_and_no_other(known: Known, world: World) -> None:
    client = signed_in(world.secretary)
    for field, secret in PERSONAL.items():
        page = client.post(reverse("aid:child_reveal", args=[known.child.pk, field]), {"reason": "联系走访"})

        assert known.leaks(page.content.decode()) == [secret]


def test_exports_and_their_names_show_nothing(known: Known, world: World) -> None:
    for user, name in (
        (world.secretary, "child"),
        (world.secretary, "pairing"),
        (world.manager, "donation"),
        (world.manager, "grant"),
        (world.manager, "entry"),
    ):
        download = signed_in(user).get(reverse(f"aid:{name}_export"))
        assert known.leaks(unquote(download["Content-Disposition"])) == []
        assert unquote(download["Content-Disposition"]).endswith(".xlsx")
        workbook = ZipFile(BytesIO(download.getvalue()))
        texts = [workbook.read(member).decode() for member in workbook.namelist()]
        assert any(known.child.number in text for text in texts) == (name not in ("donation", "entry"))
        assert not [text for text in texts if known.leaks(text)]


def spoil(child: Child, field: str) -> None:
    """Change one byte of a stored value behind the application's back."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE aid_child SET {field} = set_byte({field}, 20, (get_byte({field}, 20) + 1) %% 256) WHERE id = %s",  # noqa: S608
            [child.pk],
        )


def test_a_spoilt_value_is_not_read(known: Known) -> None:
    spoil(known.child, "name")

    with pytest.raises(DecryptionError):
        Child.objects.get(pk=known.child.pk)


def broken_page(user: User, known: Known) -> str:
    """The page of a record that fails after its first fields were decrypted."""
    spoil(known.child, "guardian_phone")
    client = Client(raise_request_exception=False)
    client.force_login(user)
    page = client.get(reverse("aid:child_detail", args=[known.child.pk]))
    assert page.status_code == 500
    return page.content.decode()


def test_the_error_page_and_the_log_of_a_failure_show_nothing(
    known: Known, world: World, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    text = broken_page(world.secretary, known)
    written = capfd.readouterr()

    assert "DecryptionError" in written.err + caplog.text
    for place in (text, written.out, written.err, caplog.text, *(str(vars(record)) for record in caplog.records)):
        assert known.leaks(place) == []


def test_ordinary_work_writes_no_personal_text_into_the_log(
    world: World, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    caplog.set_level(logging.DEBUG)
    known: Known = request.getfixturevalue("known")
    client = signed_in(world.secretary)
    for field in PERSONAL:
        client.post(reverse("aid:child_reveal", args=[known.child.pk, field]), {"reason": "联系走访"})
    for url in pages_for(known):
        client.get(url)

    logged = "\n".join(str(vars(record)) for record in caplog.records if not record.name.startswith("django.db"))
    assert "/children/new/" in logged
    assert f"/children/{known.child.pk}/reveal/name/" in logged
    assert known.leaks(logged) == []


@pytest.mark.parametrize("readable", [True, False])
def test_a_traceback_is_written_without_the_values_of_its_frames(*, readable: bool) -> None:
    """Both forms of the log: for a person at a terminal, and JSON outside DEBUG."""
    settings = logging_settings(readable=readable, level="INFO")["formatters"]["events"]
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=settings["processors"], foreign_pre_chain=settings["foreign_pre_chain"]
    )

    def fail() -> None:
        name = PERSONAL["name"]
        raise DecryptionError(f"a value of {len(name)} characters cannot be read")

    try:
        fail()
    except DecryptionError:
        record = logging.LogRecord("aid", logging.ERROR, __file__, 1, "failed", None, sys.exc_info())

    line = formatter.format(record)

    assert "DecryptionError" in line
    assert "in fail" in line or '"fail"' in line
    assert PERSONAL["name"] not in line
