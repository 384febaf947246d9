"""The lists of 特长 and 爱好: kept by who manages every county, renamed and merged without losing who has what."""

from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from guanai.edits import ChangedError
from orgs.enums import Role
from orgs.models import Unit, User
from tests.factories import make_county, make_member, make_speciality, make_unit, make_volunteer
from tests.volunteers.imports.sheets import some_id, xlsx
from volunteers.enums import VolunteerStatus
from volunteers.models import Interest, Speciality, Volunteer, words_of
from volunteers.services import add_term, merge_terms, move_term, remove_term, rename_term

pytestmark = pytest.mark.django_db
LIST = "/volunteers/terms/"


@pytest.fixture
def county() -> Unit:
    return make_county()


@pytest.fixture
def office(county: Unit) -> User:
    return make_member(county, Role.COUNTY_OFFICE)


@pytest.fixture
def client_of_office(office: User) -> Client:
    client = Client()
    client.force_login(office)
    return client


def at(name: str, term: Speciality | Interest) -> str:
    terms = "specialities" if isinstance(term, Speciality) else "interests"
    return reverse(f"volunteers:{name}", args=[terms, term.pk])


def specialities_of(person: Volunteer) -> list[str]:
    return sorted(person.specialities.values_list("name", flat=True))


def test_a_new_term_stands_at_the_end_and_once(office: User) -> None:
    add_term(model=Interest, name=" 太 极 ", by=office)
    add_term(model=Interest, name="书法", by=office)

    assert list(Interest.objects.values_list("name", flat=True)) == ["太极", "书法"]
    with pytest.raises(ValidationError, match="目录里已有“太极”"):
        add_term(model=Interest, name="太极", by=office)


def test_after_a_merge_everybody_has_the_one_once_and_the_word_is_known(county: Unit, office: User) -> None:
    singing, arts, law = (make_speciality(name=name) for name in ("唱歌", "文体书画", "法治"))
    first, both, none = (make_volunteer(county, *held) for held in ([singing, law], [singing, arts], [law]))

    people = merge_terms(source=singing, target=arts, by=office, seen=singing.updated_at)

    assert people == 2
    assert specialities_of(first) == ["文体书画", "法治"]
    assert specialities_of(both) == ["文体书画"]
    assert specialities_of(none) == ["法治"]
    assert not Speciality.objects.filter(name="唱歌").exists()
    assert words_of(Speciality) == {"唱歌": arts.pk, "文体书画": arts.pk, "法治": law.pk}


def test_what_was_merged_before_goes_along(office: User) -> None:
    first, second, third = (make_speciality(name=name) for name in ("唱歌", "歌唱", "文体"))
    merge_terms(source=first, target=second, by=office, seen=first.updated_at)
    second.refresh_from_db()
    rename_term(term=second, name="声乐", by=office, seen=second.updated_at)
    second.refresh_from_db()

    merge_terms(source=second, target=third, by=office, seen=second.updated_at)

    assert set(words_of(Speciality)) == {"唱歌", "歌唱", "声乐", "文体"}
    assert set(words_of(Speciality).values()) == {third.pk}


def test_a_name_goes_back_to_what_it_was(office: User) -> None:
    term = make_speciality(name="普法")
    rename_term(term=term, name="法治", by=office, seen=term.updated_at)
    term.refresh_from_db()
    assert (term.name, term.also) == ("法治", ["普法"])

    rename_term(term=term, name="普法", by=office, seen=term.updated_at)

    term.refresh_from_db()
    assert (term.name, term.also) == ("普法", ["法治"])


def test_a_merged_word_is_not_added_again_but_explained(office: User) -> None:
    singing, arts = make_speciality(name="唱歌"), make_speciality(name="文体书画")
    merge_terms(source=singing, target=arts, by=office, seen=singing.updated_at)

    with pytest.raises(ValidationError, match="“唱歌”已并入“文体书画”"):
        add_term(model=Speciality, name="唱歌", by=office)


def test_the_second_of_two_writers_is_told(office: User) -> None:
    term, other = make_speciality(name="普法"), make_speciality(name="法治")
    seen = term.updated_at
    rename_term(term=term, name="法律", by=office, seen=seen)

    with pytest.raises(ChangedError):
        rename_term(term=term, name="律法", by=office, seen=seen)
    with pytest.raises(ChangedError):
        merge_terms(source=term, target=other, by=office, seen=seen)


def test_what_is_gone_meanwhile_is_said(office: User) -> None:
    term, other, third = (make_speciality(name=name) for name in ("普法", "法治", "科技"))
    merge_terms(source=term, target=other, by=office, seen=term.updated_at)

    with pytest.raises(ValidationError, match="已删除"):
        rename_term(term=Speciality(pk=10**9, name="普法"), name="法律", by=office, seen=other.updated_at)
    with pytest.raises(ValidationError, match="请选择另一项"):
        merge_terms(source=third, target=Speciality(pk=10**9), by=office, seen=third.updated_at)
    with pytest.raises(ValidationError, match="请选择另一项"):
        merge_terms(source=third, target=third, by=office, seen=third.updated_at)


def test_a_roster_that_still_uses_the_merged_word_comes_in_right(county: Unit, office: User, tmp_path: Path) -> None:
    singing, arts = make_speciality(name="唱歌"), make_speciality(name="文体书画")
    merge_terms(source=singing, target=arts, by=office, seen=singing.updated_at)
    path = tmp_path / "roster.xlsx"
    path.write_bytes(xlsx(("姓名", "证件号", "类别", "特长"), ("张三", some_id(), "老教师", "唱歌、文体书画")))

    call_command("import_roster", str(path), unit=county.code, commit=True)

    assert specialities_of(Volunteer.objects.get(name="张三")) == ["文体书画"]


