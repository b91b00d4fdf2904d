"""What Django and REST framework code says, file by file and linked."""

import pytest

from persona_lsp.extract import extract
from persona_lsp.facts.code import FileFacts
from persona_lsp.facts.role import role
from persona_lsp.frameworks.django.paths import converted, from_regex
from persona_lsp.workspace.link import link
from persona_lsp.workspace.snapshot import Endpoint

SETTINGS = "INSTALLED_APPS = ['rest_framework', 'shop']\nROOT_URLCONF = 'site.urls'\n"
VIEWSETS = (
    "from rest_framework import mixins, viewsets\nfrom rest_framework.decorators import action\n"
    "from rest_framework.permissions import AllowAny, IsAdminUser, IsAuthenticated, IsAuthenticatedOrReadOnly\n"
    "from rest_framework.response import Response\n\n"
)
ROUTER = (
    "from django.urls import include, path\nfrom rest_framework.routers import DefaultRouter, SimpleRouter\n"
    "from shop import views\n\n"
)


def serve(files: dict[str, str]) -> tuple[Endpoint, ...]:
    """The endpoints of a project."""
    facts: dict[str, FileFacts] = {}
    for path, source in files.items():
        extraction = extract(path, source.encode())
        assert extraction is not None
        facts[path] = extraction.facts
    return link(facts).endpoints


def project(root: str, views: str = "", settings: str = SETTINGS, **more: str) -> dict[str, str]:
    """A project with an application `shop`."""
    files = {"site/__init__.py": "", "site/settings.py": settings, "site/urls.py": root, "shop/__init__.py": ""}
    if views:
        files["shop/views.py"] = views
    return {**files, **{f"shop/{name}.py": source for name, source in more.items()}}


def served(files: dict[str, str], *, derived: bool = False) -> list[str]:
    """`GET /path` of every endpoint whose whole path is known."""
    return [e.label for e in serve(files) if e.path_known and (derived or not e.route.derived)]


def states(files: dict[str, str]) -> dict[str, str]:
    """Whom each endpoint lets in."""
    return {e.label: e.auth.value for e in serve(files) if not e.route.derived}


PATHS = {
    "articles/<int:pk>/": "articles/{pk:int}/",
    "<slug>/<path:rest>": "{slug}/{rest:path}",
    "<yyyy:year>/": "{year:(?!yyyy)}/",
    "<uuid:a>.<b>": "{a:[0-9a-f]+(?:-[0-9a-f]+)+}.{b}",
    "<slug:s>": "{s:[-a-zA-Z0-9_]+}",
}


@pytest.mark.parametrize(("route", "expected"), PATHS.items(), ids=list(PATHS))
def test_a_path(route: str, expected: str) -> None:
    assert converted((route,)) == (expected,)


REGEXES = {
    r"^articles/(?P<slug>[-\w]+)/?$": r"articles/{slug:[-\w]+}",
    r"^articles/$": "articles/",
    r"^(?P<year>[0-9]{4})/(?P<month>\d{1,2})/$": r"{year:[0-9]+}/{month:\d+}/",
    r"^items/(\d+)/([^/]+)/\Z": r"items/{arg1:\d+}/{arg2}/",
    r"^files/(?P<path>.*)$": "files/{path:path}",
    r"^a\.json$": "a.json",
    r"^a(?:\.(?P<format>json|xml))?$": "a",
    r"^(?i)a/(?:b/)(?P<x>[^/.]+)/": "a/b/{x}/",
    r"a[.]b": "a.b",
    r"^x/(?P<tail>/y)?$": "x/",
    r"^a/?$": "a",
    "": "",
    r"^(?P<x": "{x",
}


@pytest.mark.parametrize(("pattern", "expected"), list(REGEXES.items())[:-1], ids=list(REGEXES)[:-1])
def test_a_regular_expression(pattern: str, expected: str) -> None:
    assert "".join(map(str, from_regex((pattern,)))) == expected


@pytest.mark.parametrize("pattern", [r"^(?:a|b)/$", r"^\d+/$", r"^[ab]/$", r"^x.*$", "a|b"])
def test_what_no_path_says_is_not_told(pattern: str) -> None:
    files = project(f"from django.urls import re_path\nfrom shop import views\nurlpatterns = [re_path(r'{pattern}', views.a)]\n",
                    "def a(request): ...\n")  # fmt: skip
    assert served(files) == []


@pytest.mark.parametrize("pattern", [r"^(?P<x", r"^([a-", "\\", r"^(?:", "[", r"a{2", "(?P<a>(b)"])
def test_half_a_regular_expression(pattern: str) -> None:
    from_regex((pattern,))


