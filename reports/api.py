"""Figures under /api/v1/, narrowed to the branches of who asks, and the description of the whole API."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from guanai.access import SIGNED_IN
from guanai.api import ERROR, PrivateView
from orgs.enums import Action
from orgs.scope import user_of
from reports.indicators import INDICATORS, Period
from reports.links import records_url
from reports.queries import figures_unit_or_404, year_or_404
from reports.rollup import figures
from reports.serializers import FiguresSerializer


class FiguresView(PrivateView):
    """Every figure of one unit's branch in one year."""

    guanai_action = Action.VIEW_FIGURES

    @extend_schema(
        parameters=[
            OpenApiParameter("unit", OpenApiTypes.STR, description="code of a unit; the user's own without it"),
            OpenApiParameter("year", OpenApiTypes.INT, description="the running year without it"),
        ],
        responses={200: FiguresSerializer, 404: ERROR},
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


class SchemaView(SpectacularAPIView):
    """OpenAPI 3.1 description of this API."""

    guanai_action = SIGNED_IN