def test_only_a_term_that_nobody_ever_had_is_removed(county: Unit, office: User) -> None:
    used, free = make_speciality(name="法治"), make_speciality(name="编织")
    make_volunteer(county, used, status=VolunteerStatus.LEFT, left_on="2025-01-01")

    with pytest.raises(ValidationError, match="还有人登记着"):
        remove_term(term=used, by=office, seen=used.updated_at)
    remove_term(term=free, by=office, seen=free.updated_at)

    assert list(Speciality.objects.values_list("name", flat=True)) == ["法治"]


def test_who_manages_one_of_two_counties_keeps_no_list(county: Unit, office: User, client_of_office: Client) -> None:
    make_county(code="510825", name="另一县")
    term = make_speciality(name="法治")

    with pytest.raises(PermissionDenied):
        rename_term(term=term, name="法律", by=office, seen=term.updated_at)
    assert client_of_office.get(LIST).status_code == 403


def test_a_secretary_keeps_no_list(county: Unit) -> None:
    client = Client()
    client.force_login(make_member(make_unit(county), Role.SECRETARY))

    assert client.get(LIST).status_code == 403
    assert client.post(f"{LIST}interests/new/", {"interests-name": "太极"}).status_code == 403
    assert not Interest.objects.exists()


def test_the_office_adds_renames_merges_and_removes_on_the_pages(county: Unit, client_of_office: Client) -> None:
    client = client_of_office
    assert "目录还空着" in client.get(LIST).content.decode()
    client.post(f"{LIST}specialities/new/", {"specialities-name": "唱歌"})
    client.post(f"{LIST}specialities/new/", {"specialities-name": "文体"})
    client.post(f"{LIST}specialities/new/", {"specialities-name": "多余"})
    singing, arts, spare = Speciality.objects.all()
    person = make_volunteer(county, singing)

    renamed = client.post(at("term_edit", arts), {"name": "文体书画", "seen": arts.updated_at.isoformat()}, follow=True)
    assert "已改名为“文体书画”" in renamed.content.decode()
    preview = client.get(at("term_merge", singing)).content.decode()
    assert "登记过“唱歌”的 1 人" in preview
    merged = client.post(
        at("term_merge", singing), {"into": arts.pk, "seen": singing.updated_at.isoformat()}, follow=True
    )
    assert "改了 1 人" in merged.content.decode()
    assert specialities_of(person) == ["文体书画"]
    client.post(at("term_remove", spare), {"seen": spare.updated_at.isoformat()})
    assert list(Speciality.objects.values_list("name", "also")) == [("文体书画", ["文体", "唱歌"])]
    assert client.get(at("term_edit", spare)).status_code == 404


def test_an_error_stands_at_the_field_and_the_entry_is_kept(client_of_office: Client) -> None:
    make_speciality(name="法治")

    page = client_of_office.post(f"{LIST}specialities/new/", {"specialities-name": "法治"}).content.decode()

    assert "错误：" in page
    assert "目录里已有“法治”" in page
    assert 'value="法治"' in page


def test_the_page_has_the_order_of_the_list(county: Unit, client_of_office: Client) -> None:
    """As everybody sees it elsewhere; rows that are counted would else come as the database likes."""
    terms = [make_speciality(name=name, position=place) for place, name in ((3, "甲"), (1, "乙"), (2, "丙"))]
    make_volunteer(county, terms[0])

    def shown() -> list[str]:
        lists = client_of_office.get(LIST).context["lists"]
        return [term.name for term in lists[0]["rows"]]

    assert shown() == ["乙", "丙", "甲"]
    client_of_office.post(at("term_move", terms[0]), {"up": "1"})
    assert shown() == ["乙", "甲", "丙"]


def test_terms_move_within_their_list(office: User, client_of_office: Client) -> None:
    terms = [make_speciality(name=name) for name in "甲乙丙"]
    client_of_office.post(at("term_move", terms[2]), {"up": "1"})
    assert [term.name for term in Speciality.objects.all()] == ["甲", "丙", "乙"]
    client_of_office.post(at("term_move", terms[0]), {"down": "1"})
    assert [term.name for term in Speciality.objects.all()] == ["丙", "甲", "乙"]
    move_term(term=terms[2], up=True, by=office)
    assert [term.name for term in Speciality.objects.all()] == ["丙", "甲", "乙"]


def test_queries_of_the_page_do_not_grow(county: Unit, client_of_office: Client) -> None:
    make_volunteer(county, make_speciality(name="甲"))
    client_of_office.get(LIST)
    before = _queries(client_of_office)
    make_volunteer(county, *(make_speciality(name=name) for name in "乙丙"))
    assert _queries(client_of_office) == before


def _queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as asked:
        client.get(LIST)
    return len(asked)


class TestMergingLosesNobody(TestCase):
    """Whatever the sets: after a merge somebody has the target who had either, and everything else stays."""

    @given(st.lists(st.sets(st.sampled_from("甲乙丙")), min_size=1, max_size=6))
    def test_who_had_either_has_the_target(self, held: list[set[str]]) -> None:
        county = make_county()
        office = make_member(county, Role.COUNTY_OFFICE)
        terms = {name: make_speciality(name=name) for name in "甲乙丙"}
        people = [make_volunteer(county, *(terms[name] for name in names)) for names in held]

        had = merge_terms(source=terms["甲"], target=terms["乙"], by=office, seen=terms["甲"].updated_at)

        assert had == sum("甲" in names for names in held)
        for person, names in zip(people, held, strict=True):
            wanted = (names - {"甲"}) | ({"乙"} if "甲" in names else set())
            assert set(specialities_of(person)) == wanted
