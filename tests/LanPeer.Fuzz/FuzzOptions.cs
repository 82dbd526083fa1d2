using System;
using System.Collections.Generic;
using System.Globalization;

namespace LanPeer.Fuzz;

/// <summary>What the command line says.</summary>
internal sealed record FuzzOptions
{
    public const string Usage = """
        Usage: dotnet run --project tests/LanPeer.Fuzz -- [options]
          --list           the targets
          --target NAME    this one alone; may be given several times
          --seed N         the first seed; without it a random one
          --cases N        so many cases of each target, and no more
          --seconds S      so many seconds for each target (10)
          --hours H        so many hours for all of them, in turn
          --out FOLDER     where a failing input is written (out/fuzz)
          --outcomes       what the inputs came to
        """;

    private const double MaxHours = 168;

    public bool List { get; private init; }

    public bool ShowOutcomes { get; private init; }

    /// <summary>All when empty.</summary>
    public IReadOnlyList<string> Targets { get; private init; } = [];

    public long? Seed { get; private init; }

    public int? Cases { get; private init; }

    /// <summary>For each target.</summary>
    public TimeSpan? Each { get; private init; }

    /// <summary>For all targets together.</summary>
    public TimeSpan? Total { get; private init; }

    public string Folder { get; private init; } = "out/fuzz";

    /// <exception cref="FormatException">What is wrong with the command line.</exception>
    public static FuzzOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new FuzzOptions();
        for (int i = 0; i < arguments.Count; i++)
        {
            string name = arguments[i];
            options = name switch
            {
                "--list" => options with { List = true },
                "--outcomes" => options with { ShowOutcomes = true },
                "--target" => options with { Targets = [.. options.Targets, Value()] },
                "--seed" => options with { Seed = (long)Number(long.MaxValue) },
                "--cases" => options with { Cases = (int)Number(int.MaxValue) },
                "--seconds" => options with { Each = TimeSpan.FromSeconds(Number(MaxHours * 3_600)) },
                "--hours" => options with { Total = TimeSpan.FromHours(Number(MaxHours)) },
                "--out" => options with { Folder = Value() },
                _ => throw new FormatException($"'{name}' is no option."),
            };

            string Value() => ++i < arguments.Count ? arguments[i] : throw new FormatException($"{name} needs a value.");

            double Number(double max) => double.TryParse(Value(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number <= max
                ? number : throw new FormatException($"{name} needs a number up to {max}.");
        }

        return options;
    }
}
