"""Django and REST framework: whom combined permissions let in, what settings add, and what else a view says of itself."""

import pytest
from tests.frameworks.test_django import GUARDED, ROUTER, SETTINGS, VIEWSETS, project, serve, served, states

URLS = "from django.urls import path\nfrom shop import views\nurlpatterns = [path('a/', views.A.as_view())]\n"
SIGNED_IN = "class P(BasePermission):\n    def has_permission(self, request, view):\n        return request.user.is_authenticated\n"
ANYBODY = "class Q(BasePermission):\n    def has_permission(self, request, view):\n        return check(request.GET)\n"


def state(view: str, settings: str = SETTINGS, verb: str = "get", **more: str) -> str:
    """Whom `class A(APIView)` with this body lets in."""
    source = f"{GUARDED}{SIGNED_IN}{ANYBODY}Both = IsAuthenticated & Q\nEither = IsAuthenticated | Q\n"
    source += f"class A(APIView):\n    {view}\n    def {verb}(self, request): return Response({{}})\n"
    (found,) = states(project(URLS, source, settings, **more)).values()
    return found


# -- permissions that are combined -----------------------------------------------------------------------------------

COMBINED = {
    "[IsAuthenticated & Q]": "required",
    "[Q & IsAuthenticated]": "required",
    "[Q & P]": "required",
    "[Q & Q]": "unknown",
    "[IsAuthenticated & AllowAny]": "required",
    "[AllowAny, IsAuthenticated]": "required",
    "[AllowAny & Q]": "unknown",
    "[AllowAny]": "none",
    "[IsAuthenticated | IsAdminUser]": "required",
    "[IsAuthenticated | P]": "required",
    "[IsAuthenticated | Q]": "unknown",
    "[IsAuthenticated | AllowAny]": "none",
    "[Q | AllowAny]": "none",
    "[IsAuthenticated & Q | IsAdminUser]": "required",
    "[(Q | P) & (IsAuthenticated | IsAdminUser)]": "required",
    "[(Q | P) & Q]": "unknown",
    "[~IsAuthenticated]": "unknown",
    "[~Q & IsAdminUser]": "required",
    "[IsAuthenticated | ~Q]": "unknown",
    "[IsAuthenticatedOrReadOnly & Q]": "unknown",
    "[IsAuthenticatedOrReadOnly | IsAdminUser]": "none",
    "[Both]": "required",
    "[Either]": "unknown",
    "[Both | IsAdminUser]": "required",
    "(IsAuthenticated & Q,)": "required",
}


@pytest.mark.parametrize(("listed", "expected"), COMBINED.items(), ids=list(COMBINED))
def test_permissions_that_are_combined(listed: str, expected: str) -> None:
    assert state(f"permission_classes = {listed}") == expected


def test_one_of_two_that_ask_for_writing_alone() -> None:
    listed = "permission_classes = [IsAuthenticatedOrReadOnly | IsAdminUser]"
    assert state(listed, verb="post") == "required"
    assert state("permission_classes = [IsAuthenticatedOrReadOnly | Q]", verb="post") == "unknown"


ASKS = {
    "return request.user.is_authenticated and request.user.role == 'x'": "required",
    "return bool(request.user and request.user.is_authenticated)": "required",
    "return request.user.is_superuser or request.user.groups.filter(name='x').exists()": "required",
    "return request.user.is_authenticated or 'share' in request.GET": "unknown",
    "if not request.user.is_authenticated:\n            return False\n        return check(view)": "required",
    "if request.user.is_anonymous:\n            raise PermissionDenied\n        return check(view)": "required",
    "if view.kwargs.get('share'):\n            return True\n        return request.user.is_authenticated": "unknown",
    "user = request.user\n        return user.is_staff": "required",
    "return not request.user.is_authenticated": "unknown",
    "return not request.user.is_anonymous": "required",
    "return in_group(request.user, ['x'])": "required",
    "return in_group(request.user, ['x']) and 'pk' in view.kwargs": "required",
    "return in_group(request.user, ['x']) or shared(request)": "unknown",
    "return shared(request)": "unknown",
    "return super().has_permission(request, view) and check(view)": "unknown",
    "return obj.owner == request.user": "unknown",
}


