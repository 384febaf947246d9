"""Addresses of the frame's own pages, included by guanai/urls.py at the root."""

from django.urls import path

from guanai import views

app_name = "page"

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("account/", views.account, name="account"),
    path("large-type/", views.switch_large_type, name="large_type"),
    path("more/", views.more, name="more"),
]
