using System.Collections.Generic;

namespace LanPeer.Benchmarks;

/// <summary>Sealing, opening and refusing a transport datagram of 200 bytes, against AES-256-GCM alone.</summary>
internal static class SealFigure
{
    private const string Bar = "<= 1.15";
    private const double Limit = 2.3;

    public static IEnumerable<Result> Run()
    {
        IReadOnlyDictionary<string, Sample> samples = Sample.Take<SealBenchmarks>([]);
        Sample bare = samples[nameof(SealBenchmarks.Bare)];
        Sample sealing = samples[nameof(SealBenchmarks.Seal)];
        Sample opening = samples[nameof(SealBenchmarks.Open)];
        yield return bare.Time("AES-256-GCM alone, 200 bytes");
        yield return sealing.Time("seal, 200 bytes");
        yield return sealing.Ratio(bare, "seal / AES-256-GCM alone", Bar, Limit);
        yield return sealing.Allocation("seal, allocated", "0");
        yield return opening.Time("open, 200 bytes");
        yield return opening.Ratio(samples[nameof(SealBenchmarks.BareOpen)], "open / AES-256-GCM alone");
        yield return samples[nameof(SealBenchmarks.BareForged)].Time("AES-256-GCM alone, 200 bytes that are forged");
        yield return samples[nameof(SealBenchmarks.Forged)].Time("a forged datagram of 200 bytes");
    }

    /// <summary>The ratio with a limit, of short slices in turn.</summary>
    public static IEnumerable<Result> Floor()
    {
        using var seal = new SealBenchmarks();
        yield return Result.Of("seal / AES-256-GCM alone", Rounds.Ratios(Rounds.Alternate(seal.Bare, () => seal.Seal())), "x", Bar, Limit);
    }
}