@pytest.mark.parametrize(("body", "expected"), ASKS.items(), ids=list(ASKS))
def test_permissions_of_the_project_are_told_by_their_code(body: str, expected: str) -> None:
    helpers = (
        "from django.core.cache import cache\n"
        "def in_group(user, groups):\n    if not user.is_authenticated:\n        return False\n    return user.groups.filter(name__in=groups)\n"
        "def shared(request):\n    if request.user.is_authenticated:\n        return True\n    return 'share' in request.GET\n"
    )
    own = f"class R(BasePermission):\n    def has_permission(self, request, view):\n        {body}\n"
    views = f"from shop.helpers import in_group, shared\n{GUARDED}{own}class A(APIView):\n    permission_classes = [R]\n    def get(self, request): ...\n"
    assert list(states(project(URLS, views, helpers=helpers)).values()) == [expected]


BY_METHOD = {
    "if request.method in SAFE_METHODS:\n            return True\n        return request.user.is_authenticated": "none required",
    "return request.method in SAFE_METHODS or request.user.is_staff": "none required",
    "return request.user.is_authenticated and request.method in SAFE_METHODS": "required required",
    "if request.method == 'POST':\n            return request.user.is_superuser\n        return check(view)": "unknown required",
    "if request.method in ('GET', 'HEAD'):\n            return check(view)\n        return request.user.is_authenticated": "unknown required",
    "if not view.kwargs.get('project') and request.method in SAFE_METHODS:\n            return True\n        return check(request.user)": "unknown unknown",
}


@pytest.mark.parametrize(("body", "expected"), BY_METHOD.items(), ids=list(BY_METHOD))
def test_permissions_that_tell_methods_apart(body: str, expected: str) -> None:
    own = f"class R(BasePermission):\n    def has_permission(self, request, view):\n        {body}\n"
    views = f"from rest_framework.permissions import SAFE_METHODS\n{GUARDED}{own}class A(APIView):\n    permission_classes = [R]\n"
    views += "    def get(self, request): ...\n    def post(self, request): ...\n"
    assert " ".join(states(project(URLS, views)).values()) == expected


def test_a_permission_that_looks_at_the_path_reads_it() -> None:
    own = "class R(BasePermission):\n    def has_permission(self, request, view):\n        return request.user.is_authenticated and member(view.kwargs['project_id'])\n"
    views = (
        f"{GUARDED}{own}class A(APIView):\n    permission_classes = [R]\n    def get(self, request, **kwargs): ...\n"
    )
    root = URLS.replace("'a/'", "'a/<int:project_id>/'")
    (found,) = serve(project(root, views))
    assert [g.kind.value for g in found.guards] == ["authz"]


def test_a_permission_adds_to_that_of_its_base() -> None:
    own = (
        "class Signed(BasePermission):\n    def has_permission(self, request, view):\n        return request.user.is_authenticated\n"
        "class R(Signed):\n    def has_permission(self, request, view):\n        return super().has_permission(request, view) and check(view)\n"
        "class S(IsAuthenticated):\n    def has_permission(self, request, view):\n        return super().has_permission(request, view) and check(view)\n"
    )
    for name in ("R", "S"):
        views = f"{GUARDED}{own}class A(APIView):\n    permission_classes = [{name}]\n    def get(self, request): ...\n"
        assert list(states(project(URLS, views)).values()) == ["required"]


def test_views_that_a_test_of_users_stands_before() -> None:
    urls = "from django.urls import path\nfrom shop import views\nurlpatterns = [path('a/', views.a), path('b/', views.b), path('c/', views.c)]\n"
    views = (
        "from django.contrib.auth.decorators import user_passes_test\n"
        "@user_passes_test(lambda u: u.is_superuser)\ndef a(request): ...\n"
        "@user_passes_test(lambda u: u.is_active or OPEN)\ndef b(request): ...\n"
        "@user_passes_test(chosen)\ndef c(request): ...\n"
    )
    assert states(project(urls, views)) == {"ANY /a/": "required", "ANY /b/": "unknown", "ANY /c/": "unknown"}


# -- who is asked for credentials ------------------------------------------------------------------------------------

ASKING = SETTINGS + "REST_FRAMEWORK = {'DEFAULT_PERMISSION_CLASSES': ['rest_framework.permissions.IsAuthenticated']}\n"


def test_views_that_know_nobody() -> None:
    nobody = "authentication_classes = []"
    # Nobody is known, and whoever has to be known gets no further.
    assert state(f"{nobody}\n    permission_classes = [IsAuthenticated]") == "required"
    assert state(f"{nobody}\n    permission_classes = [AllowAny]") == "none"
    assert state(nobody) == "none"
    assert state(nobody, ASKING) == "required"
    assert state("authentication_classes = [Token]") == "none"


