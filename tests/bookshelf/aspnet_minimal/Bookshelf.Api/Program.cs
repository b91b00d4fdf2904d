using Bookshelf.Api.Authors;
using Bookshelf.Api.Books;
using Bookshelf.Api.Reviews;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddAuthentication().AddJwtBearer();
builder.Services.AddCors(options =>
    options.AddDefaultPolicy(policy => policy.WithOrigins("https://bookshelf.example.com").AllowCredentials()));
builder.Services.AddAuthorization();
builder.Services.AddMediatR(options => options.RegisterServicesFromAssemblyContaining<Program>());

var app = builder.Build();

app.UseCors();
app.UseAuthentication();
app.UseAuthorization();

app.MapGet("/health", () => new { status = "ok" });

var api = app.MapGroup("/api");
api.MapAuthors();

var books = api.MapGroup("books").WithTags("Books");
books.MapBooks();
ReviewEndpoints.Register(books.MapGroup("/{book_id:int}"));

app.Run();

public partial class Program;
