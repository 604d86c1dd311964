"""Settings. One file: what differs between machines comes from the environment.

Every variable is listed, with its meaning, in .env.example.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from oosc.vault import keys


def env(name: str, default: str | None = None) -> str:
    """Read one variable. Without a default it is required, and its absence stops the start."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set {name}; .env.example says what it is for.")
    return value


os.umask(0o077)  # what is written here is for this account alone

BASE_DIR = Path(__file__).resolve().parents[2]
DATA_DIR = Path(env("OOSC_DATA", str(BASE_DIR / "data")))

DEBUG = env("OOSC_DEBUG", "0") == "1"
SECRET_KEY = keys.secret(DATA_DIR / "keys", "django")  # a file of mode 0400, made at first start
ALLOWED_HOSTS = env("OOSC_HOSTS", "localhost,127.0.0.1").split(",")

# A certificate made by `make_certificate` turns HTTPS on, and with it cookies that need it.
CERTIFICATE = DATA_DIR / "keys" / "server.crt"
SECURE = CERTIFICATE.exists()

ROOMS = [
    "vault",
    "audit",
    "access",
    "lists",
    "places",
    "parameters",
    "jobs",
    "members",
    "exports",
    "documents",
    "children",
    "rosters",
    "schooling",
    "cases",
    "linkage",
    "portal",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "django_otp",
    *(f"oosc.{room}" for room in ROOMS),
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "oosc.portal.middleware.headers",
    "oosc.portal.middleware.reading",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "oosc.members.middleware.session_limits",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "oosc.members.middleware.acting",
    "django.contrib.messages.middleware.MessageMiddleware",
    "oosc.portal.middleware.access",
    "oosc.portal.middleware.refusals",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "oosc.portal.urls"
WSGI_APPLICATION = "oosc.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "oosc.portal.context.frame",
            ],
        },
    }
]


def _database() -> dict[str, object]:
    """SQLite in the data folder, or PostgreSQL where `OOSC_DATABASE` names one."""
    address = os.environ.get("OOSC_DATABASE", "")
    if not address:
        return {
            "ENGINE": "oosc.database.sqlite3",
            "NAME": DATA_DIR / "oosc.sqlite3",
            "TEST": {"NAME": ":memory:"},
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                    "PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456;"
                ),
            },
        }
    parts = urlsplit(address)
    if parts.scheme != "postgresql":
        raise ImproperlyConfigured("OOSC_DATABASE must be a postgresql:// address.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # Compiling a query for itself costs more than any query here takes. And the register lies
        # in memory or on an SSD: a row looked up by its key costs about what the next row costs.
        "OPTIONS": {"options": "-c statement_timeout=60000 -c jit=off -c random_page_cost=1.1"},
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "members.Officer"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "oosc.members.backends.OfficerBackend",
]
PASSWORD_HASHERS = ["oosc.members.passwords.Argon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "oosc.members.passwords.GradedProtection"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "phone")},
    },
    {"NAME": "oosc.members.passwords.History"},
]
LOGIN_URL = "members:sign_in"
LOGIN_REDIRECT_URL = "portal:home"

AXES_FAILURE_LIMIT = "oosc.members.lock_out.tries"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "oosc.members.lock_out.name_of"  # what is typed there is kept as a hash
AXES_COOLOFF_TIME = "oosc.members.lock_out.lasts"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "oosc.members.views.sign_in.locked_out"
AXES_VERBOSE = False
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_SENSITIVE_PARAMETERS: list[str] = ["username", "password", "token"]

SESSION_COOKIE_AGE = 24 * 3600  # seconds; members.sessions ends a session earlier
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = SECURE
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = False  # htmx reads the token from the page's <body>, not from the cookie
CSRF_COOKIE_SECURE = SECURE
CSRF_FAILURE_VIEW = "oosc.portal.views.csrf_failure"
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# W005, W021: the host may stand above other systems of the office, which HTTPS must not be forced
# upon; and no list of browsers takes a host of a local network.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH: list[str] = []

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "build" / "static"]
STORAGES = {"staticfiles": {"BACKEND": "oosc.portal.static_files.Versioned"}}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_MAX_AGE = 30 * 24 * 3600  # seconds; an address carries the version of its file

DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 12_000  # a batch of picked rows
LARGEST_BODY_BYTES = 64 * 1024 * 1024  # a roster of 50 MB, or a visit with its photos
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_TEMP_DIR = str(DATA_DIR / "incoming")
(DATA_DIR / "incoming").mkdir(mode=0o700, parents=True, exist_ok=True)

DEMO = (DATA_DIR / "demo").exists()  # load_demo leaves this mark; every page then says 示例数据

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"redact": {"()": "oosc.portal.logs.Redact"}},
    "formatters": {"json": {"()": "oosc.portal.logs.Json"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "filters": ["redact"],
            "formatter": "json",
        }
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # It would write what was typed as a user name, which may be the password.
    "loggers": {"axes": {"level": "ERROR"}},
}