VIEWS = "def a(request): ...\ndef b(request): ...\n"
URLCONFS = {
    "urlpatterns = [path('a/', views.a), path('b/', views.b)]\n": ["ANY /a/", "ANY /b/"],
    "urlpatterns = [path('a/', views.a)] + [path('b/', views.b)]\n": ["ANY /a/", "ANY /b/"],
    "urlpatterns = [path('a/', views.a)]\nurlpatterns += [path('b/', views.b)]\n": ["ANY /a/", "ANY /b/"],
    "urlpatterns = []\nurlpatterns.append(path('a/', views.a))\nurlpatterns.extend([path('b/', views.b)])\n": ["ANY /a/", "ANY /b/"],
    "more = [path('b/', views.b)]\nurlpatterns = [path('a/', include(more))]\n": ["ANY /a/b/"],
    "more = [path('b/', views.b)]\nurlpatterns = [path('a/', views.a), *more]\n": ["ANY /b/", "ANY /a/"],
    "urlpatterns = [path('v1/', include([path('a/', views.a)]))]\n": ["ANY /v1/a/"],
    "urlpatterns = [path('v1/', include(([path('a/', views.a)], 'shop'), namespace='x'))]\n": ["ANY /v1/a/"],
    "urlpatterns = [path('v1/', ([path('a/', views.a)], 'shop', 'ns'))]\n": ["ANY /v1/a/"],
    "urlpatterns = [path('a/<int:id>/', view=views.a, name='a')]\n": ["ANY /a/{id}/"],
    "urlpatterns = [path(route='a/', view=views.a)]\n": ["ANY /a/"],
    "if settings.DEBUG:\n    urlpatterns = [path('a/', views.a)]\n": ["ANY /a/"],
    "urlpatterns = i18n_patterns(path('a/', views.a), prefix_default_language=False)\n": ["ANY /a/"],
    "urlpatterns = i18n_patterns(path('a/', views.a))\n": ["ANY /en-us/a/"],
    "urlpatterns = [path(_('a/'), views.a)]\n": ["ANY /a/"],
    "urlpatterns = [path('admin/', admin.site.urls), path('x/', include('django.contrib.auth.urls'))]\n": [],
    "urlpatterns = [path('a/', csrf_exempt(views.a))]\n": ["ANY /a/"],
    "urlpatterns = [path('a/', lambda request: HttpResponse())]\n": ["ANY /a/"],
    "urlpatterns = patterns('shop.views', url(r'^a/$', 'a'))\n": ["ANY /a/"],
    "urlpatterns = [url(r'^a/$', 'shop.views.a')]\n": ["ANY /a/"],
    "urlpatterns = [path(p, views.a) for p in NAMES]\n": [],
    "urlpatterns = build()\n": [],
    "urlpatterns = [path(f'{x}/', views.a)]\n": [],
    "PREFIX = 'v2/'\nurlpatterns = [path(PREFIX + 'a/', views.a)]\n": ["ANY /v2/a/"],
    "urlpatterns = static('/media/') + [path('a/', views.a)]\n": ["ANY /a/"],
    "urlpatterns = format_suffix_patterns([path('a/', views.a)])\n": ["ANY /a/"],
    "websocket_urlpatterns = [path('ws/', Consumer.as_asgi())]\n": ["SOCKET /ws/"],
    "redirects = {path('x', y)}\n": [],
}  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), URLCONFS.items(), ids=list(URLCONFS))
def test_a_urlconf(source: str, expected: list[str]) -> None:
    head = "from django.urls import include, path\nfrom django.conf.urls import url, patterns\nfrom shop import views\n"
    assert served(project(head + source, VIEWS)) == expected


def test_a_prefix_from_the_settings() -> None:
    urls = "from django.conf import settings\nfrom django.urls import path\nfrom shop import views\nurlpatterns = [path(settings.API_PREFIX + 'a/', views.a), path(settings.OTHER + 'b/', views.a)]\n"
    assert served(project(urls, VIEWS, SETTINGS + "API_PREFIX = env.str('PREFIX', 'api/')\n")) == ["ANY /api/a/"]


def test_includes_go_through_files_by_text_and_by_module() -> None:
    files = project(
        "from django.urls import include, path\nfrom shop import urls as shop_urls\nfrom shop.more import patterns\n"
        "urlpatterns = [path('a/', include('shop.urls')), path('b/', include(shop_urls)), path('c/', include(patterns)),\n"
        "               path('d/', include('shop.more.patterns')), path('e/', include(('shop.urls', 'shop'), namespace='e')),\n"
        "               path('f/', include('other.urls'))]\n",
        VIEWS,
        urls="from django.urls import path\nfrom . import views\nurlpatterns = [path('x/', views.a)]\n",
        more="from django.urls import path\nfrom .views import b\npatterns = [path('y/', b)]\n",
    )
    assert sorted(served(files)) == ["ANY /a/x/", "ANY /b/x/", "ANY /c/y/", "ANY /d/y/", "ANY /e/x/"]


def test_what_nothing_includes_is_not_served() -> None:
    urls = "from django.urls import path\nfrom shop import views\nurlpatterns = [path('a/', views.a)]\n"
    assert served(project(urls, VIEWS, urls=urls.replace("a/", "b/"))) == ["ANY /a/"]
    assert served({"shop/urls.py": urls, "shop/views.py": VIEWS}) == ["ANY /a/"]
    assert served({"shop/urls.py": urls, "more/urls.py": urls, "shop/views.py": VIEWS}) == []


def test_two_settings_that_serve_the_same_serve_it_once() -> None:
    files = project(
        "from django.urls import path\nfrom shop import views\nurlpatterns = [path('a/', views.a)]\n", VIEWS
    )
    assert served({**files, "site/production.py": SETTINGS, "tests/settings.py": SETTINGS}) == ["ANY /a/"]


