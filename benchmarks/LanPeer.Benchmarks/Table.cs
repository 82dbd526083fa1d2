using System.Collections.Generic;
using System.Linq;

namespace LanPeer.Benchmarks;

/// <summary>A table of a figure that has more than one number a line; written as Markdown.</summary>
/// <param name="Title">What it shows, and how.</param>
/// <param name="Columns">Their heads.</param>
/// <param name="Rows">A text for each column.</param>
internal sealed record Table(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    public override string ToString()
        => string.Join('\n', [Title, "", Line(Columns), Line(Columns.Select(static _ => "---")), .. Rows.Select(Line), ""]);

    private static string Line(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";
}
