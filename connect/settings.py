"""Django settings. What an operator can change comes from `connect.env`; the table is in README.md."""

import sys
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from connect import env
from connect.sentinel import is_sentinel

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env.folder("DATA_DIR", BASE_DIR / "var")

DEBUG = env.flag("DEBUG", False)
SECRET_KEY = env.secret_key(DATA_DIR)
HOST = env.text("HOST", "127.0.0.1")
PORT = env.integer("PORT", 8000, 1, 65535)
TLS = env.flag("TLS", False)
PROXY_HEADERS = env.flag("PROXY_HEADERS", False)
WEB = env.integer("WEB", 1, 1, 64)
MINER = env.flag("MINER", True)
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
SITE_URL = env.site_url(TLS, ALLOWED_HOSTS, HOST, PORT)
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if TLS and not host.startswith((".", "*"))]

# The ledger
LOG_ORIGIN = env.text("LOG_ORIGIN", "connect.localhost/ledger")
DIFFICULTY_BITS = env.integer("DIFFICULTY_BITS", 20, 8, 40)
MINE_EVERY = env.integer("MINE_EVERY", 10, 1, 86_400)
SEND_PER_MIN = env.integer("SEND_PER_MIN", 120, 1, 100_000_000)
FILE_BYTES = env.integer("FILE_MB", 25, 1, 10_000) * 1_000_000
FILE_TYPES = env.names("FILE_TYPES", ["*"])
FILE_BYTES_PER_DAY = env.integer("FILES_MB_PER_DAY", 500, 1, 1_000_000) * 1_000_000
LOG_KEY_FILE = DATA_DIR / "log.key"
SIGNED_STATE_FILE = DATA_DIR / "signed_state.json"
LEDGER_READABLE_ROOMS = "chat.access.readable_room_ids"
LEDGER_REFUSED_WRITERS = "chat.access.refused_writers"
ROOM_MODEL = "chat.Room"  # names for the bare room ids that the ledger holds, as AUTH_USER_MODEL has for its authors

# Avatars and mail
GRAVATAR = env.choice("GRAVATAR", "proxy", ("proxy", "direct", "off"))
EMAIL_CHECK_DNS = env.flag("EMAIL_CHECK_DNS", False)
EMAIL_URL = env.text("EMAIL_URL", "consolemail://")
EMBEDDED = not env.text("DATABASE_URL") and not env.text("EMAIL_URL")
EMAIL_VERIFICATION = env.choice(
    "EMAIL_VERIFICATION", "none" if EMBEDDED else "mandatory", ("none", "optional", "mandatory")
)
vars().update(env.email(EMAIL_URL))
SIGN_UP = env.choice("SIGN_UP", "open", ("open", "invite", "closed"))
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Connect <connect@localhost>")

# Web Push goes to the services of the browsers' makers, and to what is named here besides: origins, comma-separated.
PUSH_HOSTS = (".googleapis.com", ".push.services.mozilla.com", ".notify.windows.com", ".push.apple.com")
PUSH_SERVICES = env.names("PUSH_SERVICES", [])

INSTALLED_APPS = [
    # Daphne brings Twisted, which would cost every other process a quarter of a second.
    *(["daphne"] if sys.argv[1:2] == ["runserver"] else []),
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "channels",
    "csp",
    "accounts",
    "ledger",
    "chat",
    "connect",
]

MIDDLEWARE = [
    "connect.streams.give_connections_back",
    "connect.addresses.refuse_nul",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "accounts.middleware.take_tokens",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.note_sessions",
]

ROOT_URLCONF = "connect.urls"
ASGI_APPLICATION = "connect.asgi.application"
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
                "accounts.context.sign_up",
            ],
        },
    },
]

