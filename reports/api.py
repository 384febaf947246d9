"""The API under /api/v1/: figures and units, each narrowed to the branches of who asks."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from guanai.access import SIGNED_IN
from orgs.enums import Action
from orgs.models import Unit
from orgs.scope import units_for, user_of
from reports.indicators import INDICATORS, Period
from reports.links import records_url
from reports.queries import figures_unit_or_404, year_or_404
from reports.rollup import figures
from reports.serializers import FiguresSerializer, UnitSerializer


class FiguresView(APIView):
    """Every figure of one unit's branch in one year."""

    guanai_action = Action.VIEW_FIGURES

    @extend_schema(
        parameters=[
            OpenApiParameter("unit", OpenApiTypes.STR, description="code of a unit; the user's own without it"),
            OpenApiParameter("year", OpenApiTypes.INT, description="the running year without it"),
        ],
        responses=FiguresSerializer,
    )
    def get(self, request: Request) -> Response:
        """Figures of a unit outside the user's branches are not found."""
        unit = figures_unit_or_404(user_of(request), request.query_params.get("unit", ""))
        year = year_or_404(request.query_params.get("year", ""))
        found: list[dict[str, Any]] = [
            {
                "code": code,
                "name": INDICATORS[code].label,
                "definition": INDICATORS[code].definition,
                "measure": str(INDICATORS[code].measure),
                "value": str(value),
                "records": records_url(code, unit.code, year),
            }
            for code, value in figures(year, unit).items()
        ]
        answer = {
            "unit": unit.code,
            "name": unit.name,
            "year": year,
            "as_of": Period.of(year).day,
            "figures": found,
        }
        return Response(FiguresSerializer(answer).data)


class UnitsView(ListAPIView[Unit]):
    """The units of the user's branches in tree order."""

    guanai_action = Action.VIEW_NETWORK
    # Names the model for the schema; the rows are those of `get_queryset`.
    queryset = Unit.objects.none()
    serializer_class = UnitSerializer
    filterset_fields = ("kind",)

    def get_queryset(self) -> QuerySet[Unit]:
        return units_for(user_of(self.request), Action.VIEW_NETWORK).select_related("parent")


class SchemaView(SpectacularAPIView):
    """OpenAPI 3.1 description of this API."""

    guanai_action = SIGNED_IN
