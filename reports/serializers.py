"""Figures as the API gives them."""

from typing import Any

from rest_framework import serializers


class FigureSerializer(serializers.Serializer[dict[str, Any]]):
    """One figure of a branch; money is in yuan, a ratio a part of 1, both as text so that nothing is lost."""

    code = serializers.CharField(help_text="code of the indicator")
    name = serializers.CharField(help_text="what the figure is called")
    definition = serializers.CharField()
    measure = serializers.CharField(help_text="场, 人, 人次, 元, %, …")
    value = serializers.CharField(help_text="a whole number, or a decimal with its places")
    records = serializers.CharField(help_text="address of the page with the records behind the figure")


class FiguresSerializer(serializers.Serializer[dict[str, Any]]):
    """All figures of one unit's branch in one year."""

    unit = serializers.CharField(help_text="code of the unit")
    name = serializers.CharField()
    year = serializers.IntegerField()
    as_of = serializers.DateField(help_text="the day on which stocks are counted")
    figures = FigureSerializer(many=True)
