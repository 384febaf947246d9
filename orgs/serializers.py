"""The network as the API gives it."""

from typing import Any

from rest_framework import serializers

from orgs.models import Unit


class UnitSerializer(serializers.ModelSerializer[Unit]):
    """A unit of the network."""

    tier = serializers.CharField(help_text="county, township or village: the tier of its kind")
    parent_code = serializers.CharField(source="parent.code", default=None, allow_null=True)
    successor_code = serializers.CharField(source="successor.code", default=None, allow_null=True)

    class Meta:
        model = Unit
        fields = (
            "code",
            "name",
            "kind",
            "tier",
            "parent_code",
            "has_party_organisation",
            "has_veterans",
            "has_young_people",
            "committee_established_on",
            "committee_document",
            "closed_on",
            "successor_code",
        )


class CoverageSerializer(serializers.Serializer[Any]):
    """Committees: how many there should be, how many there are."""

    # `required` and `label` are DRF's own words.
    expected = serializers.IntegerField(
        source="required", help_text="places with a Party organisation, veterans and young people"
    )
    established = serializers.IntegerField()
    missing = serializers.IntegerField()


class NodeSerializer(serializers.Serializer[Any]):
    """A unit with the open units under it; coverage is that of its whole branch."""

    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    established_on = serializers.DateField(allow_null=True)
    coverage = CoverageSerializer()
    children = serializers.ListField(child=serializers.DictField(), help_text="of the same shape, to the asked depth")


class CoverageLineSerializer(serializers.Serializer[Any]):
    """Coverage of one tier, one kind or one place."""

    name = serializers.CharField(source="label")
    is_total = serializers.BooleanField(help_text="a tier, or the branch as a whole")
    coverage = CoverageSerializer()


class CoverageAnswerSerializer(serializers.Serializer[Any]):
    by_tier = CoverageLineSerializer(many=True)
    by_place = CoverageLineSerializer(many=True)
