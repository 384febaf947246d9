"""What hangs on a person is registered: nothing is forgotten when somebody leaves or two rows become one."""

from django.apps import apps
from django.db.models import ForeignKey, ManyToManyField

from guanai.dependents import person_records
from volunteers.models import Volunteer


def relations_to_people() -> set[str]:
    """volunteers.TeamMember.volunteer for every field of every model that points at a person, of models of ours.

    The table of a many-to-many field stands for its field; what a person chooses themselves (特长) is part of them.
    """
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if not model._meta.proxy
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey | ManyToManyField) and field.related_model is Volunteer
    }


def test_every_relation_to_a_person_is_registered_once() -> None:
    found = relations_to_people()
    # What the walk must find, so that an empty walk does not pass.
    assert {"volunteers.TeamMember.volunteer", "activities.Activity.speakers", "aid.Pairing.volunteer"} <= found
    registered = [relation for kind in person_records() for relation in kind.relations]
    assert sorted(registered) == sorted(found)


def test_every_kind_moves_or_says_why_it_stays() -> None:
    assert [kind.key for kind in person_records() if (kind.repoint is None) is not bool(kind.stays)] == []


def test_what_must_be_handed_over() -> None:
    assert [kind.key for kind in person_records() if kind.open_work] == ["posts", "teams", "pairings"]
