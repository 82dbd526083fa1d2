using System.Collections.Generic;

namespace LanPeer.Benchmarks;

/// <summary>Reading and writing a message of 200 bytes, against a scan of its bytes with AVX2, string.Split and System.Text.Json.</summary>
internal static class CodecFigure
{
    /// <summary>Twice what was promised of either, as the floor has it.</summary>
    private const double OfJson = 0.5;

    public static IEnumerable<Result> Run()
    {
        var codec = new CodecBenchmarks();
        bool isScanned = NativeBaseline.IsThere && codec.Scan() > 0;
        IReadOnlyDictionary<string, Sample> samples = Sample.Take<CodecBenchmarks>(isScanned ? [] : [nameof(codec.Scan)]);
        Sample read = samples[nameof(codec.Read)];
        Sample readJson = samples[nameof(codec.ReadJson)];
        Sample split = samples[nameof(codec.Split)];
        Sample write = samples[nameof(codec.Write)];
        yield return read.Time($"read, {codec.Length} bytes", "<= 100, or 3 x the scan");
        if (isScanned)
        {
            Sample scan = samples[nameof(codec.Scan)];
            yield return scan.Time("scan in C with AVX2");
            yield return read.Ratio(scan, "read / scan", "<= 3");
        }

        yield return read.Allocation("read, allocated", "0");
        yield return readJson.Time("System.Text.Json, the same message");
        yield return read.Ratio(readJson, "read / System.Text.Json", "", OfJson);
        yield return split.Time("string.Split, the same message");
        yield return read.Ratio(split, "read / string.Split");
        yield return write.Time($"write, {codec.Length} bytes", "<= 50");
        yield return write.Ratio(samples[nameof(codec.WriteJson)], "write / System.Text.Json", "", OfJson);
        yield return write.Allocation("write, allocated", "0");
    }

    /// <summary>The ratios with a limit, of short slices in turn.</summary>
    public static IEnumerable<Result> Floor()
    {
        var codec = new CodecBenchmarks();
        yield return Result.Of(
            "read / System.Text.Json", Rounds.Ratios(Rounds.Alternate(() => codec.ReadJson(), () => codec.Read())), "x", "", OfJson);
        yield return Result.Of(
            "write / System.Text.Json", Rounds.Ratios(Rounds.Alternate(() => codec.WriteJson(), () => codec.Write())), "x", "", OfJson);
    }
}
