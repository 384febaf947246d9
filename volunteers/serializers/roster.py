"""People of the rosters and the lists of terms as the API gives them: masked, as everywhere."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from volunteers.models import Interest, Speciality, Volunteer


class TimeSerializer(serializers.Serializer[dict[str, object]]):
    """A part of a weekday on which somebody is willing to serve."""

    weekday = serializers.IntegerField(help_text="1 Monday to 7 Sunday")
    daypart = serializers.ChoiceField(choices=["morning", "afternoon", "evening"])


class VolunteerSerializer(serializers.ModelSerializer[Volunteer]):
    """Somebody on a roster. Identity number and telephone are masked; there is no way here to see more of them."""

    unit_code = serializers.CharField(source="unit.code")
    unit_name = serializers.CharField(source="unit.name")
    id_number = serializers.CharField(source="masked_id", help_text="masked: first six characters and the last one")
    phone = serializers.CharField(source="masked_phone", help_text="masked: 138****1234")
    specialities = serializers.SlugRelatedField("name", many=True, read_only=True)  # type: ignore[var-annotated]
    interests = serializers.SlugRelatedField("name", many=True, read_only=True)  # type: ignore[var-annotated]
    times = serializers.SerializerMethodField(help_text="when somebody is willing to serve")

    class Meta:
        model = Volunteer
        extra_kwargs = {
            "birth_year": {"help_text": "null where the birth date is not known"},
            "is_core": {"help_text": "骨干"},
            "left_on": {"help_text": "day of leaving or of death; null for who stands on the roster"},
            "checked_on": {"help_text": "day of the last yearly check, or of the last correction"},
        }
        fields = (
            "id",
            "number",
            "unit_code",
            "unit_name",
            "name",
            "sex",
            "birth_year",
            "id_number",
            "phone",
            "kind",
            "is_core",
            "specialities",
            "interests",
            "times",
            "status",
            "joined_on",
            "left_on",
            "checked_on",
        )

    @extend_schema_field(TimeSerializer(many=True))
    def get_times(self, person: Volunteer) -> list[dict[str, object]]:
        return [{"weekday": time.weekday, "daypart": time.daypart} for time in person.availabilities.all()]


class SpecialitySerializer(serializers.ModelSerializer[Speciality]):
    """A word of the list of specialities."""

    class Meta:
        model = Speciality
        fields = ("id", "name", "also")
        extra_kwargs = {"also": {"help_text": "words that mean the same: old names, and what was merged into it"}}


class InterestSerializer(serializers.ModelSerializer[Interest]):
    """A word of the list of interests."""

    class Meta:
        model = Interest
        fields = ("id", "name", "also")
        extra_kwargs = {"also": {"help_text": "words that mean the same: old names, and what was merged into it"}}
