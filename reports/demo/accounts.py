"""The sign-ins of the demonstration, and the people who recorded its entries."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from django.conf import settings

from guanai.passwords import random_password
from orgs.enums import SECOND_FACTOR_ROLES, Role
from orgs.models import Membership, SecondFactor, Unit, User
from orgs.services import new_secret
from reports.demo.names import person_name, some_sex
from reports.demo.world import World
from reports.demo.writing import write

COUNTY = "苍溪县"
# Role, name of the unit, name, username. 周敏 reviews; what the county itself did is entered by a colleague.
SIGN_INS = (
    (Role.COUNTY_OFFICE, COUNTY, "周敏", "zhoumin"),
    (Role.COUNTY_OFFICE, COUNTY, "苟晓燕", "gouxiaoyan"),
    (Role.SECRETARY, "亭子镇", "罗秀琼", "luoxiuqiong"),
    (Role.SECRETARY, "云峰镇", "王晓芳", "wangxiaofang"),
    (Role.SECRETARY, "元坝镇", "何海平", "hehaiping"),
    (Role.SECRETARY, "县教育局", "陈志刚", "chenzhigang"),
    (Role.CLERK, "清河村村民委员会", "侯春燕", "houchunyan"),
    (Role.REVIEWER, COUNTY, "贾世清", "jiashiqing"),
    (Role.LEADER, COUNTY, "蒲建国", "pujianguo"),
    (Role.FUND_MANAGER, COUNTY, "杨丽琼", "yangliqiong"),
    (Role.FUND_APPROVER, COUNTY, "任永忠", "renyongzhong"),
    (Role.AUDITOR, COUNTY, "伏志军", "fuzhijun"),
    (Role.SYSTEM_ADMIN, COUNTY, "谯海涛", "qiaohaitao"),
)


class SignIn(TypedDict):
    """One entry of `var/demo-accounts.json`; other programs rely on these keys."""

    role: str
    unit: str
    unit_code: str
    username: str
    password: str
    totp_secret: str | None


@dataclass(frozen=True, slots=True)
class Accounts:
    """Accounts that can sign in, with their clear passwords: to be printed and kept in the file, nowhere else."""

    sign_ins: list[SignIn]

    @property
    def path(self) -> Path:
        return accounts_path()

    def store(self) -> Path:
        """Write the file so that its owner alone can read it."""
        target = accounts_path()
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(".part")
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        part.write_text(json.dumps(self.sign_ins, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        part.replace(target)
        return target


def accounts_path() -> Path:
    return Path(settings.VAR_DIR) / "demo-accounts.json"


def stored_accounts() -> list[SignIn]:
    """The sign-ins of an earlier run; none where the file is gone."""
    try:
        stored: list[SignIn] = json.loads(accounts_path().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return stored


def make_accounts(world: World) -> Accounts:
    """Create the sign-ins with random passwords, and a secretary without one for every township and department.

    They are exempt from the first change of the password; roles that need a second factor have one already, so that
    a program can sign in with `totp_secret`.
    """
    by_name = {unit.name: unit for unit in reversed(world.units)}
    sign_ins = []
    for role, place, name, username in SIGN_INS:
        unit = _place(world, by_name, place)
        password = random_password()
        secret = new_secret() if role in SECOND_FACTOR_ROLES else None
        user = User.objects.create_user(username, password=password, name=name, has_second_factor=secret is not None)
        if secret:
            SecondFactor.objects.create(user=user, name="TOTP", secret=secret)
        world.users[username] = user
        _grant(world, [(user, unit, role)])
        sign_ins.append(
            SignIn(
                role=role,
                unit=unit.name,
                unit_code=unit.code,
                username=username,
                password=password,
                totp_secret=secret,
            )
        )
        if role == Role.SECRETARY:
            world.recorders[unit.pk] = user
    world.recorders[world.county.pk] = world.users["gouxiaoyan"]
    _add_secretaries(world)
    return Accounts(sign_ins)


def _place(world: World, by_name: dict[str, Unit], place: str) -> Unit:
    """The unit of a sign-in; in a network without it, any other of its kind."""
    if place in by_name:
        return by_name[place]
    return next(unit for unit in world.townships if unit.pk not in world.recorders)


def _add_secretaries(world: World) -> None:
    dice = world.plan.stream("secretaries")
    users = []
    units = [unit for unit in (*world.departments, *world.townships) if unit.pk not in world.recorders]
    for unit in units:
        user = User(username=f"secretary-{unit.code}", name=person_name(dice, "middle", some_sex(dice, 0.4)))
        user.set_unusable_password()
        users.append(user)
    write(User, users)
    for unit, user in zip(units, users, strict=True):
        world.recorders[unit.pk] = user
    _grant(world, [(user, unit, Role.SECRETARY) for unit, user in zip(units, users, strict=True)])


def _grant(world: World, grants: Iterable[tuple[User, Unit, str]]) -> None:
    starts_on = world.plan.today.replace(year=world.plan.year - 1, month=1, day=1)
    write(Membership, [Membership(user=user, unit=unit, role=role, starts_on=starts_on) for user, unit, role in grants])