def test_settings_of_several_environments() -> None:
    view = f"{GUARDED}class A(APIView):\n    def get(self, request): ...\n"
    shared = "from .base import *\nDEBUG = False\n"
    opened = shared + "REST_FRAMEWORK['DEFAULT_PERMISSION_CLASSES'] = ['rest_framework.permissions.AllowAny']\n"

    def with_settings(**modules: str) -> list[str]:
        files = project(URLS, view, ASKING)
        files["site/settings/base.py"] = files.pop("site/settings.py")
        files["site/settings/__init__.py"] = ""
        files |= {f"site/settings/{name}.py": source for name, source in modules.items()}
        return list(states(files).values())

    assert with_settings(production=shared, dev=shared) == ["required"]
    assert with_settings(production=shared, dev=opened) == ["required"]
    assert with_settings(production=opened, dev=shared) == ["unknown"]


# -- what a view says besides ----------------------------------------------------------------------------------------


def inputs(view: str, settings: str = SETTINGS) -> dict[str, list[str]]:
    """The query parameters of each endpoint of a viewset that reads."""
    views = f"{VIEWSETS}class A(viewsets.ReadOnlyModelViewSet):\n    {view}\n"
    root = ROUTER + "router = SimpleRouter()\nrouter.register('a', views.A)\nurlpatterns = router.urls\n"
    found = serve(project(root, views, settings))
    return {e.label: [p.name for p in e.params if p.place == "query"] for e in found if not e.route.derived}


def test_lists_that_are_filtered_searched_and_ordered() -> None:
    fields = "filterset_fields = ['name', 'price']\n    search_fields = ['name']\n    ordering_fields = ['price']"
    backends = "filter_backends = [DjangoFilterBackend, filters.SearchFilter, filters.OrderingFilter]\n    "
    assert inputs(backends + fields) == {"GET /a/": ["name", "price", "search", "ordering"], "GET /a/{pk}/": []}
    # Fields that no class looks at filter nothing.
    assert inputs(fields) == {"GET /a/": [], "GET /a/{pk}/": []}
    assert inputs("filter_backends = [filters.SearchFilter]\n    filterset_fields = ['name']")["GET /a/"] == []
    site = (
        SETTINGS
        + "REST_FRAMEWORK = {'DEFAULT_FILTER_BACKENDS': ['django_filters.rest_framework.DjangoFilterBackend']}\n"
    )
    table = "filterset_fields = {'name': ['exact', 'icontains'], 'price': ['lt']}"
    assert inputs(table, site)["GET /a/"] == ["name", "name__icontains", "price__lt"]


def limits(view: str, settings: str = SETTINGS) -> list[str]:
    views = f"{GUARDED}class A(APIView):\n    {view}\n    def get(self, request): ...\n"
    (found,) = serve(project(URLS, views, settings))
    assert found.auth.value == "none"
    return [g.name for g in found.guards if g.kind.value == "rate-limit"]


def test_how_often_somebody_may_call() -> None:
    site = (
        SETTINGS + "REST_FRAMEWORK = {'DEFAULT_THROTTLE_CLASSES': ['rest_framework.throttling.ScopedRateThrottle']}\n"
    )
    assert limits("throttle_classes = [UserRateThrottle]") == ["UserRateThrottle"]
    assert limits("throttle_scope = 'uploads'", site) == ["ScopedRateThrottle"]
    assert limits("throttle_classes = []", site) == []
    assert limits("throttle_scope = 'uploads'") == []


def test_what_a_signal_writes_is_no_endpoint() -> None:
    signals = (
        "from django.db.models.signals import post_save\nfrom django.dispatch import receiver\nfrom shop.models import Log\n"
        "@receiver(post_save, sender='shop.Order')\ndef logged(sender, instance, **kwargs):\n    Log.objects.create(order=instance)\n"
    )
    views = f"{VIEWSETS}class A(viewsets.ReadOnlyModelViewSet): ...\n"
    root = ROUTER + "router = SimpleRouter()\nrouter.register('a', views.A)\nurlpatterns = router.urls\n"
    found = [e.label for e in serve(project(root, views, signals=signals))]
    assert found == ["GET /a/", "GET /a/{pk}/"]