FUNCTIONS = {
    "@api_view(['GET', 'POST'])\ndef a(request): ...\n": ["GET", "POST"],
    "@api_view()\ndef a(request): ...\n": ["GET"],
    "@require_GET\ndef a(request): ...\n": ["GET"],
    "@require_POST\n@login_required\ndef a(request): ...\n": ["POST"],
    "@require_http_methods(['PUT', 'HEAD'])\ndef a(request): ...\n": ["PUT"],
    "@require_safe\ndef a(request): ...\n": ["GET"],
    "@csrf_exempt\ndef a(request): ...\n": ["ANY"],
    "def a(request): ...\n": ["ANY"],
    "class A(View):\n    def get(self, request): ...\n    def delete(self, request): ...\n    def head(self, request): ...\na = A.as_view()\n": ["GET", "DELETE"],
    "class B(View):\n    def post(self, request): ...\nclass A(B):\n    def get(self, request): ...\na = login_required(A.as_view())\n": ["GET", "POST"],
    "class A(generics.ListCreateAPIView): ...\na = A.as_view()\n": ["GET", "POST"],
    "class A(generics.RetrieveUpdateDestroyAPIView):\n    http_method_names = ['get', 'delete', 'options']\na = A.as_view()\n": ["GET", "DELETE"],
    "class A(mixins.ListModelMixin, generics.GenericAPIView):\n    def get(self, request): ...\na = A.as_view()\n": ["GET"],
    "class A(viewsets.ModelViewSet): ...\na = A.as_view({'get': 'list', 'post': 'create'})\n": ["GET", "POST"],
    "class A(TemplateView): ...\na = A.as_view()\n": ["GET"],
    "class A(CreateView): ...\na = A.as_view()\n": ["GET", "POST"],
    "class A(ThirdPartyView): ...\na = A.as_view()\n": ["ANY"],
    "class A(APIView): ...\na = A.as_view()\n": [],
}  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), FUNCTIONS.items(), ids=list(FUNCTIONS))
def test_the_methods_of_a_view(source: str, expected: list[str]) -> None:
    head = (
        "from django.views import View\nfrom django.views.generic import CreateView, TemplateView\nfrom rest_framework.views import APIView\n"
        "from django.views.decorators.http import require_GET, require_POST, require_http_methods, require_safe\n"
        "from rest_framework import generics, mixins, viewsets\nfrom rest_framework.decorators import api_view\n"
        "from library.views import ThirdPartyView\nfrom django.contrib.auth.decorators import login_required\n\n"
    )
    urls = "from django.urls import path\nfrom shop import views\nurlpatterns = [path('a/', views.a)]\n"
    assert served(project(urls, head + source)) == [f"{method} /a/" for method in expected]


def test_a_class_that_has_the_name_of_its_base() -> None:
    views = "from django.views.generic import ListView\nclass ListView(ListView): ...\n"
    urls = (
        "from django.urls import path\nfrom shop import views\nurlpatterns = [path('a/', views.ListView.as_view())]\n"
    )
    assert served(project(urls, views)) == ["GET /a/"]


def test_a_view_of_a_library() -> None:
    urls = (
        "from django.urls import path\nfrom rest_framework_simplejwt.views import TokenObtainPairView, token_refresh\n"
        "from rest_framework.authtoken import views as auth\nfrom django.views.generic import RedirectView\n"
        "from library.views import Strange\n"
        "urlpatterns = [path('t/', TokenObtainPairView.as_view()), path('r/', token_refresh), path('o/', auth.obtain_auth_token),\n"
        "               path('go/', RedirectView.as_view(url='/')), path('s/', Strange.as_view())]\n"
    )
    assert states(project(urls)) == {
        "POST /t/": "none", "POST /r/": "none", "POST /o/": "none", "GET /go/": "none", "ANY /s/": "unknown",
    }  # fmt: skip


def test_views_of_libraries_that_say_themselves_who_may_call() -> None:
    views = (
        "from dj_rest_auth.registration.views import SocialLoginView\nfrom knox.views import LoginView\n"
        "class Okta(SocialLoginView): ...\nclass Token(LoginView): ...\n"
        "class Own(SocialLoginView):\n    permission_classes = [IsAuthenticated]\n"
    )
    urls = (
        "from django.urls import path\nfrom shop import views\nurlpatterns = [path('okta/', views.Okta.as_view()),"
        " path('token/', views.Token.as_view()), path('own/', views.Own.as_view())]\n"
    )
    settings = "ROOT_URLCONF = 'shop.urls'\nREST_FRAMEWORK = {'DEFAULT_PERMISSION_CLASSES': ['rest_framework.permissions.IsAuthenticated']}\n"
    head = "from rest_framework.permissions import IsAuthenticated\n"
    found = states(project(urls, head + views, settings=settings))
    assert found["POST /okta/"] == "none"
    assert found["POST /own/"] == "required"
    assert {state for label, state in found.items() if "/token/" in label} == {"unknown"}


def test_a_router_serves_what_the_class_and_its_bases_have() -> None:
    views = VIEWSETS + (
        "from shop.base import Base\nclass A(Base, mixins.CreateModelMixin):\n    lookup_field = 'slug'\n"
        "    def destroy(self, request, slug): ...\n"
    )
    base = (
        "from rest_framework import mixins\nfrom rest_framework.viewsets import GenericViewSet\n"
        "class Base(mixins.ListModelMixin, GenericViewSet): ...\n"
    )
    urls = (
        ROUTER
        + "router = SimpleRouter()\nrouter.register(r'a', views.A, basename='a')\nurlpatterns = [path('api/', include(router.urls))]\n"
    )
    assert served(project(urls, views, base=base)) == ["GET /api/a/", "POST /api/a/", "DELETE /api/a/{slug}/"]


