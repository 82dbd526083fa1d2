using System;
using System.Runtime.InteropServices;

namespace LanPeer.Transport;

/// <summary>futex(2) of Linux, on words of this process alone. The C library has no function for it, so it is called by its number.</summary>
internal static unsafe partial class Futex
{
    /// <summary>FUTEX_WAIT_PRIVATE: its time is relative and of the clock that nobody sets.</summary>
    private const int WaitPrivate = 128;

    /// <summary>FUTEX_WAKE_PRIVATE.</summary>
    private const int WakePrivate = 129;

    private static readonly nint s_number = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 202,
        Architecture.Arm64 => 98,
        _ => 0,
    };

    private static readonly Lazy<bool> s_isThere = new(Probe);

    /// <summary>Whether this system has it, and lets this process use it.</summary>
    public static bool IsThere => s_isThere.Value && DatagramPath.UsesSystemCalls;

    /// <summary>Sleeps while a word has a value; until woken, the time is up, or a signal of the system comes.</summary>
    public static void WaitWhile(int* word, int value, TimeSpan atMost)
    {
        if (atMost <= TimeSpan.Zero)
        {
            return;
        }

        TimeSpec time = new() { Seconds = atMost.Ticks / TimeSpan.TicksPerSecond, Nanoseconds = atMost.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick };
        _ = Call(s_number, word, WaitPrivate, value, &time);
    }

    /// <summary>Wakes one thread that sleeps on a word, if one does.</summary>
    public static void WakeOne(int* word) => _ = Call(s_number, word, WakePrivate, 1, null);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Call(nint number, int* word, nint operation, nint value, TimeSpec* time);

    private static bool Probe()
    {
        if (!OperatingSystem.IsLinux() || s_number == 0)
        {
            return false;
        }

        try
        {
            // Nobody sleeps there: zero are woken. What is forbidden or unknown is -1.
            int word = 0;
            return Call(s_number, &word, WakePrivate, 1, null) == 0;
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    /// <summary>struct timespec of 64-bit systems.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
