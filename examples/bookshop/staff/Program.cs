using Bookshop.Staff.Data;
using Bookshop.Staff.Endpoints;
using Microsoft.EntityFrameworkCore;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddDbContext<StaffContext>(options =>
    options.UseNpgsql(builder.Configuration.GetConnectionString("Staff")));
builder.Services.AddAuthentication().AddJwtBearer();
builder.Services.AddAuthorization();

var app = builder.Build();
app.UseAuthentication();
app.UseAuthorization();

app.MapGet("/health", () => Results.NoContent());
app.MapGroup("/api/v1/shifts").RequireAuthorization().MapShifts();

app.Run();