def test_slashes_and_the_root_of_a_router() -> None:
    views = VIEWSETS + "class A(viewsets.ReadOnlyModelViewSet): ...\n"
    urls = (
        ROUTER
        + "router = DefaultRouter(trailing_slash=False)\nrouter.register('a', views.A)\nurlpatterns = [path('api/', include(router.urls))]\n"
    )
    assert served(project(urls, views), derived=True) == ["GET /api/a", "GET /api/a/{pk}", "GET /api/"]
    assert served(project(urls.replace("Default", "Simple"), views), derived=True) == ["GET /api/a", "GET /api/a/{pk}"]
    own = "from rest_framework.routers import DefaultRouter\nclass Router(DefaultRouter):\n    def __init__(self):\n        super().__init__()\n        self.trailing_slash = '/?'\n"
    assert served(project(urls.replace("DefaultRouter(trailing_slash=False)", "Own()").replace("from shop import views", "from shop import views\nfrom shop.routers import Router as OwnRouter").replace("Own()", "OwnRouter()"), views, routers=own)) == ["GET /api/a", "GET /api/a/{pk}"]  # fmt: skip
    listed = own.replace("    def __init__", "    routes = [Route(url='x')]\n    def __init__")
    assert served(project(urls.replace("DefaultRouter(trailing_slash=False)", "OwnRouter()").replace("from shop import views", "from shop import views\nfrom shop.routers import Router as OwnRouter"), views, routers=listed)) == []  # fmt: skip


def test_the_actions_of_a_router() -> None:
    views = VIEWSETS + (
        "class Base(viewsets.GenericViewSet):\n"
        "    @action(detail=False)\n    def recent(self, request): ...\n"
        "    @action(detail=True, methods=['post'])\n    def gone(self, request, pk=None): ...\n"
        "class A(Base):\n"
        "    lookup_value_regex = '[0-9]+'\n    lookup_url_kwarg = 'id'\n"
        "    def gone(self): ...\n"
        "    @action(detail=True, methods=['get', 'put'], url_path='own-name')\n    def other(self, request, id): ...\n"
        "    @other.mapping.delete\n    def remove(self, request, id): ...\n"
        "    @action(methods=['post'], detail=False, url_path=r'by/(?P<name>\\w+)')\n    def by(self, request, name): ...\n"
    )
    urls = ROUTER + "router = SimpleRouter()\nrouter.register('a', views.A, 'a')\nurlpatterns = router.urls\n"
    assert served(project(urls, views)) == [
        "POST /a/by/{name}/", "GET /a/recent/", "GET /a/{id}/own-name/", "PUT /a/{id}/own-name/", "DELETE /a/{id}/own-name/",
    ]  # fmt: skip


def test_routers_in_other_files_nested_ones_and_loops() -> None:
    views = (
        VIEWSETS
        + "class A(viewsets.ReadOnlyModelViewSet):\n    lookup_field = 'slug'\nclass B(viewsets.ReadOnlyModelViewSet): ...\n"
    )
    api = (
        "from rest_framework.routers import SimpleRouter\nfrom rest_framework_nested.routers import NestedSimpleRouter\nfrom shop import views\n\n"
        "router = SimpleRouter()\nrouter.register('a', views.A)\nnested = NestedSimpleRouter(router, 'a', lookup='one')\nnested.register('b', views.B)\n"
        "looped = SimpleRouter()\nfor prefix, view in [('c', views.A), ('d', views.B)]:\n    looped.register(prefix, view)\n"
        "router.registry.extend(looped.registry)\n"
    )
    urls = "from django.urls import include, path\nfrom shop.api import nested, router\nurlpatterns = [path('', include(router.urls)), path('', include(nested.urls))]\n"
    assert sorted(served(project(urls, views, api=api))) == [
        "GET /a/", "GET /a/{one_slug}/b/", "GET /a/{one_slug}/b/{pk}/", "GET /a/{slug}/", "GET /c/", "GET /c/{slug}/",
        "GET /d/", "GET /d/{pk}/",
    ]  # fmt: skip


def test_registrations_on_what_a_registration_gives_back() -> None:
    views = VIEWSETS + "class A(viewsets.ReadOnlyModelViewSet): ...\nclass B(viewsets.ReadOnlyModelViewSet): ...\n"
    urls = ROUTER.replace("SimpleRouter", "SimpleRouter as _S") + (
        "from rest_framework_extensions.routers import ExtendedSimpleRouter\nrouter = ExtendedSimpleRouter()\n"
        "router.register('a', views.A).register('b', views.B, parents_query_lookups=['shop'])\nurlpatterns = [path('', include(router.urls))]\n"
    )
    assert served(project(urls, views)) == [
        "GET /a/", "GET /a/{pk}/", "GET /a/{parent_lookup_shop}/b/", "GET /a/{parent_lookup_shop}/b/{pk}/",
    ]  # fmt: skip


DECOYS = {
    "from django.db import models\n\nclass A(models.Model):\n    def get(self, request): ...\n",
    "router = Router()\nrouter.register('a', A)\n",
    "from django.contrib import admin\nadmin.site.register(A, B)\n",
    "from django.urls import path\nNAMES = [path('a/', view)]\n",
    "path('a', view)\n",
    "import django\n",
    "from pathlib import Path as path\nfiles = [path('a', b)]\n",
}


@pytest.mark.parametrize("source", sorted(DECOYS))
def test_what_only_looks_like_it_serves_nothing(source: str) -> None:
    assert [e for e in serve({"shop/a.py": source}) if e.path_known] == []


