"""What the classes of Django and REST framework answer, by their names."""

from collections.abc import Mapping
from typing import Final

VERBS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
"""HTTP methods in the order in which they are told. HEAD, OPTIONS and TRACE are the framework's own."""
_ALL: Final = ("list", "create", "retrieve", "update", "partial_update", "destroy")
ACTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "CreateModelMixin": ("create",), "ListModelMixin": ("list",), "RetrieveModelMixin": ("retrieve",),
    "UpdateModelMixin": ("update", "partial_update"), "DestroyModelMixin": ("destroy",),
    "ModelViewSet": _ALL, "ReadOnlyModelViewSet": ("list", "retrieve"),
}  # fmt: skip
"""Actions that a class of a library brings along."""
REST_VERBS: Final[Mapping[str, Mapping[str, str]]] = {
    "CreateAPIView": {"POST": "create"},
    "ListAPIView": {"GET": "list"},
    "RetrieveAPIView": {"GET": "retrieve"},
    "DestroyAPIView": {"DELETE": "destroy"},
    "UpdateAPIView": {"PUT": "update", "PATCH": "partial_update"},
    "ListCreateAPIView": {"GET": "list", "POST": "create"},
    "RetrieveUpdateAPIView": {"GET": "retrieve", "PUT": "update", "PATCH": "partial_update"},
    "RetrieveDestroyAPIView": {"GET": "retrieve", "DELETE": "destroy"},
    "RetrieveUpdateDestroyAPIView": {
        "GET": "retrieve", "PUT": "update", "PATCH": "partial_update", "DELETE": "destroy",
    },
    "ObtainAuthToken": {"POST": "post"}, "ObtainAuthTokenView": {"POST": "post"}, "obtain_auth_token": {"POST": "post"},
    "TokenViewBase": {"POST": "post"}, "TokenObtainPairView": {"POST": "post"}, "TokenRefreshView": {"POST": "post"},
    "TokenVerifyView": {"POST": "post"}, "TokenBlacklistView": {"POST": "post"},
    "TokenObtainSlidingView": {"POST": "post"}, "TokenRefreshSlidingView": {"POST": "post"},
    "token_obtain_pair": {"POST": "post"}, "token_refresh": {"POST": "post"}, "token_verify": {"POST": "post"},
    "obtain_jwt_token": {"POST": "post"}, "refresh_jwt_token": {"POST": "post"}, "verify_jwt_token": {"POST": "post"},
    "SocialLoginView": {"POST": "post"}, "RegisterView": {"POST": "post"}, "VerifyEmailView": {"POST": "post"},
    "LogoutAllView": {"POST": "post"},
    "SpectacularAPIView": {"GET": "get"}, "SpectacularJSONAPIView": {"GET": "get"},
    "SpectacularYAMLAPIView": {"GET": "get"}, "SpectacularSwaggerView": {"GET": "get"},
    "SpectacularRedocView": {"GET": "get"}, "SpectacularSwaggerSplitView": {"GET": "get"},
    "get_schema_view": {"GET": "get"}, "SchemaView": {"GET": "get"},
}  # fmt: skip
_PAGES: Final = frozenset(
    {
        "TemplateView", "RedirectView", "ListView", "DetailView", "ArchiveIndexView", "YearArchiveView",
        "MonthArchiveView", "WeekArchiveView", "DayArchiveView", "TodayArchiveView", "DateDetailView",
        "PasswordResetDoneView", "PasswordResetCompleteView", "PasswordChangeDoneView", "BaseListView",
        "BaseDetailView", "JavaScriptCatalog", "JSONCatalog", "TemplateResponseMixin_", "FilterView",
        "SingleTableView", "SingleTableMixin_",
    }
)  # fmt: skip
_FORMS: Final = frozenset(
    {
        "FormView", "CreateView", "UpdateView", "DeleteView", "LoginView", "PasswordChangeView", "PasswordResetView",
        "PasswordResetConfirmView", "BaseFormView", "BaseCreateView", "BaseUpdateView", "BaseDeleteView",
        "ProcessFormView", "WizardView", "SessionWizardView", "CookieWizardView", "NamedUrlSessionWizardView",
    }
)  # fmt: skip
_ON_REST: Final = frozenset({"knox", "dj_rest_auth", "rest_auth"})
_JSON_ROOTS: Final = _ON_REST | {"rest_framework"}
_OPEN: Final = frozenset(
    {
        "TokenViewBase", "TokenObtainPairView", "TokenRefreshView", "TokenVerifyView", "TokenBlacklistView",
        "TokenObtainSlidingView", "TokenRefreshSlidingView", "token_obtain_pair", "token_refresh", "token_verify",
        "ObtainAuthToken", "ObtainAuthTokenView", "obtain_auth_token", "obtain_jwt_token", "refresh_jwt_token", "verify_jwt_token",
    }
)  # fmt: skip
_OPEN_OF_AUTH: Final = frozenset(
    {
        "LoginView", "RegisterView", "SocialLoginView", "VerifyEmailView", "ResendEmailVerificationView", "PasswordResetView",
        "PasswordResetConfirmView",
    }
)  # fmt: skip
"""The same of dj-rest-auth, whose views say so themselves: https://github.com/iMerica/dj-rest-auth."""

