using System;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace LanPeer.Benchmarks;

/// <summary>
/// The time this thread has run, where the system tells it without cost (Linux): what other programs do meanwhile does not
/// count then. Elsewhere the time that has passed.
/// </summary>
internal static partial class ThreadClock
{
    private const int ThreadCpu = 3;

    /// <summary>Nanoseconds.</summary>
    public static double Now()
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
        {
            return Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency);
        }

        _ = GetTime(ThreadCpu, out TimeSpec time);
        return (time.Seconds * 1e9) + time.Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
