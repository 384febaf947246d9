from django.contrib.admin.apps import AdminConfig


class ScopedAdminConfig(AdminConfig):
    """Django's admin with a site of ours; apart from the site, which can be imported only once models are there."""

    default_site = "orgs.admin_site.ScopedAdminSite"