def test_routers_below_routers() -> None:
    root = """from django.urls import include, path
from rest_framework_nested import routers
from shop import views
router = routers.SimpleRouter()
router.register(r'domains', views.A)
domains = routers.NestedSimpleRouter(router, r'domains', lookup='domain')
domains.register(r'names', views.B, basename='names')
deep = routers.NestedDefaultRouter(domains, 'names', lookup='name')
deep.register('ips', views.B, basename='ips')
urlpatterns = [path('', include(router.urls)), path('', include(domains.urls)), path('', include(deep.urls))]
"""
    views = (
        VIEWSETS
        + "class A(viewsets.ReadOnlyModelViewSet):\n    lookup_field = 'slug'\nclass B(viewsets.ViewSet):\n    def list(self, request, **kwargs): ...\n"
    )
    assert [e.label for e in serve(project(root, views)) if not e.route.derived] == [
        "GET /domains/", "GET /domains/{slug}/", "GET /domains/{domain_slug}/names/",
        "GET /domains/{domain_slug}/names/{name_pk}/ips/",
    ]  # fmt: skip


# -- views that look who calls themselves ----------------------------------------------------------------------------

LOOKING = {
    "if not request.user.is_authenticated:\n        return redirect('login')\n    return render(request, 'a.html')": "required",
    "if not request.user.is_superuser:\n        return HttpResponseRedirect(reverse('index'))\n    return render(request, 'a.html')": "unknown",
    "if request.user.is_authenticated:\n        return redirect('home')\n    return render(request, 'login.html')": "optional",
    "return redirect('home')": "none",
    "if request.user.is_authenticated:\n        return render(request, 'a.html')\n    return redirect('login')": "required",
    # What is done for a stranger, who may sign in then.
    "if request.user.is_authenticated:\n        return redirect('home')\n    confirm(request)\n    return redirect('login')": "optional",
    "if not closed:\n        return redirect('login')\n    return redirect('home')": "none",
    "if not request.user.is_authenticated:\n        return JsonResponse({}, status=401)\n    return render(request, 'a.html')": "required",
}


@pytest.mark.parametrize(("body", "expected"), LOOKING.items(), ids=list(LOOKING))
def test_views_that_send_strangers_elsewhere(body: str, expected: str) -> None:
    head = "from django.http import HttpResponseRedirect, JsonResponse\nfrom django.shortcuts import redirect, render\nfrom django.urls import reverse\n"
    root = "from django.urls import path\nfrom shop import views\nurlpatterns = [path('a/', views.a)]\n"
    assert list(states(project(root, f"{head}def a(request):\n    {body}\n")).values()) == [expected]


CHOSEN_BY_WHAT_NOBODY_KNOWS = {
    "[IsAuthenticated & Q]": "required",
    "[Q]": "unknown",
    "[]": "unknown",
    "[AllowAny]": "unknown",
}


@pytest.mark.parametrize(
    ("other", "expected"), CHOSEN_BY_WHAT_NOBODY_KNOWS.items(), ids=list(CHOSEN_BY_WHAT_NOBODY_KNOWS)
)
def test_permissions_that_something_chooses(other: str, expected: str) -> None:
    choosing = (
        "def get_permissions(self):\n        project = find(self.kwargs['id'])\n        if project.open and self.request.method == 'POST':\n"
        f"            self.permission_classes = {other}\n        else:\n            self.permission_classes = [IsAuthenticated]\n        return super().get_permissions()"
    )
    assert state(choosing, verb="post") == expected
    assert state(choosing) == "required"


# -- modules by their whole names --------------------------------------------------------------------------------------

WHOLE = """
import shop.urls
import shop.views
from django.urls import include, path
urlpatterns = [path("", shop.views.index), path("shop/", include(shop.urls))]
"""


def test_modules_that_are_imported_by_their_whole_names() -> None:
    views = "def index(request): return HttpResponse('')\ndef one(request): return HttpResponse('')\n"
    inner = "from django.urls import path\nfrom . import views\nurlpatterns = [path('one/', views.one)]\n"
    files = project(WHOLE, f"from django.http import HttpResponse\n{views}", urls=inner)
    assert states(files) == {"ANY /": "none", "ANY /shop/one/": "none"}


NINJA = """
from django.urls import path
from ninja import NinjaAPI, Status
api = NinjaAPI()
@api.post("/jobs", response={202: dict})
def start(request): return Status(202, {"id": 1})
@api.delete("/jobs", response={204: None})
def stop(request): return Status(204, None)
urlpatterns = [path("api/", api.urls)]
"""


