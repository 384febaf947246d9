"""The stand-ins' pages: a bare view of each list and the stock admin of the same rows."""

from django.contrib.admin import AdminSite
from django.urls import path

from activities.models import Activity, Theme
from orgs.models import Unit
from tests.bench import plain_views
from tests.bench.plain_admin import PlainActivityAdmin, PlainAdmin, PlainVolunteerAdmin
from volunteers.models import Volunteer

site = AdminSite(name="admin")
site.register(Volunteer, PlainVolunteerAdmin)
site.register(Activity, PlainActivityAdmin)
site.register(Unit, PlainAdmin)
site.register(Theme, PlainAdmin)

urlpatterns = [
    path("admin/", site.urls),
    path("bare/volunteers/", plain_views.volunteers),
    path("bare/activities/", plain_views.activities),
]
