using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;

namespace LanPeer.Benchmarks;

/// <summary>
/// How long Import-Module takes: LanPeer, its format file and all, against an empty manifest with an empty assembly, and
/// against the smallest module with a command and a view. Each time is taken in a fresh process, in turn, so that the
/// disk's cache and whatever else the machine does meet all three.
/// </summary>
internal static class ImportFigure
{
    private const int Rounds = 15;

    /// <summary>The first module of the process, as it is for users: what Import-Module itself loads is in all times.</summary>
    private const string Script = """
        param($Module)
        $watch = [Diagnostics.Stopwatch]::StartNew()
        Import-Module $Module
        $watch.Stop()
        'elapsed ' + $watch.Elapsed.TotalMilliseconds.ToString([Globalization.CultureInfo]::InvariantCulture)
        """;

    public static IEnumerable<Result> Run()
    {
        string module = Repository.Module;
        string folder = Directory.CreateTempSubdirectory("lanpeer-import-").FullName;
        try
        {
            string script = Path.Combine(folder, "import.ps1");
            File.WriteAllText(script, Script);
            string warm = SampleModule.MakeEmpty(folder, "Warm");
            string empty = SampleModule.MakeEmpty(folder, "Empty");
            string smallest = SampleModule.MakeSmallest(folder, "Smallest");
            (string program, string name) = Repository.Shell;
            double Time(string path) => Measure(program, script, warm, path);

            // The first of each reads from the disk.
            _ = Time(empty);
            _ = Time(smallest);
            _ = Time(module);
            var bare = new List<double>(Rounds);
            var small = new List<double>(Rounds);
            var ours = new List<double>(Rounds);
            for (int i = 0; i < Rounds; i++)
            {
                bare.Add(Time(empty));
                small.Add(Time(smallest));
                ours.Add(Time(module));
            }

            yield return Result.Of($"import, empty manifest and assembly ({name})", bare, "ms");
            yield return Result.Of($"import, one command and one view ({name})", small, "ms");
            yield return Result.Of($"import, LanPeer ({name})", ours, "ms");
            yield return Result.Of("import, LanPeer / empty", Ratios(ours, bare), "x", "<= 1.5");
            yield return Result.Of("import, one command and one view / empty", Ratios(small, bare), "x");
            yield return Result.Of("import, LanPeer / one command and one view", Ratios(ours, small), "x", "<= 1.5");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<double> Ratios(List<double> times, List<double> baseline) => times.Zip(baseline, static (one, other) => one / other);

    private static double Measure(string program, string script, string warm, string module)
    {
        var start = new ProcessStartInfo(program, ["-NoProfile", "-File", script, module]) { RedirectStandardOutput = true };
        start.Environment["NO_COLOR"] = "1";

        // The host loads a module before any script runs: an empty one, or it would be the measured one. pwsh does not look at this.
        start.Environment["LANPEER_MODULE"] = warm;
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        string line = output.Split('\n').FirstOrDefault(static line => line.StartsWith("elapsed ", StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"{program} measured nothing: {output}");
        return double.Parse(line["elapsed ".Length..], CultureInfo.InvariantCulture);
    }
}
