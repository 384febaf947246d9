"""The network under /api/v1/: units, their tree, coverage; each narrowed to the branches of who asks."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from guanai.api import ERROR, PrivateView
from orgs.enums import TIER_OF_KIND, Action, Tier, UnitKind
from orgs.models import Unit
from orgs.network import Node, by_place, by_tier, load_branch
from orgs.queries import top_units, unit_for_user_or_404
from orgs.querysets import UnitQuerySet
from orgs.scope import units_for, user_of
from orgs.serializers import CoverageAnswerSerializer, NodeSerializer, UnitSerializer

UNIT = OpenApiParameter("unit", OpenApiTypes.STR, description="code of a unit: its branch alone")
MOST_DEPTH = 4
NOT_FOUND = {404: ERROR}


class UnitFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library is untyped
    """Conditions on units; all of those given must hold."""

    unit = django_filters.CharFilter(method="in_branch", help_text="code of a unit: its branch alone")
    kind = django_filters.ChoiceFilter(choices=UnitKind.choices)
    tier = django_filters.ChoiceFilter(choices=Tier.choices, method="of_tier")
    open = django_filters.BooleanFilter(field_name="closed_on", lookup_expr="isnull")
    has_committee = django_filters.BooleanFilter(
        field_name="committee_established_on", lookup_expr="isnull", exclude=True
    )
    required = django_filters.BooleanFilter(method="is_required", help_text="places that should have a committee")

    class Meta:
        model = Unit
        fields = ("unit", "kind", "tier", "open", "has_committee", "required")

    def in_branch(self, rows: UnitQuerySet, name: str, value: str) -> UnitQuerySet:
        return rows.in_branch(unit_for_user_or_404(user_of(self.request), value))

    def of_tier(self, rows: UnitQuerySet, name: str, value: str) -> UnitQuerySet:
        return rows.filter(kind__in=[kind for kind, tier in TIER_OF_KIND.items() if tier == value])

    def is_required(self, rows: UnitQuerySet, name: str, value: bool) -> UnitQuerySet:  # noqa: FBT001 - django-filter's signature
        return rows.required() if value else rows.exclude(pk__in=Unit.objects.required())


class UnitsView(PrivateView, ListAPIView[Unit]):
    """The units of the user's branches in tree order."""

    guanai_action = Action.VIEW_NETWORK
    # Names the model for the schema; the rows are those of `get_queryset`.
    queryset = Unit.objects.none()
    serializer_class = UnitSerializer
    filterset_class = UnitFilter

    def get_queryset(self) -> QuerySet[Unit]:
        return units_for(user_of(self.request), Action.VIEW_NETWORK).select_related("parent", "successor")


class UnitView(PrivateView, RetrieveAPIView[Unit]):
    """One unit."""

    guanai_action = Action.VIEW_NETWORK
    queryset = Unit.objects.none()
    serializer_class = UnitSerializer
    lookup_field = "code"

    @extend_schema(responses={200: UnitSerializer, **NOT_FOUND})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A unit outside the user's branches is not found."""
        return super().get(request, *args, **kwargs)

    def get_object(self) -> Unit:
        return unit_for_user_or_404(user_of(self.request), self.kwargs["code"])


class TreeView(PrivateView):
    """The open units under one, as a tree."""

    guanai_action = Action.VIEW_NETWORK

    @extend_schema(
        parameters=[
            UNIT,
            OpenApiParameter("depth", OpenApiTypes.INT, description="levels below the top, 0 to 4; 1 without it"),
        ],
        responses={200: NodeSerializer(many=True), 400: ERROR, **NOT_FOUND},
    )
    def get(self, request: Request) -> Response:
        """One node for each branch of the user, or for the branch asked for."""
        depth = _depth(request.query_params.get("depth", "1"))
        return Response([_tree(load_branch(top), depth) for top in _tops(request)])


class CoverageView(PrivateView):
    """Coverage by tier and kind, and by township and department."""

    guanai_action = Action.VIEW_NETWORK

    @extend_schema(parameters=[UNIT], responses={200: CoverageAnswerSerializer, **NOT_FOUND})
    def get(self, request: Request) -> Response:
        """Of the user's branches, or of the branch asked for; in tree order."""
        tops = [load_branch(top) for top in _tops(request)]
        answer = {"by_tier": by_tier(tops), "by_place": by_place(tops)}
        return Response(CoverageAnswerSerializer(answer).data)


def _tops(request: Request) -> list[Unit]:
    user = user_of(request)
    code = request.query_params.get("unit", "")
    return [unit_for_user_or_404(user, code)] if code else top_units(user)


def _depth(text: str) -> int:
    if not text.isdecimal() or not text.isascii() or int(text[:9]) > MOST_DEPTH:
        raise ValidationError({"depth": [f"层数应是 0 到 {MOST_DEPTH} 的整数。"]})
    return int(text)


def _tree(node: Node, depth: int) -> dict[str, Any]:
    children = [_tree(child, depth - 1) for child in node.children] if depth else []
    return dict(NodeSerializer({**_facts(node), "children": children}).data)


def _facts(node: Node) -> dict[str, Any]:
    names = ("code", "name", "kind", "established_on", "coverage")
    return {name: getattr(node, name) for name in names}
