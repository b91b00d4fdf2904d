namespace Bookshelf;

/// <summary>The paths that controllers share.</summary>
public static class ApiPaths
{
    public const string Root = "api";

    public const string Books = Root + "/books";

    public const string Reviews = $"{Books}/{{book_id:int}}/reviews";
}
