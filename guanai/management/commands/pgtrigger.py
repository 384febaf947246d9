from pgtrigger.management.commands import pgtrigger

from guanai.database_role import OwnerCommand


class Command(OwnerCommand, pgtrigger.Command):
    """The library's, as the owner of the tables that the triggers are on."""
