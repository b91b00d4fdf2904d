"""Spring: methods that draw pages, or send the browser elsewhere."""

import pytest
from tests.harness.engine import read

CONTROLLER = """
import org.springframework.stereotype.Controller;
@Controller class Orders {
    @PostMapping("/orders") String add(Order order, BindingResult result) { %s }
}
"""


@pytest.mark.parametrize(
    ("body", "statuses"),
    [
        ('orders.save(order); return "redirect:/orders";', (302,)),
        ('return "redirect:/orders/" + orders.save(order).id();', (302,)),
        ('if (result.hasErrors()) { return "orders/form"; } return "redirect:/orders";', (200, 302)),
        ('return result.hasErrors() ? "redirect:/orders/new" : "redirect:/orders";', (302,)),
        ('return result.hasErrors() ? "orders/form" : "redirect:/orders";', ()),
        ('String view = "redirect:/orders"; return view;', ()),
        ('return "orders/list";', (200,)),
    ],
)
def test_where_a_page_sends_the_browser(body: str, statuses: tuple[int, ...]) -> None:
    (found,) = read({"src/main/java/shop/Orders.java": (CONTROLLER % body).encode()}).snapshot.endpoints
    assert found.statuses == statuses


@pytest.mark.parametrize(
    ("made", "statuses"),
    [
        ('ModelAndView("redirect:/orders")', (302,)),
        ('RedirectView("/orders")', (302,)),
        ('ModelAndView("orders/list")', (200,)),
        ("ModelAndView(view)", (200,)),
    ],
)
def test_views_that_are_made(made: str, statuses: tuple[int, ...]) -> None:
    kind = made.partition("(")[0]
    source = (CONTROLLER % f"return new {made};").replace("String add", f"{kind} add")
    (found,) = read({"src/main/java/shop/Orders.java": source.encode()}).snapshot.endpoints
    assert found.statuses == statuses


def test_what_is_sent_as_it_is_goes_nowhere() -> None:
    source = (CONTROLLER % 'return "redirect:/orders";').replace("@Controller", "@RestController")
    (found,) = read({"src/main/java/shop/Orders.java": source.encode()}).snapshot.endpoints
    assert found.statuses == (200,)
