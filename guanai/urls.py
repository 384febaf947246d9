from django.contrib import admin
from django.urls import include, path

from guanai.health import health

urlpatterns = [
    path("health/", health),
    path("", include("guanai.page_urls")),
    path("", include("orgs.urls")),
    path("", include("volunteers.urls")),
    path("", include("activities.urls")),
    path("", include("aid.urls")),
    path("", include("reports.urls")),
    path("admin/", admin.site.urls),
]
