"""The two stand-ins: what a quick Django project would do with the same models, with Django's default middleware.

Neither scope nor trail nor default deny, and the stock admin with django-import-export.
"""

from guanai.settings import *  # noqa: F403  # a settings module takes over all of another

DEBUG = False
ROOT_URLCONF = "tests.bench.plain_urls"
INSTALLED_APPS = [
    *(app for app in INSTALLED_APPS if app != "orgs.admin_config.ScopedAdminConfig"),  # noqa: F405
    "django.contrib.admin.apps.SimpleAdminConfig",
    "import_export",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
# The stock admin's own templates, not ours.
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
SESSION_SAVE_EVERY_REQUEST = False
