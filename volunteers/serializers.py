"""Posts as the API gives them: names of office, for whoever may see the network."""

from rest_framework import serializers

from volunteers.models import Appointment


class AppointmentSerializer(serializers.ModelSerializer[Appointment]):
    """Who held which post of a committee, from when to when, by which document."""

    unit_code = serializers.CharField(source="unit.code")
    unit_name = serializers.CharField(source="unit.name")
    ends_on = serializers.DateField(
        source="last_day", read_only=True, help_text="last day in the post, by document or because the unit was closed"
    )
    holder = serializers.SerializerMethodField(help_text="name in office")
    veteran_kind = serializers.CharField(
        source="volunteer.kind", default=None, allow_null=True, help_text="empty for a serving official"
    )

    class Meta:
        model = Appointment
        fields = (
            "id",
            "unit_code",
            "unit_name",
            "post",
            "holder",
            "veteran_kind",
            "document",
            "issued_by",
            "issued_on",
            "starts_on",
            "ends_on",
        )

    def get_holder(self, appointment: Appointment) -> str:
        return appointment.volunteer.name if appointment.volunteer else appointment.official
