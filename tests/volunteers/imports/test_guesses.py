"""A file is no way to find out who is registered elsewhere, under which number, and in which unit."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from guanai.enums import Verb
from guanai.models import TrailEntry
from orgs.enums import Role
from orgs.models import Unit, User
from tests.factories import make_county, make_member, make_unit, make_volunteer
from tests.volunteers.imports.sheets import some_id, xlsx
from volunteers.imports.checking import Checked
from volunteers.imports.guesses import FILES_PER_HOUR, MOST_OF_A_DAY
from volunteers.models import RosterImport, Volunteer
from volunteers.services.imports import check_import, choose_columns, commit_import, open_import
from volunteers.services.roster import TAKEN

pytestmark = pytest.mark.django_db
HEAD = ("编号", "姓名", "证件号码", "类别", "单位")


@pytest.fixture
def township() -> Unit:
    return make_unit(make_county(), name="云峰镇", code="510824102")


@pytest.fixture
def secretary(township: Unit) -> User:
    return make_member(township, Role.SECRETARY)


@pytest.fixture
def stranger(township: Unit) -> Volunteer:
    """Somebody on the roster of another township."""
    unit = make_unit(township.parent or township, name="亭子镇", code="510824125")
    return make_volunteer(unit, name="罗德寿", number="510824125-W0005")


def checked(township: Unit, by: User, *rows: tuple[str | None, ...]) -> list[Checked]:
    batch = open_import(content=xlsx(HEAD, *rows), unit=township, by=by)
    return list(check_import(batch=batch, by=by).results)


def said(result: Checked) -> list[tuple[str, str]]:
    return [(problem.column, problem.reason) for problem in result.problems]


@pytest.mark.parametrize("unit", ["亭子镇", "龙山镇"])
def test_of_a_number_on_another_roster_nothing_is_said(
    township: Unit, secretary: User, stranger: Volunteer, unit: str
) -> None:
    """Not even that there is such a number, whose it is, or where: the same words as for a number that nobody has."""
    numbers = (stranger.number, "510824125-W0999")
    for number in (stranger.id_number, some_id(order=901), None):
        known, unknown = checked(township, secretary, *((one, "某人", number, "老教师", unit) for one in numbers))
        assert said(known)[0] == ("编号", "名册里没有这个编号。")
        # The second row may say of its identity number that the first has it already.
        assert said(known) == [one for one in said(unknown) if "相同" not in one[1]]


def test_an_identity_number_on_another_roster_is_one_answer_wherever_the_row_puts_it(
    township: Unit, secretary: User, stranger: Volunteer
) -> None:
    answers = []
    for unit in ("亭子镇", "龙山镇"):
        (row,) = checked(township, secretary, (None, "罗德寿", stranger.id_number, "老教师", unit))
        answers.append([column for column, _ in said(row)])
        assert ("证件号码", TAKEN) in said(row)
    assert answers[0] == answers[1]


def test_whoever_finds_somebody_of_another_roster_stands_in_the_trail(
    township: Unit, secretary: User, stranger: Volunteer
) -> None:
    content = xlsx(HEAD, (None, "某人", stranger.id_number, "老教师", None))
    batch = open_import(content=content, unit=township, by=secretary)
    for _ in range(2):
        check_import(batch=batch, by=secretary)
        batch.refresh_from_db()
    entry = TrailEntry.objects.get(verb=Verb.DENIED)
    assert (entry.actor_id, entry.record_id) == (secretary.pk, batch.pk)
    assert entry.detail == {"field": "id_number", "reason": "registered elsewhere", "rows": 1}


def test_a_file_of_guesses_is_refused_whole_and_stands_in_the_trail(
    township: Unit, secretary: User, stranger: Volunteer, client: Client
) -> None:
    guesses = [(None, "某人", some_id("1941-07-23", order), "老教师", None) for order in range(1, MOST_OF_A_DAY + 2)]
    with pytest.raises(ValidationError, match="地区和出生日期都相同"):
        checked(township, secretary, *guesses, (None, "某人", stranger.id_number, "老教师", None))
    assert TrailEntry.objects.get(verb=Verb.DENIED).detail["reason"] == "too many of one district and day"
    # So many of one day may be newcomers of a large county; and whom one's own roster has is no guess.
    assert len(checked(township, secretary, *guesses[:-1])) == MOST_OF_A_DAY


def test_what_is_refused_while_it_is_taken_in_stands_in_the_trail_too(township: Unit, secretary: User) -> None:
    """The transaction goes back, its note must not."""
    guesses = [(None, "某人", some_id("1941-07-23", order), "老教师", None) for order in range(1, MOST_OF_A_DAY + 2)]
    batch = open_import(content=xlsx(HEAD, *guesses), unit=township, by=secretary)
    with pytest.raises(ValidationError, match="地区和出生日期都相同"):
        commit_import(batch=batch, by=secretary)
    assert TrailEntry.objects.get(verb=Verb.DENIED).record_id == batch.pk
    assert not Volunteer.objects.exists()


def test_another_column_of_numbers_asks_anew(township: Unit, secretary: User, stranger: Volunteer) -> None:
    """Whoever has a 编号 is not asked for by the identity number: with that column moved, another row is."""
    content = xlsx(
        ("编号", "姓名", "证件号码", "类别", "备注"),
        ("510824102-W0001", "某人", stranger.id_number, "老教师", None),
        (None, "某人", make_volunteer(stranger.unit).id_number, "老教师", "510824102-W0002"),
    )
    batch = open_import(content=content, unit=township, by=secretary)
    check_import(batch=batch, by=secretary)
    for fields in (["", "name", "id_number", "kind", "number"], ["number", "name", "id_number", "kind", ""]):
        batch = choose_columns(batch=RosterImport.objects.get(pk=batch.pk), fields=fields, by=secretary)
        check_import(batch=batch, by=secretary)
    counted = TrailEntry.objects.filter(verb=Verb.DENIED).values_list("detail__rows", flat=True)
    assert list(counted) == [1, 1, 1]


def test_file_after_file_is_refused(township: Unit, secretary: User) -> None:
    content = xlsx(HEAD, (None, "某人", some_id(order=7), "老教师", None))
    for _ in range(FILES_PER_HOUR):
        open_import(content=content, unit=township, by=secretary)
    with pytest.raises(ValidationError, match="一小时内最多上传"):
        open_import(content=content, unit=township, by=secretary)
