from django.urls import path

from orgs import api
from orgs.views import accounts, changes, committees, network, own_account, signing_in, trail

app_name = "orgs"
urlpatterns = [
    path("units/", network.unit_list, name="unit_list"),
    path("units/<slug:code>/", network.unit_detail, name="unit_detail"),
    path("units/<slug:code>/committee/", committees.committee_edit, name="committee_edit"),
    path("units/<slug:code>/committee/scan/", committees.committee_scan, name="committee_scan"),
    path("units/<slug:code>/means/<int:year>/", committees.means_edit, name="means_edit"),
    path("means/", committees.means_list, name="means_list"),
    path("means/<int:year>/confirm/", committees.means_confirm, name="means_confirm"),
    path("changes/", changes.change_list, name="change_list"),
    path("changes/new/", changes.change_start, name="change_start"),
    path("changes/new/<slug:verb>/", changes.change_create, name="change_create"),
    path("changes/<int:pk>/", changes.change_detail, name="change_detail"),
    path("changes/<int:pk>/take-back/", changes.change_take_back, name="change_take_back"),
    path("changes/<int:pk>/cancel/", changes.change_cancel, name="change_cancel"),
    path("coverage/", network.coverage, name="coverage"),
    path("coverage/export/", network.coverage_export, name="coverage_export"),
    path("api/v1/units/", api.UnitsView.as_view(), name="api_units"),
    path("api/v1/units/<slug:code>/", api.UnitView.as_view(), name="api_unit"),
    path("api/v1/tree/", api.TreeView.as_view(), name="api_tree"),
    path("api/v1/coverage/", api.CoverageView.as_view(), name="api_coverage"),
    path("trail/", trail.trail_list, name="trail_list"),
    path("trail/export/", trail.trail_export, name="trail_export"),
    path("trail/<slug:stream>/<int:pk>/", trail.trail_detail, name="trail_detail"),
    path("accounts/", accounts.account_list, name="account_list"),
    path("accounts/new/", accounts.account_create, name="account_create"),
    path("accounts/roles/<int:pk>/", accounts.role_end, name="role_end"),
    path("accounts/<int:pk>/", accounts.account_detail, name="account_detail"),
    path("accounts/<int:pk>/roles/", accounts.role_create, name="role_create"),
    path("accounts/<int:pk>/name/", accounts.account_name, name="account_name"),
    path("accounts/<int:pk>/<slug:verb>/", accounts.account_verb, name="account_verb"),
    path("sign-in/code/", signing_in.second_factor, name="second_factor"),
    path("sign-in/password/", signing_in.first_password, name="first_password"),
    path("account/second-factor/", signing_in.second_factor_setup, name="second_factor_setup"),
    path("account/second-factor/<slug:verb>/", own_account.second_factor_change, name="second_factor_change"),
    path("account/tokens/new/", own_account.token_create, name="token_create"),
    path("account/tokens/<int:pk>/revoke/", own_account.token_revoke, name="token_revoke"),
]