GUARDED = VIEWSETS + (
    "from rest_framework.views import APIView\nfrom rest_framework.decorators import api_view, permission_classes\n"
    "from django.contrib.auth.decorators import login_required\nfrom django.contrib.auth.mixins import LoginRequiredMixin\n"
    "from django.utils.decorators import method_decorator\nfrom django.views import View\nfrom rest_framework.permissions import BasePermission\n\n"
)
GUARDS = {
    "class A(APIView):\n    def get(self, request): ...\n": "none",
    "class A(APIView):\n    permission_classes = [IsAuthenticated]\n    def get(self, request): ...\n": "required",
    "class A(APIView):\n    permission_classes = (IsAuthenticatedOrReadOnly,)\n    def get(self, request): ...\n": "none",
    "class A(APIView):\n    permission_classes = (IsAuthenticatedOrReadOnly,)\n    def post(self, request): ...\n": "required",
    "class B(APIView):\n    permission_classes = [IsAdminUser]\nclass A(B):\n    def get(self, request): ...\n": "required",
    "class B(APIView):\n    permission_classes = [IsAdminUser]\nclass A(B):\n    permission_classes = []\n    def get(self, request): ...\n": "none",
    "class A(APIView):\n    permission_classes = [IsAuthenticated & IsAdminUser]\n    def get(self, request): ...\n": "required",
    "class A(APIView):\n    permission_classes = [IsAuthenticated | AllowAny]\n    def get(self, request): ...\n": "none",
    "class A(APIView):\n    permission_classes = CHOSEN\n    def get(self, request): ...\n": "unknown",
    "class A(APIView):\n    def get_permissions(self): ...\n    def get(self, request): ...\n": "unknown",
    "class A(APIView):\n    def check_permissions(self, request): ...\n    def get(self, request): ...\n": "unknown",
    "class P(BasePermission):\n    def has_permission(self, request, view):\n        return request.user.is_authenticated\nclass A(APIView):\n    permission_classes = [P]\n    def get(self, request): ...\n": "required",
    "class P(BasePermission):\n    def has_permission(self, request, view):\n        return check(request)\nclass A(APIView):\n    permission_classes = [P]\n    def get(self, request): ...\n": "unknown",
    "class P(IsAuthenticated):\n    message = 'x'\nclass A(APIView):\n    permission_classes = [P]\n    def get(self, request): ...\n": "required",
    "class A(LoginRequiredMixin, View):\n    def get(self, request): ...\n": "required",
    "@method_decorator(login_required, name='dispatch')\nclass A(View):\n    def get(self, request): ...\n": "required",
    "@method_decorator(login_required, name='post')\nclass A(View):\n    def get(self, request): ...\n": "none",
    "@login_required\nclass A(View):\n    def get(self, request): ...\n": "none",
    "class A(View):\n    @method_decorator(login_required)\n    def get(self, request): ...\n": "required",
    "class A(View):\n    def get(self, request): ...\n": "none",
    "@api_view(['GET'])\n@permission_classes([IsAuthenticated])\ndef a(request): ...\n": "required",
    "@api_view(['GET'])\ndef a(request): ...\n": "none",
    "@login_required\ndef a(request): ...\n": "required",
    "@user_passes_test(f)\ndef a(request): ...\n": "unknown",
    "@cache_page(60)\ndef a(request): ...\n": "none",
}  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), GUARDS.items(), ids=list(GUARDS))
def test_whom_a_view_lets_in(source: str, expected: str) -> None:
    urls = "from django.urls import path\nfrom shop import views\nurlpatterns = [path('a/', views.{})]\n"
    view = "a" if "def a(" in source else "A.as_view()"
    (state,) = states(project(urls.format(view), GUARDED + source)).values()
    assert state == expected


def test_what_the_settings_ask_for() -> None:
    urls = "from django.urls import path\nfrom shop import views\nurlpatterns = [path('a/', views.A.as_view()), path('b/', views.b)]\n"
    views = GUARDED + "class A(APIView):\n    def get(self, request): ...\n\ndef b(request): ...\n"
    asked = (
        SETTINGS + "REST_FRAMEWORK = {'DEFAULT_PERMISSION_CLASSES': ['rest_framework.permissions.IsAuthenticated']}\n"
    )
    assert states(project(urls, views, asked)) == {"GET /a/": "required", "ANY /b/": "none"}
    assert states(project(urls, views, SETTINGS + "REST_FRAMEWORK = load()\n")) == {
        "GET /a/": "unknown",
        "ANY /b/": "none",
    }
    added = (
        SETTINGS + "REST_FRAMEWORK = {}\nREST_FRAMEWORK['DEFAULT_PERMISSION_CLASSES'] = ('shop.views.IsAdminUser',)\n"
    )
    assert states(project(urls, views, added))["GET /a/"] == "required"
    middleware = SETTINGS + "MIDDLEWARE = ['django.contrib.auth.middleware.LoginRequiredMiddleware']\n"
    assert states(project(urls, views, middleware)) == {"GET /a/": "none", "ANY /b/": "required"}
    nothing = {"shop/urls.py": urls, "shop/views.py": views}
    assert states(nothing) == {"GET /a/": "unknown", "ANY /b/": "none"}


def test_statuses_that_rest_framework_answers_by_itself() -> None:
    views = VIEWSETS + "class A(viewsets.ModelViewSet): ...\n"
    urls = ROUTER + "router = SimpleRouter()\nrouter.register('a', views.A)\nurlpatterns = router.urls\n"
    assert {e.label: e.success for e in serve(project(urls, views))} == {
        "GET /a/": (200,), "POST /a/": (201,), "GET /a/{pk}/": (200,), "PUT /a/{pk}/": (200,), "PATCH /a/{pk}/": (200,),
        "DELETE /a/{pk}/": (204,),
    }  # fmt: skip


