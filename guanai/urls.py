from django.contrib import admin
from django.urls import include, path

from guanai.health import health

handler400 = "guanai.views.bad_request"
handler403 = "guanai.views.forbidden"
handler404 = "guanai.views.not_found"
handler500 = "guanai.views.server_error"

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
