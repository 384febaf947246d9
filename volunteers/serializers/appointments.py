"""Posts as the API gives them, for whoever reads the rosters."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from orgs.scope import user_of
from volunteers.enums import VeteranKind
from volunteers.models import Appointment
from volunteers.posts import reads_holder


class AppointmentSerializer(serializers.ModelSerializer[Appointment]):
    """Who held which post of a committee, from when to when, by which documents."""

    unit_code = serializers.CharField(source="unit.code")
    unit_name = serializers.CharField(source="unit.name")
    ends_on = serializers.DateField(
        source="last_day", read_only=True, help_text="last day in the post, by document or because the unit was closed"
    )
    holder = serializers.SerializerMethodField(help_text="name in office")
    veteran_kind = serializers.SerializerMethodField(
        help_text="null for a serving official, and for a person on a roster outside the own branches"
    )

    class Meta:
        model = Appointment
        # For programs: what a field without a value means.
        extra_kwargs = {
            "official_office": {"help_text": "present office of a serving official, else empty"},
            "term_ends_on": {"help_text": "last day of the term by the document, where it says one"},
            "end_reason": {
                "help_text": "why somebody left; empty while they hold the post or where the unit was closed"
            },
            "dismissal_document": {"help_text": "number of the document of the dismissal"},
            "dismissal_issued_by": {"help_text": "office that issued the dismissal"},
            "dismissal_issued_on": {"help_text": "day of the document of the dismissal"},
        }
        fields = (
            "id",
            "unit_code",
            "unit_name",
            "post",
            "holder",
            "veteran_kind",
            "official_office",
            "document",
            "issued_by",
            "issued_on",
            "starts_on",
            "term_ends_on",
            "ends_on",
            "end_reason",
            "dismissal_document",
            "dismissal_issued_by",
            "dismissal_issued_on",
        )

    def get_holder(self, appointment: Appointment) -> str:
        return appointment.holder

    @extend_schema_field(serializers.ChoiceField(choices=VeteranKind.choices, allow_null=True))
    def get_veteran_kind(self, appointment: Appointment) -> str | None:
        reads = reads_holder(user_of(self.context["request"]))
        return appointment.volunteer.kind if appointment.volunteer and reads(appointment) else None