def test_a_status_that_an_operation_of_ninja_returns() -> None:
    assert {e.label: e.statuses for e in serve(project(NINJA))} == {
        "POST /api/jobs": (202,),
        "DELETE /api/jobs": (204,),
    }


def test_middleware_that_another_name_lists() -> None:
    listed = f"{SETTINGS}COMMON = ['shop.middleware.LoginRequiredMiddleware']\nMIDDLEWARE = COMMON\n"
    views = "from django.http import HttpResponse\ndef index(request): return HttpResponse('')\n"
    urls = "from django.urls import path\nfrom shop import views\nurlpatterns = [path('a/', views.index)]\n"
    assert states(project(urls, views, listed)) == {"ANY /a/": "unknown"}
    assert states(project(urls, views, listed.replace("LoginRequired", "Locale"))) == {"ANY /a/": "none"}


# -- what Python and Django say themselves -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("listed", "expected"),
    {
        "[IsAdminUser or AllowAny]": "required",
        "[IsAuthenticated and AllowAny]": "none",
        "[AllowAny or P]": "none",
    }.items(),
)
def test_words_of_python_choose_one_class(listed: str, expected: str) -> None:
    assert state(f"permission_classes = {listed}") == expected


EXTRA = """
from django.urls import path
from ninja_extra import NinjaExtraAPI, api_controller, http_get
@api_controller("/todos")
class Todos:
    @http_get("/all")
    def listed(self): return []
    @http_get("/")
    def listed(self, page: int = 1): return []
api = NinjaExtraAPI()
api.register_controllers(Todos)
urlpatterns = [path("api/", api.urls)]
"""


def test_a_method_that_is_written_again_is_one_operation() -> None:
    assert served(project(EXTRA)) == ["GET /api/todos/"]
    assert [e.handler.key for e in serve(project(EXTRA)) if e.handler] == ["Todos.listed#1"]
    assert served(project(EXTRA.replace("def listed(self):", "def every(self):"))) == [
        "GET /api/todos/all",
        "GET /api/todos/",
    ]


def test_operations_of_one_name_have_their_own_functions() -> None:
    more = "@api.get('/x')\ndef stop(request): return Status(202, {})\nurlpatterns ="
    found = {e.label: e.statuses for e in serve(project(NINJA.replace("urlpatterns =", more)))}
    assert found == {"POST /api/jobs": (202,), "DELETE /api/jobs": (204,), "GET /api/x": (202,)}


def test_views_of_django_that_show_everybody() -> None:
    urls = """
from django.contrib.sitemaps import views
from django.urls import path
from django.views.static import serve
from elsewhere import views as others
urlpatterns = [path("map.xml", views.index), path("f/<path:path>", serve), path("o/", others.index)]
"""
    assert states(project(urls)) == {"ANY /map.xml": "none", "ANY /f/{path}": "none", "ANY /o/": "unknown"}


GENERIC = """
from rest_framework import generics, viewsets
from shop.base import Base
class One(generics.RetrieveUpdateDestroyAPIView):
    def get(self, request, *args, **kwargs): return super().get(request, *args, **kwargs)
    def delete(self, request, *args, **kwargs): return super().delete(request, *args, **kwargs)
class All(generics.ListCreateAPIView):
    def post(self, request, *args, **kwargs): return super().post(request, *args, **kwargs)
class Other(Base):
    def post(self, request, *args, **kwargs): return super().post(request, *args, **kwargs)
class Set(viewsets.ModelViewSet):
    def list(self, *args, **kwargs): return super(Set, self).list(*args, **kwargs)
    def destroy(self, *args, **kwargs): return super().destroy(*args, **kwargs)
"""
GENERIC_URLS = """
from django.urls import path
from shop import views
urlpatterns = [
    path("one/", views.One.as_view()), path("all/", views.All.as_view()), path("other/", views.Other.as_view()),
    path("set/", views.Set.as_view({"get": "list", "delete": "destroy"})),
]
"""


def test_what_generic_views_answer_where_a_method_hands_on() -> None:
    found = {e.label: e.statuses for e in serve(project(GENERIC_URLS, GENERIC))}
    assert (found["GET /one/"], found["DELETE /one/"], found["POST /all/"]) == ((200,), (204,), (201,))
    assert (found["GET /set/"], found["DELETE /set/"], found["POST /other/"]) == ((200,), (204,), ())
