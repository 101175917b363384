"""Django's settings, made from the installation's (`paraat.platform.configuration`). Nothing here is set per installation."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from paraat.platform import configuration, database, keys, logging, security

PACKAGE = Path(__file__).resolve().parent
HOME = configuration.HOME.get()
MODE = configuration.MODE.get()
PRODUCTION = configuration.is_production()
PORT = configuration.PORT.get()
HOUSE = (
    "platform",
    "registry",
    "accounts",
    "observations",
    "feeds",
    "alerts",
    "incidents",
    "cloud",
    "warroom",
    "exercises",
    "readiness",
    "web",
)
"""Our apps, lowest layer first."""

configuration.check_together()

DEBUG = False
SECRET_KEY, *SECRET_KEY_FALLBACKS = keys.session_keys()
ALLOWED_HOSTS = configuration.host_names()
CSRF_TRUSTED_ORIGINS = [configuration.public_url()]
ROOT_URLCONF = "paraat.web.urls"
WSGI_APPLICATION = "paraat.platform.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    *(f"paraat.{app}" for app in HOUSE),
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "procrastinate.contrib.django",
    "django_htmx",
    "ninja",
]

MIDDLEWARE = [
    "paraat.platform.requests.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "paraat.platform.security.SecurityHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "paraat.platform.readonly.ReadOnlyMiddleware",
    "paraat.warroom.glance.GlanceMiddleware",  # what pages of a room ask every second
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "paraat.accounts.middleware.ViewerMiddleware",
]
MIDDLEWARE = [name for name in MIDDLEWARE if find_spec(name.rpartition(".")[0])]

TEMPLATES = [
    {
        "NAME": "house",
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE / app / "templates" for app in HOUSE],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "paraat.platform.jinja.environment"},
    },
    {  # allauth's pages, and ours around them
        "NAME": "allauth",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / app / "django_templates" for app in HOUSE],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "paraat.accounts.frame.banners",
            ]
        },
    },
]

# The database, sessions and caches ------------------------------------------------------------------------------------------------
DATABASES = {"default": database.connection_settings()}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": database.CACHE_TABLE},
    "local": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "local",
        "OPTIONS": {"MAX_ENTRIES": 5000},
    },
}
SESSION_COOKIE_NAME = (
    "__Host-paraat" if PRODUCTION else f"paraat_{PORT}"
)  # browsers send a cookie to every port of a host
CSRF_COOKIE_NAME = "__Host-paraat-csrf" if PRODUCTION else f"paraat_csrf_{PORT}"
LANGUAGE_COOKIE_NAME = f"paraat_language_{PORT}"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600  # a shift
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# The wire -------------------------------------------------------------------------------------------------------------------------
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
USE_X_FORWARDED_HOST = False
if configuration.PROXIES.get():
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = security.policy(configuration.live_url(), configuration.identity_origin())
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = str(HOME / "tmp")  # beside where files are kept, so that keeping one is a rename
Path(FILE_UPLOAD_TEMP_DIR).mkdir(parents=True, exist_ok=True, mode=0o700)
MEDIA_ROOT = HOME / "files"

# Static files ---------------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = (
    PACKAGE / "collected" if PRODUCTION else None
)  # made when the wheel is built; else served from where they lie
_static = (
    "whitenoise.storage.CompressedManifestStaticFilesStorage"
    if PRODUCTION
    else "django.contrib.staticfiles.storage.StaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _static},
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_MAX_AGE = 3600 if PRODUCTION else 0

# Languages and time ---------------------------------------------------------------------------------------------------------------
LANGUAGES = [("nl", "Nederlands"), ("fr", "Français"), ("de", "Deutsch"), ("en", "English")]
LANGUAGE_CODE = configuration.LANGUAGE.get()
LOCALE_PATHS = [PACKAGE / "locale"]
USE_TZ = True  # stored in UTC
TIME_ZONE = configuration.TIME_ZONE.get()  # shown, and read from forms

# Accounts -------------------------------------------------------------------------------------------------------------------------
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher"
    if MODE != "test"
    else "django.contrib.auth.hashers.MD5PasswordHasher"
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
AUTHENTICATION_BACKENDS = ["paraat.accounts.backends.RightsBackend"]
LOGIN_URL = "/welcome/" if configuration.is_demonstration() else "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "paraat.accounts.adapter.HouseAdapter"
ACCOUNT_SESSION_REMEMBER = False  # a session ends with the browser, or after a shift
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_EMAIL_NOTIFICATIONS = True  # somebody who changes your password or second factor tells you so
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGIN_TIMEOUT = 600
ACCOUNT_RATE_LIMITS = {"login_failed": "10/5m/ip,5/5m/key", "login": "60/m/ip", "reset_password": "20/m/ip,5/h/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = configuration.PROXIES.get()
EMAIL_BACKEND = "paraat.accounts.mail.HouseBackend"
DEFAULT_FROM_EMAIL = configuration.MAIL_FROM.get()
SOCIALACCOUNT_ADAPTER = "paraat.accounts.adapter.ProviderAdapter"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True  # an address that the provider vouches for is that of the account we made
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": configuration.identity_providers()}}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an administrator vouches for every address
MFA_TOTP_ISSUER = configuration.TEAM_NAME.get()
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION

LOGGING = logging.configuration()
