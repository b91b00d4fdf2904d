using Bookshelf.Data;
using Bookshelf.Errors;
using Microsoft.EntityFrameworkCore;

var builder = WebApplication.CreateBuilder(args);

builder.Services.AddControllers();
builder.Services.AddDbContext<BookshelfContext>(options => options.UseSqlite("Data Source=bookshelf.db"));
builder.Services.AddAuthentication().AddJwtBearer();
builder.Services.AddCors(options =>
    options.AddDefaultPolicy(policy => policy.WithOrigins("https://bookshelf.example.com").AllowCredentials()));
builder.Services.AddAuthorization();
builder.Services.AddExceptionHandler<ApiErrors>();
builder.Services.AddProblemDetails();

var app = builder.Build();

app.UseExceptionHandler();
app.UseCors();
app.UseAuthentication();
app.UseAuthorization();
app.MapControllers();

app.Run();
