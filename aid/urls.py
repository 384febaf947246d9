from django.urls import path

from aid.views import children, exports, fund, pairings

app_name = "aid"

urlpatterns = [
    path("children/", children.child_list, name="child_list"),
    path("children/export/", exports.child_export, name="child_export"),
    path("children/new/", children.child_create, name="child_create"),
    path("children/<int:pk>/", children.child_detail, name="child_detail"),
    path("children/<int:pk>/edit/", children.child_edit, name="child_edit"),
    path("children/<int:pk>/close/", children.child_close, name="child_close"),
    path("children/<int:pk>/looks/", children.child_looks, name="child_looks"),
    path("children/<int:pk>/reveal/<slug:field>/", children.child_reveal, name="child_reveal"),
    path("children/<int:pk>/consents/new/", children.consent_create, name="consent_create"),
    path("children/<int:pk>/certifications/new/", children.certification_create, name="certification_create"),
    path("children/<int:pk>/pairings/new/", pairings.pairing_create, name="pairing_create"),
    path("children/<int:pk>/grants/new/", fund.grant_create, name="grant_create"),
    path("consents/<int:pk>/withdraw/", children.consent_withdraw, name="consent_withdraw"),
    path("pairings/", pairings.pairing_list, name="pairing_list"),
    path("pairings/export/", exports.pairing_export, name="pairing_export"),
    path("pairings/<int:pk>/end/", pairings.pairing_end, name="pairing_end"),
    path("pairings/<int:pk>/visits/new/", pairings.visit_create, name="visit_create"),
    path("visits/", pairings.visit_list, name="visit_list"),
    path("fund/donations/", fund.donation_list, name="donation_list"),
    path("fund/donations/export/", exports.donation_export, name="donation_export"),
    path("fund/donations/new/", fund.donation_create, name="donation_create"),
    path("fund/grants/", fund.grant_list, name="grant_list"),
    path("fund/grants/export/", exports.grant_export, name="grant_export"),
    path("fund/grants/<int:pk>/", fund.grant_detail, name="grant_detail"),
    path("fund/grants/<int:pk>/<slug:step>/", fund.grant_step, name="grant_step"),
    path("fund/entries/", fund.entry_list, name="entry_list"),
    path("fund/entries/export/", exports.entry_export, name="entry_export"),
    path("fund/entries/<int:pk>/reverse/", fund.entry_reverse, name="entry_reverse"),
]
