using System;
using System.Collections.Generic;
using System.Linq;

namespace LanPeer.Benchmarks;

/// <summary>
/// The ratios that hardly depend on the machine, at half of what is promised: a mistake of kind is caught, noise is not.
/// Each is of CPU time, of slices in turn, in one process.
/// </summary>
internal static class Floor
{
    public const string Verb = "floor";

    /// <summary>A machine that is busy with something else gets two more tries.</summary>
    private const int Tries = 3;

    public static int Run()
    {
        bool isWithin = true;
        foreach (Func<IEnumerable<object>> figure in (Func<IEnumerable<object>>[])[CodecFigure.Floor, SealFigure.Floor, Fanout, PipelineFigure.Run])
        {
            List<Result> results = [];
            for (int i = 0; i < Tries && (i == 0 || results.Exists(static result => !result.IsWithin)); i++)
            {
                results = [.. figure().OfType<Result>().Where(static result => result.Limit is not null)];
            }

            foreach (Result result in results)
            {
                isWithin &= result.IsWithin;
                Console.WriteLine($"{(result.IsWithin ? "ok  " : "LOW ")} {result}; floor {result.Limit}");
            }
        }

        return isWithin ? 0 : 1;
    }

    private static IEnumerable<object> Fanout()
        => NativeBaseline.IsThere ? FanoutFigure.Plain(100) : [];
}
