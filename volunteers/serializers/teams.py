"""Teams as the API gives them."""

from typing import Any

from rest_framework import serializers

from guanai.identity import mask_name
from orgs.enums import Action
from orgs.scope import covering, user_of
from volunteers.models import Team, TeamMember
from volunteers.teams import names_team


class TeamSerializer(serializers.ModelSerializer[Team]):
    """A team. Its name may be that of a person, so it is for readers of the roster; unit and kind say what it is."""

    unit_code = serializers.CharField(source="unit.code")
    unit_name = serializers.CharField(source="unit.name")
    name = serializers.SerializerMethodField(help_text="null for who does not read the roster of the unit")
    member_count = serializers.IntegerField(read_only=True, help_text="people in the team today")

    class Meta:
        model = Team
        extra_kwargs = {
            "studio_kind": {"help_text": "of a studio alone, else empty"},
            "dissolved_on": {"help_text": "first day without the team, or null"},
        }
        fields = (
            "id",
            "unit_code",
            "unit_name",
            "kind",
            "studio_kind",
            "name",
            "member_count",
            "founded_on",
            "dissolved_on",
        )

    def get_name(self, team: Team) -> str | None:
        return team.name if self._named(team) else None

    def _named(self, team: Team) -> bool:
        return names_team(user_of(self.context["request"]))(team)


class TeamMemberSerializer(serializers.ModelSerializer[TeamMember]):
    """Somebody's time in a team."""

    number = serializers.SerializerMethodField(help_text="null unless the roster where they stand may be read")
    name = serializers.SerializerMethodField(help_text="masked unless the roster where they stand may be read")

    class Meta:
        model = TeamMember
        extra_kwargs = {"ends_on": {"help_text": "first day out of the team, or null"}}
        fields = ("number", "name", "leads", "starts_on", "ends_on")

    def get_number(self, member: TeamMember) -> str | None:
        return member.volunteer.number if self._reads(member) else None

    def get_name(self, member: TeamMember) -> str:
        name = member.volunteer.name
        return name if self._reads(member) else mask_name(name)

    def _reads(self, member: TeamMember) -> bool:
        return covering(user_of(self.context["request"]), Action.VIEW_ROSTER)(member.volunteer.unit)


class TeamDetailSerializer(TeamSerializer):
    """A team with everybody who is or was in it."""

    members = TeamMemberSerializer(many=True, read_only=True)

    class Meta(TeamSerializer.Meta):
        fields: Any = (*TeamSerializer.Meta.fields, "members")
