using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;
using Perfolizer.Metrology;

namespace LanPeer.Benchmarks;

/// <summary>What BenchmarkDotNet found of one method, in this process, so that no project is made and built for it.</summary>
/// <param name="Times">Nanoseconds of one call, of each iteration, from the smallest.</param>
/// <param name="Allocated">Bytes of one call.</param>
internal sealed record Sample(double[] Times, double Allocated)
{
    /// <summary>Two seconds a method: the compiler's best code comes after some hundred milliseconds of calls.</summary>
    private const int Warmups = 40;
    private const int Iterations = 41;
    private static readonly TimeInterval s_iteration = TimeInterval.FromMilliseconds(20);

    private double Median => Times[Times.Length / 2];

    /// <summary>Runs all benchmarks of a class.</summary>
    /// <param name="leftOut">Methods that cannot run here.</param>
    /// <returns>By the name of the method.</returns>
    public static IReadOnlyDictionary<string, Sample> Take<T>(IReadOnlyList<string> leftOut)
    {
        string folder = Directory.CreateTempSubdirectory("lanpeer-benchmark").FullName;
        try
        {
            Job job = Job.Default.WithToolchain(InProcessEmitToolchain.DontLogOutput).WithClock(new CpuClock())
                .WithWarmupCount(Warmups).WithIterationCount(Iterations).WithIterationTime(s_iteration);
            IConfig config = ManualConfig.CreateEmpty().AddJob(job).AddLogger(NullLogger.Instance).AddDiagnoser(MemoryDiagnoser.Default)
                .AddFilter(new SimpleFilter(one => !leftOut.Contains(one.Descriptor.WorkloadMethod.Name)))
                .WithOptions(ConfigOptions.DisableLogFile).WithArtifactsPath(folder);
            Summary summary = BenchmarkRunner.Run<T>(config);
            return summary.Reports.ToDictionary(static report => report.BenchmarkCase.Descriptor.WorkloadMethod.Name, Of);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public Result Time(string figure, string bar = "") => Result.Of(figure, Times, "ns", bar);

    public Result Allocation(string figure, string bar) => Result.Of(figure, [Allocated], "bytes", bar);

    /// <summary>That of the medians; the methods ran one after the other, so the range is the widest there can have been.</summary>
    public Result Ratio(Sample baseline, string figure, string bar = "", double? limit = null)
        => new(figure, Median / baseline.Median, Times[0] / baseline.Times[^1], Times[^1] / baseline.Times[0], "x", bar, limit);

    private static Sample Of(BenchmarkReport report)
        => report.ResultStatistics is { } statistics
            ? new Sample([.. statistics.OriginalValues.Order()], report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? 0)
            : throw new InvalidOperationException($"{report.BenchmarkCase.DisplayInfo} was not measured.");

    /// <summary>The time the thread has run: what other programs do meanwhile does not count.</summary>
    private sealed class CpuClock : IClock
    {
        public string Title => "CPU of the thread";

        public bool IsAvailable => true;

        public Frequency Frequency => Frequency.GHz;

        public long GetTimestamp() => (long)ThreadClock.Now();
    }
}