ANSWERS = {
    "return Response({'a': 1})": (200,),
    "return Response(status=204)": (204,),
    "return Response(data, status=status.HTTP_201_CREATED)": (201,),
    "return Response(data, 202)": (202,),
    "return JsonResponse({'error': 'x'}, status=400)": (400,),
    "return HttpResponseNotFound()": (404,),
    "return HttpResponse(status=code)": (),
    "return redirect('x')": (302,),
    "return render(request, 'x.html')": (200,),
    "raise NotFound('x')": (404,),
    "raise exceptions.PermissionDenied()": (403,),
    "x = get_object_or_404(A, pk=1)\n        return Response(x)": (200, 404),
    "s = S(data=request.data)\n        s.is_valid(raise_exception=True)\n        return Response(s.data)": (200, 400),
    "return super().create(request)": (201,),
    "return self.destroy(request)": (204,),
    "return done()": (),
    "s.is_valid()\n        return Response()": (200,),
}


@pytest.mark.parametrize(("body", "expected"), ANSWERS.items(), ids=list(ANSWERS))
def test_what_a_handler_answers(body: str, expected: tuple[int, ...]) -> None:
    head = (
        "from django.http import HttpResponse, HttpResponseNotFound, JsonResponse\nfrom rest_framework import exceptions, status\n"
        "from django.shortcuts import get_object_or_404, redirect, render\nfrom rest_framework.exceptions import NotFound\n"
        "from rest_framework.response import Response\nfrom rest_framework.views import APIView\n\n"
        "class A(APIView):\n    def get(self, request):\n        "
    )
    urls = "from django.urls import path\nfrom shop import views\nurlpatterns = [path('a/', views.A.as_view())]\n"
    (endpoint,) = serve(project(urls, head + body + "\n"))
    assert endpoint.statuses == expected


def test_the_inputs_of_a_handler() -> None:
    views = (
        "from rest_framework.views import APIView\n\nclass A(APIView):\n    def post(self, request, pk):\n"
        "        a = request.data['a']\n        b = request.query_params.get('b')\n        c = self.request.GET['c']\n"
        "        d = request.META['HTTP_X_KEY']\n        e = self.kwargs['pk']\n        f = request.GET.get(self.param)\n"
    )
    urls = (
        "from django.urls import path\nfrom shop import views\nurlpatterns = [path('a/<int:pk>', views.A.as_view())]\n"
    )
    (endpoint,) = serve(project(urls, views))
    assert endpoint.handler is not None
    assert {(r.place, r.name) for r in endpoint.handler.inputs} >= {
        ("body", "a"), ("query", "b"), ("query", "c"), ("header", "X-Key"), ("path", "pk"), ("query", ""),
    }  # fmt: skip


def test_every_prefix_is_read() -> None:
    source = (GUARDED + ROUTER + "router = DefaultRouter()\nrouter.register(r'a/(?P<x>[^/]+)', views.A)\n" + SETTINGS
              + "urlpatterns = [path('a/<int:b>', views.A.as_view({'get': 'list'})), *i18n_patterns(path('', include((x, 'y'))))]\n"
              + "REST_FRAMEWORK = {'DEFAULT_PERMISSION_CLASSES': ['a.B']}\n"
              + "class A(viewsets.ModelViewSet):\n    permission_classes = [A | B]\n    @action(detail=True, methods=['get'])\n    def f(self, request): ...\n")  # fmt: skip
    for end in range(0, len(source), 7):
        serve({"site/urls.py": source[:end]})


NINJA = "from django.urls import path\nfrom ninja import NinjaAPI, Router, Schema\nfrom ninja.security import django_auth\n\napi = NinjaAPI()\nrouter = Router()\n\n"
OPERATIONS = {
    "@api.get('/a')\ndef a(request): ...\n": ["GET /api/a"],
    "@api.post('a')\ndef a(request): ...\n": ["POST /api/a"],
    "@api.get('/a/{int:id}/{path:rest}')\ndef a(request, id: int, rest: str): ...\n": ["GET /api/a/{id}/{rest}"],
    "@api.api_operation(['PUT', 'patch'], '/a')\ndef a(request): ...\n": ["PUT /api/a", "PATCH /api/a"],
    "@router.delete('/a')\ndef a(request): ...\napi.add_router('/r', router)\n": ["DELETE /api/r/a"],
    "@router.get('')\ndef a(request): ...\napi.add_router(prefix='r/', router=router)\n": ["GET /api/r/"],
    "@router.get('/a')\ndef a(request): ...\n": [],
    "@client.get('/a')\ndef a(request): ...\n": [],
    "api.get('/a')\n": [],
    "@api_controller('/c', tags=['x'])\nclass C:\n    @http_get('/a')\n    def a(self): ...\n    @route.post('')\n    def b(self): ...\n    def c(self): ...\napi.register_controllers(C)\n": ["GET /api/c/a", "POST /api/c"],
    "@api_controller('/c')\nclass C:\n    @http_get('/a')\n    def a(self): ...\n": [],
}  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), OPERATIONS.items(), ids=list(OPERATIONS))
def test_an_operation_of_ninja(source: str, expected: list[str]) -> None:
    assert served(project(NINJA + source + "urlpatterns = [path('api/', api.urls)]\n")) == expected


