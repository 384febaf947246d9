"""Settings. Every value that differs between machines is read from the environment, and fails loudly when it is wrong.

Outside DEBUG these must be set: SECRET_KEY, ALLOWED_HOSTS, DATABASE_URL, REDIS_URL, GUANAI_DATA_KEYS, GUANAI_INDEX_KEY,
GUANAI_AUDIT_KEY.
In DEBUG secrets are made once at random in `var/keys.json`, and what has no address is served by the embedded servers.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django_stubs_ext import monkeypatch

from guanai import environment
from guanai.embedded.postgres import DATABASE, ROLE
from guanai.embedded.runtime import Embedded
from guanai.logging import logging_settings

monkeypatch()

# --- Places -----------------------------------------------------------------------------------------------------------

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = environment.directory("GUANAI_VAR_DIR", default=BASE_DIR / "var")
OUT_DIR = environment.directory("GUANAI_OUT_DIR", default=BASE_DIR / "out")

# --- Mode and secrets -------------------------------------------------------------------------------------------------

DEBUG = environment.flag("GUANAI_DEBUG", default=False)

if DEBUG:
    for _name, _value in environment.development_keys(VAR_DIR / "keys.json").items():
        os.environ.setdefault(_name, _value)
    os.environ.setdefault("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver")

SECRET_KEY = environment.secret_key("SECRET_KEY")
ALLOWED_HOSTS = environment.names("ALLOWED_HOSTS")
# Fields of persons: SM4 keys and keys of the HMAC-SM3 blind index by version, of which the highest is the current one.
DATA_KEYS: dict[int, bytes] = environment.data_keys("GUANAI_DATA_KEYS")
DATA_KEY_CURRENT: int = max(DATA_KEYS)
INDEX_KEYS: dict[int, bytes] = environment.digest_keys("GUANAI_INDEX_KEY")
INDEX_KEY_CURRENT: int = max(INDEX_KEYS)
# The seals over the trail and the ledger.
AUDIT_KEYS: dict[int, bytes] = environment.digest_keys("GUANAI_AUDIT_KEY")
AUDIT_KEY_CURRENT: int = max(AUDIT_KEYS)

# --- Servers ----------------------------------------------------------------------------------------------------------

EMBEDDED = Embedded(
    var_dir=VAR_DIR,
    debug=DEBUG,
    postgres=DEBUG and not os.environ.get("DATABASE_URL"),
    valkey=DEBUG and not os.environ.get("REDIS_URL"),
    durable=environment.flag("GUANAI_EMBEDDED_DURABLE", default=True),
)

if EMBEDDED.postgres:
    _database: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "USER": ROLE,
        "HOST": str(EMBEDDED.postgres_socket_dir),
    }
else:
    _database = environment.database("DATABASE_URL")

if EMBEDDED.valkey:
    _broker = f"redis+socket://{EMBEDDED.valkey_socket}?virtual_host=0"
    _cache = f"unix://{EMBEDDED.valkey_socket}?db=1"
else:
    _broker, _cache = environment.redis_addresses("REDIS_URL")

# Several installations may share one Redis under different names.
REDIS_PREFIX = environment.text("GUANAI_REDIS_PREFIX", default="guanai")

# Owns no table and may only add to ledger and trail; what needs the owner says so (`guanai/database_role.py`).
DATABASE_ROLE = environment.text("GUANAI_DATABASE_ROLE", default="guanai_app")
_options = {**_database.get("OPTIONS", {}), "assume_role": DATABASE_ROLE}
DATABASES = {"default": {**_database, "OPTIONS": _options, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": _cache,
        "KEY_PREFIX": REDIS_PREFIX,
    }
}

# --- Applications -----------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    # Ours first: their templates and commands come before those of the libraries.
    "guanai",
    "orgs",
    "volunteers",
    "activities",
    "aid",
    "reports",
    "orgs.admin_config.ScopedAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "mptt",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "django_htmx",
    "django_structlog",
    "axes",
    "django_otp",
    "csp",
    "health_check",
    "pgtrigger",
    "pghistory",
    "bootstrap",
    # Its widget templates are found through the TEMPLATES setting, where ours may stand before them.
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "guanai.logging.RequestLogMiddleware",
    "guanai.wrong_method.WrongMethodPage",
    "guanai.trail.HistoryContext",
    "guanai.trail.TrailMiddleware",
    "orgs.middleware.DefaultDeny",
    # Last: it looks at the outcome of a sign-in.
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "guanai.urls"
WSGI_APPLICATION = "guanai.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "guanai.context_processors.page_frame",
            ],
        },
    },
]

FORM_RENDERER = "guanai.forms.PageRenderer"

# --- Language and time ------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# --- Files ------------------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
# In DEBUG the files are served from where they lie, and none are collected.
STATIC_ROOT = None if DEBUG else environment.directory("GUANAI_STATIC_DIR", default=BASE_DIR / "staticfiles")
# Uploads and files of jobs are handed out by views that check who asks; no address leads to them.
MEDIA_ROOT = VAR_DIR / "files"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "guanai.attachments.CappedUploadHandler",
]
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = False

# --- Sign-in ----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "orgs.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "guanai.passwords.MixedPassword", "OPTIONS": {"min_length": 8, "classes": 3}},
    {"NAME": "guanai.passwords.NotLikeTheOwner", "OPTIONS": {"user_attributes": ("username", "name")}},
    {"NAME": "guanai.passwords.NotCommon"},
    {"NAME": "orgs.passwords.NotUsedLately", "OPTIONS": {"last": 5}},
    {"NAME": "orgs.passwords.EndsTokens"},
]
LOGIN_URL = "page:sign_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "page:sign_in"
SESSION_COOKIE_AGE = 30 * 60
# Writes what keeps a session alive once a minute.
SESSION_ENGINE = "guanai.sessions"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# Offices share one address, so a lock takes the user and the address together.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=30)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# What a failed attempt leaves behind holds no password, whichever form it was typed into.
AXES_SENSITIVE_PARAMETERS = ["username", "old_password", "new_password1", "new_password2", "csrfmiddlewaretoken"]
AXES_LOCKOUT_CALLABLE = "guanai.views.locked_out"
# How many reverse proxies stand in front; with none, a forwarded address is not believed.
PROXY_COUNT = environment.integer("GUANAI_PROXY_COUNT", default=0)
AXES_IPWARE_PROXY_COUNT = PROXY_COUNT or None
AXES_IPWARE_META_PRECEDENCE_ORDER = ["HTTP_X_FORWARDED_FOR", "REMOTE_ADDR"] if PROXY_COUNT else ["REMOTE_ADDR"]

# --- Security of the transport and of pages ---------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "script-src": [SELF],
        "style-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "guanai.views.csrf_failure"
# Off only in DEBUG and to look at a deployment on one's own machine.
HTTPS = environment.flag("GUANAI_HTTPS", default=not DEBUG)
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
# The health check is asked inside the machine's own network, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
if PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- Trail ------------------------------------------------------------------------------------------------------------

# Of pghistory the contexts: who, from where, by what. The triggers are those of `guanai/history.py`.
# A page that is only read changes nothing, so its queries need no author.
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

# Where the newest seals are written outside the database: here, and in files on other disks or machines.
SEAL_FILES = [VAR_DIR / "seals.log", *environment.files("GUANAI_SEAL_FILES", default=())]
TRAIL_MONTHS = environment.integer("GUANAI_TRAIL_MONTHS", default=36, minimum=6)

# --- API --------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "orgs.api_tokens.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["guanai.api.KnownFilters"],
    "DEFAULT_PAGINATION_CLASS": "guanai.api.Pages",
    "EXCEPTION_HANDLER": "guanai.api.error_body",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"anon": "60/min", "user": "1200/min", "uploads": "60/hour"},
    "NUM_PROXIES": PROXY_COUNT,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "关爱通 API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    # Several models call a field kind; each set of words has a name of its own in the schema.
    "ENUM_NAME_OVERRIDES": {
        "UnitKind": "orgs.enums.UnitKind",
        "VeteranKind": "volunteers.enums.VeteranKind",
        "TeamKind": "volunteers.enums.TeamKind",
        "VolunteerStatus": "volunteers.enums.VolunteerStatus",
    },
}

# --- Background work --------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = _broker
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
# The rows of jobs are the truth: a task that its worker did not finish is taken up again, by the broker or by beat.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 60, "global_keyprefix": f"{REDIS_PREFIX}:"}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat")
CELERY_BEAT_SCHEDULE = {
    "requeue-stalled-jobs": {"task": "guanai.tasks.requeue_stalled_jobs", "schedule": 10.0},
    "seal-audit": {"task": "guanai.tasks.seal_audit", "schedule": 60.0},
    "clear-files-away": {"task": "guanai.tasks.clear_files_away", "schedule": 600.0},
    # At the start of each day, and every hour after, so that a machine that was off at midnight makes up for it.
    "expire-roster-imports": {"task": "volunteers.tasks.expire_roster_imports", "schedule": crontab(minute=17)},
    "apply-due-changes": {"task": "orgs.tasks.apply_due_changes", "schedule": crontab(minute=1)},
}

# --- Logs -------------------------------------------------------------------------------------------------------------

DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
LOGGING = logging_settings(readable=DEBUG, level=environment.text("GUANAI_LOG_LEVEL", default="INFO"))
