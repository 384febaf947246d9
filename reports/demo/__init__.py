"""A county's year of records at the size of the founding document: repeatable, fictional, for `make demo` and tests."""

from reports.demo.accounts import SignIn, accounts_path, stored_accounts
from reports.demo.loading import Loaded, is_loaded, load
from reports.demo.plan import SEED, YEAR, Plan

__all__ = [
    "SEED",
    "YEAR",
    "Loaded",
    "Plan",
    "SignIn",
    "accounts_path",
    "is_loaded",
    "load",
    "stored_accounts",
]