def test_routers_of_ninja_in_other_files() -> None:
    root = "from django.urls import path\nfrom shop.api import api\nurlpatterns = [path('api/', api.urls)]\n"
    api = "from ninja import NinjaAPI\nfrom shop.more import router\napi = NinjaAPI()\napi.add_router('/more', router)\napi.add_router('/text', 'shop.text.router')\n"
    more = "from ninja import Router\nfrom shop.text import router as inner\nrouter = Router()\nrouter.add_router('/in', inner)\n@router.get('/{id}')\ndef one(request, id: int): ...\n"
    text = "from ninja import Router\nrouter = Router()\n@router.get('/t')\ndef two(request): ...\n"
    assert set(served(project(root, api=api, more=more, text=text))) == {
        "GET /api/more/{id}", "GET /api/more/in/t", "GET /api/text/t",
    }  # fmt: skip


AUTHS = {
    ("", "", ""): "none",
    ("auth=django_auth", "", ""): "required",
    ("auth=django_auth", "auth=None", ""): "none",
    ("auth=django_auth", "", "auth=None"): "none",
    ("auth=django_auth", "auth=None", "auth=Key()"): "required",
    ("", "", "auth=[A(), B()]"): "required",
    ("", "auth=Key()", ""): "required",
    ("auth=django_auth", "", "auth=Token(pass_even=True)"): "unknown",
    ("auth=django_auth", "", "auth=lambda request: True"): "unknown",
}


@pytest.mark.parametrize(("given", "expected"), AUTHS.items(), ids=[" ".join(k) or "nothing" for k in AUTHS])
def test_whom_an_operation_of_ninja_lets_in(given: tuple[str, str, str], expected: str) -> None:
    api, router, operation = given
    source = NINJA.replace("NinjaAPI()", f"NinjaAPI({api})").replace("Router()", f"Router({router})") + (
        f"@router.get('/a', {operation})\ndef a(request): ...\napi.add_router('', router)\nurlpatterns = [path('', api.urls)]\n"
    )
    assert states(project(source)) == {"GET /a": expected}


def test_the_inputs_of_an_operation_of_ninja() -> None:
    source = NINJA + (
        "from ninja import Query, Header\nclass In(Schema):\n    x: int\n\n"
        "@api.post('/a/{id}')\ndef a(request, id: int, data: In, q: str = None, limit: int = Query(20, le=100), key: str = Header(...)):\n    return data\n"
        "urlpatterns = [path('', api.urls)]\n"
    )
    (endpoint,) = serve(project(source))
    assert {(p.name, p.place.value) for p in endpoint.params} == {
        ("id", "path"),
        ("q", "query"),
        ("limit", "query"),
        ("key", "header"),
    }
    assert endpoint.body is not None
    assert (endpoint.body.type, endpoint.body.validated) == ("In", True)
    limit = next(p for p in endpoint.params if p.name == "limit")
    assert limit.constraint is not None
    assert limit.constraint.maximum == 100
    assert endpoint.success == (200,)


def test_failures_of_ninja() -> None:
    source = NINJA + (
        "from ninja.errors import HttpError\nclass Gone(Exception): ...\n\n"
        "@api.exception_handler(Gone)\ndef gone(request, exc):\n    return api.create_response(request, {'a': 1}, status=410)\n\n"
        "@api.get('/a')\ndef a(request):\n    if x:\n        raise Gone()\n    raise HttpError(409, 'no')\n"
        "urlpatterns = [path('', api.urls)]\n"
    )
    (endpoint,) = serve(project(source))
    assert set(endpoint.statuses) >= {409, 410}


def test_what_is_started_from_a_shell_and_what_tests_is_not_served() -> None:
    assert role("shop/management/commands/load.py") == "script"
    assert role("shop/tests.py") == "test"
    assert role("shop/management/views.py") == "prod"


def test_the_parts_of_the_path_are_those_of_the_parameters() -> None:
    views = (
        "from django.views import View\n\nclass A(View):\n    def get(self, request, a, b): return JsonResponse({'a': a})\n"
        "    def put(self, request, a, b): return self.answer()\n"
    )
    urls = "from django.urls import path\nfrom shop import views\nurlpatterns = [path('<a>/<int:b>/', views.A.as_view())]\n"
    get, put = serve(project(urls, views))
    assert {p.name: (p.local, p.via) for p in get.params} == {"a": ("a", ""), "b": ("b", "")}
    assert {p.name: p.via for p in put.params} == {"a": "A", "b": "A"}


def test_pages_of_rest_framework() -> None:
    views = (
        "from rest_framework import generics, pagination\n\nclass Page(pagination.LimitOffsetPagination):\n    max_limit = 50\n\n"
        "class A(generics.ListAPIView):\n    pagination_class = Page\n\nclass B(generics.ListAPIView):\n    pagination_class = None\n\n"
        "class C(generics.ListAPIView): ...\n"
    )
    urls = "from django.urls import path\nfrom shop import views\nurlpatterns = [path('a', views.A.as_view()), path('b', views.B.as_view()), path('c', views.C.as_view())]\n"
    settings = (
        SETTINGS + "REST_FRAMEWORK = {'DEFAULT_PAGINATION_CLASS': 'rest_framework.pagination.PageNumberPagination'}\n"
    )
    a, b, c = serve(project(urls, views, settings))
    assert [(p.name, p.constraint and p.constraint.maximum) for p in a.params] == [("limit", 50), ("offset", None)]
    assert b.params == ()
    assert [p.name for p in c.params] == ["page"]