SIGNED_IN: Final = frozenset({"PasswordChangeView", "PasswordChangeDoneView"})
"""Views of Django that only those may see who are signed in."""
ACTION_STATUS: Final[Mapping[str, int]] = {"create": 201, "destroy": 204}
"""What REST framework's own actions answer, where it is not 200."""
HANDED_ON: Final[Mapping[str, str]] = {"partial_update": "update"}
"""Actions that call another one."""
REST: Final = frozenset(
    {*ACTIONS, *REST_VERBS, "APIView", "GenericAPIView", "GenericViewSet", "ViewSet", "ViewSetMixin"}
) - {"get_schema_view"}  # fmt: skip
"""Classes of REST framework, which ask for permissions."""
KNOWN: Final = frozenset({*REST, *_PAGES, *_FORMS, "View", "ContextMixin", "object", "ABC", "Generic", "Protocol"})
"""Classes of which it is known what they answer."""


def extends_rest(name: str) -> bool:
    """A view of a package that builds on REST framework; its class says who may call, which nobody sees here."""
    return name.split(".", 1)[0] in _ON_REST


_SHOWS: Final = frozenset({"index", "sitemap", "serve", "set_language", "javascript_catalog", "page_not_found"})
_SHOWN_BY: Final = ("django.contrib.sitemaps.", "django.contrib.staticfiles.", "django.views.")


def shows_everybody(name: str) -> bool:
    """A function of Django that is a view and asks nobody who calls: sitemaps, files, the choice of a language."""
    return name.startswith(_SHOWN_BY) and name.rsplit(".", 1)[-1] in _SHOWS


def is_open(name: str) -> bool:
    """Anybody may call this view of a library: it hands out what callers identify themselves with."""
    root, last = name.split(".", 1)[0], name.rsplit(".", 1)[-1]
    return last in _OPEN or (root in ("dj_rest_auth", "rest_auth") and last in _OPEN_OF_AUTH)


def verbs_of_library(name: str) -> Mapping[str, str]:
    """HTTP methods that a class or function of a library answers, with the actions that they run. `name` is full."""
    root, _, last = name.partition(".")[0], "", name.rsplit(".", 1)[-1]
    known = REST_VERBS.get(last)
    if known is not None:
        return known
    if root in _JSON_ROOTS:
        return (
            {"POST": "post"} if last in ("LoginView", "LogoutView", "PasswordChangeView", "PasswordResetView") else {}
        )
    if last in _PAGES:
        return {"GET": "get"}
    if last in _FORMS:
        return {"GET": "get", "POST": "post"}
    return {"POST": "post"} if last == "LogoutView" else {}


def actions_of_library(name: str) -> tuple[str, ...]:
    """Actions that a class of a library brings along: by its name, which says what it is wherever it comes from."""
    last = name.rsplit(".", 1)[-1]
    known = ACTIONS.get(last)
    if known is not None:
        return known
    if last.endswith("ReadOnlyModelViewSet"):
        return ACTIONS["ReadOnlyModelViewSet"]
    return _ALL if last.endswith("ModelViewSet") else ()


def is_page(name: str) -> bool:
    """A class of Django's that answers with pages."""
    return name.rsplit(".", 1)[-1] in (_PAGES | _FORMS)
