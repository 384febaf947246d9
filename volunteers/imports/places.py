"""Units as rosters write them: code, full or short name, without 镇, 关工委 behind it, the township before it."""

from collections import defaultdict

from orgs.models import Unit
from volunteers.imports.cells import CellError

_ENDINGS = ("关心下一代工作委员会", "关工委")
# So much of what a cell says is said again: a whole letter pasted into it would fill the page.
_SAID = 20
_KINDS = ("街道", "镇", "乡", "村", "社区")


class Places:
    """The open units of a branch by everything that they may be called. Two queries."""

    def __init__(self, branch: Unit) -> None:
        self.branch = branch
        self._county = branch.get_root().short_name
        self._known: dict[str, set[int]] = defaultdict(set)
        self.units: dict[int, Unit] = {}
        for unit in Unit.objects.in_branch(branch).open().select_related("parent"):
            self.units[unit.pk] = unit
            for name in _names(unit):
                self._known[name].add(unit.pk)

    def find(self, text: str) -> Unit:
        """The one unit of this name in the branch.

        Raises:
            CellError: none, or more than one.
        """
        name = _bare(text)
        found = self._known.get(name) or self._known.get(name.removeprefix(self._county)) or set()
        if len(found) == 1:
            return self.units[next(iter(found))]
        if found:
            parents = (self.units[pk].parent for pk in found)
            above = "、".join(sorted({parent.short_name for parent in parents if parent}))
            raise CellError(f"有 {len(found)} 个“{text[:_SAID]}”（{above}），请在前面写明乡镇，或填代码。")
        raise CellError(f"{self.branch.short_name}范围内没有“{text[:_SAID]}”这个单位。")


def _bare(text: str) -> str:
    name = "".join(text.split())
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    return name


def _names(unit: Unit) -> set[str]:
    own = {unit.name, unit.short_name, *(unit.short_name.removesuffix(kind) for kind in _KINDS)}
    own = {name for name in own if len(name) > 1}
    above = unit.parent
    if above is None or above.parent_id is None:
        return own | {unit.code}
    stems = {above.short_name, *(above.short_name.removesuffix(kind) for kind in _KINDS)}
    return own | {unit.code} | {f"{stem}{name}" for stem in stems for name in own}
