using System.ComponentModel.DataAnnotations;
using Bookshelf.Contracts;
using Bookshelf.Data;
using Bookshelf.Errors;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Bookshelf.Controllers;

[ApiController]
[Route(ApiPaths.Books)]
[Authorize]
public class BooksController : ControllerBase
{
    private readonly BookshelfContext _context;

    public BooksController(BookshelfContext context)
    {
        _context = context;
    }

    /// <summary>Lists books, a page at a time.</summary>
    [HttpGet]
    [AllowAnonymous]
    public async Task<ActionResult<IEnumerable<BookView>>> List(
        [FromQuery] [Range(1, 100)] int limit = 20,
        [FromQuery] [Range(0, int.MaxValue)] int offset = 0)
    {
        var books = await _context.Books.OrderBy(b => b.Id).Skip(offset).Take(limit).ToListAsync();

        return Ok(books.Select(BookView.Of));
    }

    /// <summary>Adds a book.</summary>
    [HttpPost]
    [ProducesResponseType(StatusCodes.Status201Created)]
    public async Task<ActionResult<BookView>> Create([FromBody] BookRequest request)
    {
        var book = new Book { Title = request.Title, AuthorId = request.AuthorId };
        _context.Books.Add(book);
        await _context.SaveChangesAsync();

        return CreatedAtAction(nameof(Show), new { book_id = book.Id }, BookView.Of(book));
    }

    /// <summary>Shows one book.</summary>
    [HttpGet("{book_id:int}")]
    [AllowAnonymous]
    public async Task<ActionResult<BookView>> Show([FromRoute(Name = "book_id")] int bookId)
    {
        var book = await _context.Books.FirstOrDefaultAsync(b => b.Id == bookId);
        if (book is null)
        {
            return NotFound();
        }

        return BookView.Of(book);
    }

    /// <summary>Replaces a book.</summary>
    [HttpPut("{book_id:int}")]
    public async Task<ActionResult<BookView>> Replace([FromRoute(Name = "book_id")] int bookId, BookRequest request)
    {
        var book = await _context.Books.FindAsync(bookId) ?? throw new BookNotFoundException(bookId);
        book.Title = request.Title;
        book.AuthorId = request.AuthorId;
        await _context.SaveChangesAsync();

        return Ok(BookView.Of(book));
    }

    /// <summary>Removes a book.</summary>
    [HttpDelete("{book_id:int}")]
    public async Task<IActionResult> Delete([FromRoute(Name = "book_id")] int bookId)
    {
        var book = await _context.Books.FindAsync(bookId);
        if (book == null)
        {
            return NotFound();
        }

        _context.Books.Remove(book);
        await _context.SaveChangesAsync();

        return NoContent();
    }
}
