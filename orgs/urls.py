from django.urls import path

from orgs.views import accounts, network, own_account, signing_in

app_name = "orgs"
urlpatterns = [
    path("units/", network.unit_list, name="unit_list"),
    path("units/<slug:code>/", network.unit_detail, name="unit_detail"),
    path("coverage/", network.coverage, name="coverage"),
    path("coverage/export/", network.coverage_export, name="coverage_export"),
    path("accounts/", accounts.account_list, name="account_list"),
    path("accounts/new/", accounts.account_create, name="account_create"),
    path("accounts/roles/<int:pk>/", accounts.role_end, name="role_end"),
    path("accounts/<int:pk>/", accounts.account_detail, name="account_detail"),
    path("accounts/<int:pk>/roles/", accounts.role_create, name="role_create"),
    path("accounts/<int:pk>/<slug:verb>/", accounts.account_verb, name="account_verb"),
    path("sign-in/code/", signing_in.second_factor, name="second_factor"),
    path("sign-in/password/", signing_in.first_password, name="first_password"),
    path("account/second-factor/", signing_in.second_factor_setup, name="second_factor_setup"),
    path("account/second-factor/<slug:verb>/", own_account.second_factor_change, name="second_factor_change"),
    path("account/tokens/new/", own_account.token_create, name="token_create"),
    path("account/tokens/<int:pk>/revoke/", own_account.token_revoke, name="token_revoke"),
]
