"""What the calls of Django's ORM mean."""

import pytest

from persona_lsp.extract import extract
from persona_lsp.facts.body import Function, Op

HEAD = "from django.db import transaction\nfrom django.shortcuts import get_object_or_404\nfrom .models import Article, Tag\n\n"


def function(body: str, head: str = HEAD, before: str = "") -> Function:
    """The function that holds these statements."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    extraction = extract("shop/views.py", f"{head}{before}def f(request, pk):\n{lines}".encode())
    assert extraction is not None
    return next(f for f in extraction.facts.functions if f.name == "f")


QUERIES = {
    "Article.objects.all()": ("Article.all", Op.SELECT, "Article", True, False),
    "Article.objects.filter(a=pk).order_by('x')": ("Article.order_by", Op.SELECT, "Article", True, False),
    "Article.objects.filter(a=pk)[:10]": ("Article.filter", Op.SELECT, "Article", True, True),
    "Article.objects.published().all()": ("Article.all", Op.SELECT, "Article", True, None),
    "Article.objects.values_list('x').distinct()": ("Article.distinct", Op.SELECT, "Article", True, None),
    "Article.objects.get(pk=pk)": ("Article.get", Op.SELECT, "Article", False, True),
    "Article.objects.filter(a=1).first()": ("Article.first", Op.SELECT, "Article", False, True),
    "Article.objects.count()": ("Article.count", Op.COUNT, "Article", False, True),
    "Article.objects.create(a=1)": ("Article.create", Op.INSERT, "Article", False, None),
    "Article.objects.bulk_create(x)": ("Article.bulk_create", Op.INSERT, "Article", True, None),
    "Article.objects.get_or_create(a=1)": ("Article.get_or_create", Op.UPSERT, "Article", False, None),
    "Article.objects.filter(a=1).update(b=2)": ("Article.update", Op.UPDATE, "Article", True, None),
    "Article.objects.filter(a=1).delete()": ("Article.delete", Op.DELETE, "Article", True, None),
    "await Article.objects.acreate(a=1)": ("Article.create", Op.INSERT, "Article", False, None),
    "get_object_or_404(Article, pk=pk)": ("get_object_or_404(Article)", Op.SELECT, "Article", False, True),
    "get_user_model().objects.filter(a=1)": ("User.filter", Op.SELECT, "User", True, False),
    "a = Article(x=1)\na.save()": ("Article.save", Op.INSERT, "Article", False, None),
    "s = ArticleSerializer(data=request.data)\ns.save()": ("s.save", Op.INSERT, "Article", False, None),
    "s = ArticleSerializer(a, data=request.data)\ns.save()": ("s.save", Op.UPDATE, "Article", False, None),
    "Article.objects.raw('SELECT * FROM a')": ("Article.raw", Op.SELECT, "Article", True, None),
}  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), QUERIES.items(), ids=list(QUERIES))
def test_a_query(body: str, expected: tuple[object, ...]) -> None:
    (query,) = function(body).queries
    assert (query.api, query.op, query.entity, query.many, query.limited) == expected
    assert query.library == "django-orm"


NOTHING = [
    "cache.get('x')",
    "d.update(a=1)",
    "d.filter(x)",
    "path.all()",
    "request.session.delete()",
    "thing = Thing()\nthing.save()",
    "image.save(path)",
    "Article.objects.none()",
    "f = ArticleForm(request.POST)\nf.delete()",
    "x.objects",
]


@pytest.mark.parametrize("body", NOTHING)
def test_what_asks_nothing(body: str) -> None:
    assert function(body).queries == ()


def test_a_queryset_that_is_built_in_steps_is_one_query() -> None:
    found = function("qs = Article.objects.filter(a=1)\nqs = qs.order_by('x')\nreturn qs")
    (query,) = found.queries
    assert query.lazy
    assert found.returns_query == 0


def test_a_slice_is_a_limit() -> None:
    (query,) = function("qs = Article.objects.all()\nreturn list(qs[0:10])").queries
    assert query.limited is True
    found = function(
        "size = int(request.GET['size'])\nstart = int(request.GET['start'])\nreturn Article.objects.all()[start : start + size]"
    )
    assert [(limit.source, limit.query) for limit in found.limits] == [("size", 0)]
    (query,) = function("qs = Article.objects.all()\nreturn qs[3:]").queries
    assert query.limited is None


def test_a_record_that_was_found_is_changed() -> None:
    first, second = function("a = Article.objects.get(pk=pk)\na.title = 'x'\na.save()").queries
    assert (second.op, second.entity, second.columns) == (Op.UPDATE, "Article", ("title",))
    assert first.op is Op.SELECT


def test_first_may_find_nothing() -> None:
    (query,) = function("a = Article.objects.filter(pk=pk).first()\nreturn a.title").queries
    assert query.nullable
    assert query.unchecked_use is not None


def test_transactions() -> None:
    body = "with transaction.atomic():\n    Article.objects.create(a=1)\n    Tag.objects.create(a=1)"
    assert [q.site.tx for q in function(body).queries] == [0, 0]
    assert function("Article.objects.create(a=1)", before="@transaction.atomic\n").transactional
    assert function("Article.objects.create(a=1)", before="@transaction.atomic()\n").transactional
    assert not function("Article.objects.create(a=1)").transactional


def test_sql_that_is_assembled() -> None:
    for body in (
        "Article.objects.raw(f'SELECT * FROM a WHERE x = {request.GET[\"x\"]}')",
        "Article.objects.extra(where=[f'x = {request.GET[\"x\"]}'])",
        "Article.objects.annotate(y=RawSQL(f'SELECT {request.GET[\"x\"]}', ()))",
    ):
        found = function(body)
        assert any(q.sql is not None and q.sql.dynamic for q in found.queries), body
    (bound,) = function("Article.objects.raw('SELECT * FROM a WHERE x = %s', [request.GET['x']])").queries
    assert bound.sql is not None
    assert bound.sql.dynamic == ()


def test_what_was_asked_for_before_is_there() -> None:
    body = "if Article.objects.filter(a=pk).exists():\n    found = Article.objects.filter(a=pk).first()\n    return found.title"
    assert [q.nullable for q in function(body).queries if q.api == "Article.first"] == [False]
    assert [q.nullable for q in function(body.replace("exists()", "count()")).queries if q.api == "Article.first"] == [
        True
    ]
