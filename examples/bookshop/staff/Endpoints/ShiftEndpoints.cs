using Bookshop.Staff.Data;
using Microsoft.EntityFrameworkCore;

namespace Bookshop.Staff.Endpoints;

public record NewShift(string Branch, DateOnly Day);

public static class ShiftEndpoints
{
    public static RouteGroupBuilder MapShifts(this RouteGroupBuilder group)
    {
        group.MapGet("/", List);
        group.MapGet("/{id:int}", Find);
        group.MapPost("/", Create);
        group.MapDelete("/{id:int}", Delete);
        group.MapGet("/{id:int}/hours", Hours).AllowAnonymous();
        return group;
    }

    private static async Task<IResult> List(StaffContext db) =>
        Results.Ok(await db.Shifts.OrderBy(shift => shift.Day).ToListAsync());

    private static async Task<IResult> Find(int id, StaffContext db)
    {
        var shift = await db.Shifts.FindAsync(id);
        return shift is null ? Results.NotFound() : Results.Ok(shift);
    }

    private static async Task<IResult> Create(NewShift wanted, StaffContext db)
    {
        var shift = new Shift { Branch = wanted.Branch, Day = wanted.Day };
        db.Shifts.Add(shift);
        await db.SaveChangesAsync();
        return Results.Created($"/api/v1/shifts/{shift.Id}", shift);
    }

    private static async Task<IResult> Delete(int id, StaffContext db)
    {
        try
        {
            await db.Shifts.Where(shift => shift.Id == id).ExecuteDeleteAsync();
        }
        catch (DbUpdateException)
        {
            return Results.Ok(new { error = "the shift has hours and stays" });
        }
        return Results.NoContent();
    }

    private static async Task<IResult> Hours(int id, StaffContext db)
    {
        var shift = await db.Shifts.FirstOrDefaultAsync(one => one.Id == id);
        var hours = await db.Hours.Where(hour => hour.ShiftId == shift.Id).Take(100).ToListAsync();
        return Results.Ok(hours);
    }
}
