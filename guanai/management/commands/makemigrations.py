from django.core.management.commands import makemigrations

from guanai.database_role import OwnerCommand


class Command(OwnerCommand, makemigrations.Command):
    """Django's, as the owner: it looks into the history of migrations, also where no role was made yet."""
