using Microsoft.AspNetCore.Mvc;

namespace Bookshelf.Controllers;

/// <summary>What all controllers below <c>/api</c> have in common.</summary>
[ApiController]
[Route("api/[controller]")]
[Produces("application/json")]
public abstract class ApiController : ControllerBase
{
}
