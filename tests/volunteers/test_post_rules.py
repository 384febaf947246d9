"""What a county asks of its posts: its page, and two who write at once."""

from typing import Any

import pytest
from django.test import Client

from orgs.enums import Role
from orgs.models import Unit
from tests.factories import make_county, make_unit
from tests.volunteers.appointing import FOUNDED, RULES
from tests.volunteers.pages import signed_in
from volunteers.enums import Post
from volunteers.models import PostRule


@pytest.fixture
def county(db: None) -> Unit:
    return make_county()


@pytest.fixture
def town(county: Unit) -> Unit:
    return make_unit(county, name="亭子镇", committee_established_on=FOUNDED)


def test_the_county_s_office_edits_the_rules(county: Unit, town: Unit) -> None:
    client = signed_in(county, Role.COUNTY_OFFICE)
    forms = client.get(RULES).context["forms"]
    fields = {f"{form.prefix}-{name}": form[name].value() for form in forms for name in form.fields}
    fields = {name: value for name, value in fields.items() if value not in (None, False)}
    assert fields["executive_deputy_director-age_limit"] == 70
    fields |= {"executive_deputy_director-age_limit": "75", "director-vacancy_months": "0"}
    refused = client.post(RULES, fields).content.decode()
    assert "错误：" in refused
    assert not PostRule.objects.exists()
    assert client.post(RULES, {**fields, "director-vacancy_months": "6"}).status_code == 302
    rules = {rule.post: rule for rule in PostRule.objects.filter(unit=county)}
    assert rules["executive_deputy_director"].age_limit == 75
    assert (rules["director"].vacancy_months, rules["director"].at_village) == (6, True)
    assert rules["staff"].at_village is False
    assert signed_in(town).get(RULES).status_code == 403
    assert signed_in(town, Role.COUNTY_OFFICE).get(RULES).status_code == 403


def rule_fields(client: Client) -> dict[str, Any]:
    """What the page of rules holds, ready to be sent."""
    context = client.get(RULES).context
    fields = {f"{form.prefix}-{name}": form[name].value() for form in context["forms"] for name in form.fields}
    fields |= {"seen": context["form"]["seen"].value()}
    return {name: value for name, value in fields.items() if value not in (None, False)}


@pytest.mark.parametrize("earlier", [0, 1])
def test_the_second_writer_of_rules_is_told_and_may_save_again(county: Unit, earlier: int) -> None:
    one, two = (signed_in(county, Role.COUNTY_OFFICE) for _ in range(2))
    for _ in range(earlier):
        assert one.post(RULES, rule_fields(one)).status_code == 302
    mine, theirs = rule_fields(one), rule_fields(two)
    assert two.post(RULES, {**theirs, "director-age_limit": "66"}).status_code == 302
    told = one.post(RULES, {**mine, "director-age_limit": "77"})
    assert "您的内容还没有存入" in told.content.decode()
    assert PostRule.objects.get(post=Post.DIRECTOR).age_limit == 66
    again = {**mine, "director-age_limit": "77", "seen": told.context["form"]["seen"].value()}
    assert one.post(RULES, again).status_code == 302
    assert PostRule.objects.get(post=Post.DIRECTOR).age_limit == 77
