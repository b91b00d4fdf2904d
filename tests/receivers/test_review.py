"""Endpoints with names in an editor: symbols, hovers, lenses, and the list that views are made of."""

import textwrap

from tests.harness.engine import EVERYTHING, read

from persona_lsp import review
from persona_lsp.text.lines import LineTable

SOURCE = textwrap.dedent("""
    import { Resolver, Query, Mutation } from '@nestjs/graphql';
    import { UseGuards } from '@nestjs/common';
    @Resolver(() => Order)
    export class Orders {
      @Query(() => [Order])
      orders() { return prisma.order.findMany({ take: 10 }); }
      @UseGuards(JwtAuthGuard)
      @Mutation(() => Order)
      addOrder() { return prisma.order.create({ data: {} }); }
    }
""").encode()
PATH = "src/orders.resolver.ts"
PROJECT = read({PATH: SOURCE})


def test_symbols() -> None:
    found = review.symbols(PROJECT.snapshot, PATH)
    assert [(s.name, s.detail) for s in found] == [
        ("GRAPHQL Query.orders", "Orders.orders"),
        ("GRAPHQL Mutation.addOrder", "🔒 Orders.addOrder"),
    ]
    assert [s.name for s in review.workspace_symbols(PROJECT.snapshot, "mutation")] == ["GRAPHQL Mutation.addOrder"]


def test_the_card_says_nothing_of_http() -> None:
    hover = review.hover(PROJECT.snapshot, PROJECT.extractions[PATH], SOURCE.index(b"orders()"), EVERYTHING)
    assert hover is not None
    assert "GRAPHQL Query.orders" in hover.markdown
    assert "Answers" not in hover.markdown
    assert "Auth" not in hover.markdown
    assert "order.findMany" in hover.markdown or "reads" in hover.markdown


def test_lenses_and_hints() -> None:
    found = review.lenses(PROJECT.snapshot, PATH, EVERYTHING)
    assert [lens.title for lens in found] == ["GRAPHQL Query.orders", "GRAPHQL Mutation.addOrder · 🔒 login required"]
    assert review.hints(PROJECT.snapshot, PATH, 0, len(SOURCE), EVERYTHING) == ()


def test_views_gather_them_by_kind_and_openapi_leaves_them_out() -> None:
    found = review.served(PROJECT.snapshot, lambda _: LineTable(SOURCE))
    assert [(one.row.kind, one.row.named, one.resource) for one in found] == [("graphql", True, "GraphQL")] * 2
    assert review.openapi([one.row for one in found])["paths"] == {}