DATABASES = {"default": env.database("DATABASE_URL", DATA_DIR / "connect.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Processes hear of each other through Redis; one alone needs none. Nobody waits for it longer than this.
REDIS_URL = env.text("REDIS_URL")
REDIS_TIMEOUTS = {"socket_connect_timeout": 1, "socket_timeout": 1}
CHANNEL_LAYERS: dict[str, dict[str, Any]] = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
# Throttling counts in the cache: the usual 300 entries would let a flood of addresses push each other's counts out.
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 100_000}}
}
if REDIS_URL:
    CHANNEL_LAYERS["default"] = {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [env.redis_host(REDIS_URL, REDIS_TIMEOUTS)], "prefix": env.redis_prefix(SECRET_KEY)},
    }
    pool = {"pool_class": "connect.sentinel_pool.SentinelPool"} if is_sentinel(REDIS_URL) else {}
    CACHES["default"] = {
        "BACKEND": "connect.cache.SharedCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": env.redis_prefix(SECRET_KEY),
        "OPTIONS": {**REDIS_TIMEOUTS, **pool},
    }

# Accounts
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.LoginBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = EMAIL_VERIFICATION
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PRESERVE_USERNAME_CASING = True
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "signup": "accounts.forms.SignupForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "reauthenticate": "accounts.mfa_forms.ReauthenticateForm",
}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # only in the browser that signed up
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if TLS else "http"
ACCOUNT_RATE_LIMITS = {
    "signup": "20/m/ip,100/h/ip",
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/15m/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "change_email": "5/15m/user,5/15m/key",
    "download_data": "3/5m/user",
    "confirm_email": "1/3m/key",
}
# Who changes how they log in, or takes their data along, is asked for the password or the second step once more, and
# then not for ten minutes. The log-in itself does not count.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
MFA_ADAPTER = "accounts.mfa.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not TLS  # browsers themselves let only localhost do without
MFA_ALLOW_UNVERIFIED_EMAIL = EMAIL_VERIFICATION != "mandatory"
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}  # a challenge and an answer each; there is nothing to guess
MFA_FORMS = {
    "authenticate": "accounts.mfa_forms.AuthenticateForm",
    "reauthenticate": "accounts.mfa_forms.ReauthenticateCodeForm",
    "activate_totp": "accounts.mfa_forms.ActivateAppForm",
    "authenticate_webauthn": "accounts.mfa_forms.AuthenticatePasskeyForm",
    "login_webauthn": "accounts.mfa_forms.LoginPasskeyForm",
    "reauthenticate_webauthn": "accounts.mfa_forms.ReauthenticatePasskeyForm",
    "add_webauthn": "accounts.mfa_forms.AddPasskeyForm",
    "edit_webauthn": "accounts.mfa_forms.EditPasskeyForm",
}
# The client's address is what our own proxy saw, the last one in X-Forwarded-For; without a proxy nobody may claim one.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if PROXY_HEADERS else 0
PASSWORD_RESET_TIMEOUT = 3 * 3600
EMAIL_TIMEOUT = 10

# Language and time
# Commands, logs and checks speak English; pages what their reader chose, or else what the browser asks for. What the
# system says in a room is recorded once, for everybody, in the site's own language.
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LANGUAGE_CODE = env.choice("SITE_LANGUAGE", "en", tuple(code for code, _name in LANGUAGES))
LANGUAGE_COOKIE_AGE = 31_536_000
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = TLS
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "connect.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Static files
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES: dict[str, dict[str, Any]] = {
    # What people upload: below MEDIA_ROOT, or where FILES_URL says.
    "files": env.files("FILES_URL") or {"BACKEND": "chat.files.storage.DurableStorage"},
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "connect.statics.VersionedStorage"},
}
MEDIA_ROOT = DATA_DIR / "media"

# Security
# Two forms name every room that somebody is in; how long a form may be is another limit.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *(["https://www.gravatar.com"] if GRAVATAR == "direct" else [])],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
CSRF_FAILURE_VIEW = "connect.failures.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
SECURE_SSL_REDIRECT = TLS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = TLS
if PROXY_HEADERS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Everything worth knowing goes to standard error, where the supervisor's log is.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {"one_line": {"()": "connect.logs.OneLine"}, "no_tokens": {"()": "connect.logs.NoTokens"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["one_line", "no_tokens"]}
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": []},
        "django.request": {"level": "ERROR"},
        # It logs a traceback each second while Redis is down; chat/delivery/doorbell.py says it once.
        "channels_redis": {"level": "CRITICAL"},
    },
}
