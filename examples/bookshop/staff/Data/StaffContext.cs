using Microsoft.EntityFrameworkCore;

namespace Bookshop.Staff.Data;

public class Shift
{
    public int Id { get; set; }
    public required string Branch { get; set; }
    public DateOnly Day { get; set; }
    public List<Hour> Hours { get; set; } = [];
}

public class Hour
{
    public int Id { get; set; }
    public int ShiftId { get; set; }
    public required string Person { get; set; }
}

public class StaffContext(DbContextOptions<StaffContext> options) : DbContext(options)
{
    public DbSet<Shift> Shifts => Set<Shift>();
    public DbSet<Hour> Hours => Set<Hour>();
}
