using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using LanPeer.Benchmarks.Competitors;

namespace LanPeer.Benchmarks;

/// <summary>
/// Measures LanPeer against its baselines, both in one run: <c>dotnet run -c Release --project benchmarks/LanPeer.Benchmarks
/// [-- figure ...] [--json file] [--peers count]</c>, or with <c>-- floor</c> whether the steady ratios are within twice their bars. Traffic stays on loopback; every figure ends by itself.
/// </summary>
internal static class Program
{
    /// <summary>How many peers there are at rest; <c>--peers</c> measures another number alone.</summary>
    private static int[] s_sizes = [10, 100];

    private static readonly Dictionary<string, Func<IEnumerable<object>>> s_figures = new()
    {
        ["fanout"] = FanoutFigure.Run,
        ["receive"] = ReceiveFigure.Run,
        ["roundtrip"] = RoundTripFigure.Run,
        ["burst"] = BurstFigure.Run,
        ["large"] = LargeFigure.Run,
        ["codec"] = CodecFigure.Run,
        ["pipeline"] = PipelineFigure.Run,
        ["send"] = SendFigure.Run,
        ["completion"] = CompletionFigure.Run,
        ["stop"] = StopFigure.Run,
        ["idle"] = IdleFigure.Run,
        ["competitors"] = CompetitorFigure.Run,
        ["seal"] = SealFigure.Run,
        ["handshake"] = HandshakeFigure.Run,
        ["flood"] = FloodFigure.Run,
        ["delivery"] = DeliveryFigure.Run,
        ["kill"] = KillFigure.Run,
        ["script"] = ScriptFigure.Run,
        ["presence"] = () => PresenceFigure.Run(s_sizes),
        ["import"] = ImportFigure.Run,
    };

    public static int Main(string[] args)
    {
        // Nothing that is measured here may leave the machine.
        Environment.SetEnvironmentVariable("LANPEER_NETWORK", "loopback");
        if (args.Length > 0 && args[0] == Flooder.Verb)
        {
            return Flooder.Run(args[1..]);
        }

        if (args.Length > 0 && args[0] == KillFigure.Victim.Verb)
        {
            return KillFigure.Victim.Live(args[1..]);
        }

        if (args.Length > 1 && args[0] == IdleFigure.Verb)
        {
            return IdleFigure.Peer(args[1..]);
        }

        if (args.Length == 1 && args[0] == Floor.Verb)
        {
            return Floor.Run();
        }

        List<string> wanted = [.. args];
        string? path = Take(wanted, "--json");
        if (Take(wanted, "--peers") is string peers)
        {
            if (!int.TryParse(peers, NumberStyles.None, CultureInfo.InvariantCulture, out int size) || size is < 2 or > 2_000)
            {
                Console.Error.WriteLine($"--peers is '{peers}', not a number from 2 to 2000.");
                return 64;
            }

            s_sizes = [size];
        }

        if (wanted.FirstOrDefault(name => !s_figures.ContainsKey(name)) is string unknown)
        {
            Console.Error.WriteLine($"There is no figure '{unknown}'. There are: {string.Join(", ", s_figures.Keys)}.");
            return 64;
        }

        var results = new List<object>();
        foreach (string name in wanted.Count > 0 ? wanted : [.. s_figures.Keys])
        {
            foreach (object result in s_figures[name]())
            {
                Console.WriteLine(result);
                results.Add(result);
            }
        }

        if (path is not null)
        {
            File.WriteAllText(path, JsonSerializer.Serialize(results, s_options));
        }

        return 0;
    }

    /// <summary>Takes an option and its value out of the arguments.</summary>
    private static string? Take(List<string> args, string option)
    {
        int at = args.IndexOf(option);
        if (at < 0 || at + 1 == args.Count)
        {
            return null;
        }

        string value = args[at + 1];
        args.RemoveRange(at, 2);
        return value;
    }

    private static readonly JsonSerializerOptions s_options = new() { WriteIndented = true };
}

/// <summary>One line of the table.</summary>
/// <param name="Figure">What was measured.</param>
/// <param name="Value">The median.</param>
/// <param name="Min">The smallest of the rounds.</param>
/// <param name="Max">The largest.</param>
/// <param name="Unit">Of what.</param>
/// <param name="Bar">What it is to be; empty where nothing was promised.</param>
/// <param name="Limit">What it must not go beyond where the floor is looked at; null where it has none.</param>
internal sealed record Result(string Figure, double Value, double Min, double Max, string Unit, string Bar = "", double? Limit = null)
{
    /// <summary>Whether less than the limit is too little, and not more too much.</summary>
    public bool IsLeast { get; init; }

    /// <summary>Whether it is on the right side of its limit.</summary>
    public bool IsWithin => Limit is not double limit || (IsLeast ? Value >= limit : Value <= limit);

    /// <summary>The median of rounds with their spread.</summary>
    public static Result Of(string figure, IEnumerable<double> rounds, string unit, string bar = "", double? limit = null)
    {
        double[] sorted = [.. rounds.Order()];
        return new Result(figure, sorted[sorted.Length / 2], sorted[0], sorted[^1], unit, bar, limit);
    }

    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture,
            $"{Figure,-46} {Value,12:0.###} {Unit,-16} [{Min:0.###} to {Max:0.###}] {Bar}");
}
