using Microsoft.AspNetCore.Mvc;

namespace Bookshelf.Controllers;

/// <summary>Tells whether the service is alive.</summary>
public class HealthController : ApiController
{
    /// <summary>Answers as long as the process runs.</summary>
    [HttpGet("/health")]
    public IActionResult Health() => Ok(new { status = "ok" });
}