def test_an_exception_that_says_its_status() -> None:
    views = (
        "from rest_framework.exceptions import APIException\nfrom rest_framework.views import APIView\n\n"
        "class Gone(APIException):\n    status_code = 410\n\nclass A(APIView):\n    def get(self, request):\n        raise Gone()\n"
    )
    urls = "from django.urls import path\nfrom shop import views\nurlpatterns = [path('a', views.A.as_view())]\n"
    (endpoint,) = serve(project(urls, views))
    assert endpoint.statuses == (410,)


def test_an_exception_that_extends_one_of_django() -> None:
    views = (
        "from django.http import Http404\nfrom django.views import View\n\nclass Missing(Http404): ...\n\n"
        "class A(View):\n    def get(self, request):\n        raise Missing()\n"
    )
    urls = "from django.urls import path\nfrom shop import views\nurlpatterns = [path('a', views.A.as_view())]\n"
    (endpoint,) = serve(project(urls, views))
    assert endpoint.statuses == (404,)


CHOOSING = """from rest_framework import permissions, viewsets
from rest_framework.permissions import SAFE_METHODS, AllowAny, IsAdminUser, IsAuthenticated
from rest_framework.decorators import action
from .models import Book
class BookViewSet(viewsets.ModelViewSet):
    queryset = Book.objects.all()
    permission_classes = [IsAuthenticated]
    by_action = {"list": [AllowAny], "create": [IsAuthenticated]}
    BODY
    @action(detail=False)
    def latest(self, request):
        return Response([])
"""
CHOSEN = {
    "by action": (
        'def get_permissions(self):\n        """Everybody reads."""\n        if self.action in ("list", "retrieve"):\n            return [AllowAny()]\n        return super().get_permissions()',
        "none required required required",
    ),
    "by method": (
        "def get_permissions(self):\n        if self.request.method not in SAFE_METHODS or self.action == 'latest':\n            return [IsAuthenticated()]\n        return []",
        "none required required required",
    ),
    "a list of classes": (
        "def get_permissions(self):\n        if self.action == 'create':\n            classes = [AllowAny]\n        elif self.action == 'destroy':\n            classes = [IsAdminUser]\n        else:\n            classes = [IsAuthenticated]\n        return [one() for one in classes]",
        "required none required required",
    ),
    "a list that is set": (
        "def get_permissions(self):\n        if self.action == 'latest':\n            self.permission_classes = [AllowAny]\n        return super().get_permissions()",
        "required required required none",
    ),
    "a table": (
        "def get_permissions(self):\n        try:\n            return [one() for one in self.by_action[self.action]]\n        except KeyError:\n            return [one() for one in self.permission_classes]",
        "none required required required",
    ),
    "what nobody can tell": (
        "def get_permissions(self):\n        if self.request.user.is_staff:\n            return []\n        return [IsAuthenticated()]",
        "unknown unknown unknown unknown",
    ),
}


@pytest.mark.parametrize(("body", "expected"), CHOSEN.values(), ids=list(CHOSEN))
def test_permissions_that_a_view_chooses(body: str, expected: str) -> None:
    root = "router = DefaultRouter()\nrouter.register('books', views.BookViewSet)\nurlpatterns = [path('', include(router.urls))]\n"
    head = "from django.urls import include, path\nfrom rest_framework.routers import DefaultRouter\nfrom shop import views\n"
    found = states(project(head + root, CHOOSING.replace("BODY", body)))
    asked = ("GET /books/", "POST /books/", "DELETE /books/{pk}/", "GET /books/latest/")
    assert " ".join(found[one] for one in asked) == expected


def test_regular_expressions_that_are_put_together() -> None:
    root = """from django.urls import re_path
from shop import regex, views
USER = rf"^user/(?P<username>{regex.USERNAME})"
BOOK = r"^book/(?P<book_id>\\d+)"
EDITION = rf"{BOOK}/edition"
urlpatterns = [
    re_path(rf"{USER}/inbox/?$", views.inbox),
    re_path(rf"{EDITION}/edit/?$", views.edit),
    re_path(BOOK + r"/([a-z]+)/?$", views.part),
]
"""
    views = (
        "def inbox(request, username): ...\ndef edit(request, book_id): ...\ndef part(request, book_id, name): ...\n"
    )
    assert served(project(root, views, regex='NAME = r"[a-z]+"\nUSERNAME = rf"@{NAME}"\n')) == [
        "ANY /user/{username}/inbox", "ANY /book/{book_id}/edition/edit", "ANY /book/{book_id}/{arg1}",
    ]  # fmt: skip


def test_a_request_that_nobody_looks_at() -> None:
    root = (
        "from django.urls import path\nfrom shop import views\nurlpatterns = [path('about/<int:year>/', views.about)]\n"
    )
    (found,) = serve(project(root, "def about(_, year):\n    return HttpResponse(year)\n"))
    assert [p.name for p in found.route.params] == ["year"]


def test_views_of_django_that_ask_who_calls() -> None:
    source = (
        "from django.contrib.auth import views as auth_views\nfrom django.urls import path\n"
        "class Change(auth_views.PasswordChangeView):\n    template_name = 'change.html'\n"
        "urlpatterns = [path('change/', Change.as_view()), path('done/', auth_views.PasswordChangeDoneView.as_view()),"
        " path('login/', auth_views.LoginView.as_view())]\n"
    )
    assert states(project(source)) == {
        "GET /change/": "required", "POST /change/": "required", "GET /done/": "required", "GET /login/": "none",
        "POST /login/": "none",
    }  # fmt: skip
