"""ASP.NET Core: bodies that annotations or validators check before they are used."""

import pytest
from tests.frameworks.test_aspnet import APP, controller, endpoints, minimal

ANNOTATED = "public record Order([Required] string Name);"
PLAIN = "public record Order(string Name);"
VALIDATOR = "public class OrderValidator : AbstractValidator<Order> { public OrderValidator() { RuleFor(x => x.Name).NotEmpty(); } }"
BEHAVIOUR = "public class ValidationBehaviour<TRequest, TResponse> : IPipelineBehavior<TRequest, TResponse> { }"
HANDLER = "public class Handler : IRequestHandler<Order, int> { public Task<int> Handle(Order order, CancellationToken t) => null; }"
AUTOMATIC = "builder.Services.AddFluentValidationAutoValidation();\n"
CREATE = "[HttpPost] public async Task<int> Create(Order order) => await sender.Send(order);"
ABOVE = '[Route("orders")]'


@pytest.mark.parametrize(
    ("above", "type_", "more", "setup", "expected"),
    [
        (f"[ApiController]\n{ABOVE}", ANNOTATED, "", "", True),
        (f"[ApiController]\n{ABOVE}", PLAIN + VALIDATOR, "", AUTOMATIC, True),
        (ABOVE, PLAIN + VALIDATOR, BEHAVIOUR + HANDLER, "", True),
        # Nothing runs what is declared, or nothing is declared.
        (ABOVE, ANNOTATED, "", "", None),
        (f"[ApiController]\n{ABOVE}", PLAIN, "", AUTOMATIC, None),
        (f"[ApiController]\n{ABOVE}", PLAIN + VALIDATOR, "", "", None),
        (ABOVE, PLAIN + VALIDATOR, BEHAVIOUR, "", None),
        (ABOVE, PLAIN + VALIDATOR, HANDLER, "", None),
    ],
)
def test_bodies_of_actions(above: str, type_: str, more: str, setup: str, expected: bool | None) -> None:
    found = endpoints(
        Program=APP + setup + "app.MapControllers();\napp.Run();",
        Orders=controller(CREATE, above=above),
        Order=f"namespace Shop;\n{type_}\n{more}",
    )
    body = found["POST /orders"].body
    assert body is not None
    assert body.validated is expected


@pytest.mark.parametrize(("validator", "expected"), [("Validator<Order>", True), ("AbstractValidator<Other>", None)])
def test_validators_of_endpoint_classes(validator: str, expected: bool | None) -> None:
    found = endpoints(
        Program=minimal("app.UseFastEndpoints();"),
        Create=(
            'public class Create : Endpoint<Order, int> { public override void Configure() { Post("/orders"); }'
            " public override async Task HandleAsync(Order order, CancellationToken t) { await SendAsync(1); } }"
        ),
        Order=f"{PLAIN}\npublic class OrderValidator : {validator} {{ }}",
    )
    body = found["POST /orders"].body
    assert body is not None
    assert body.validated is expected
