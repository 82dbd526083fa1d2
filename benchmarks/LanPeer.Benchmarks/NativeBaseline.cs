using System;
using System.Diagnostics;
using System.IO;
using System.Runtime.InteropServices;

namespace LanPeer.Benchmarks;

/// <summary>
/// The baseline in C (Native/baseline.c): compiled by the system's compiler when the first figure needs it. Where there is
/// none, or no Linux, figures of sockets are left out with a note.
/// </summary>
internal static unsafe class NativeBaseline
{
    private static readonly Lazy<nint> s_library = new(Load);

    /// <summary>Why it is not there; null when it is.</summary>
    public static string? Missing { get; private set; }

    public static bool IsThere => s_library.Value != 0;

    /// <summary>Nanoseconds of CPU this thread has used.</summary>
    public static ulong ThreadCpu() => ((delegate* unmanaged<ulong>)Export("lp_thread_cpu"))();

    /// <summary>Binds a thread to one core, or with -1 to all; 0 is the calling thread.</summary>
    public static void Pin(int thread, int core) => _ = ((delegate* unmanaged<int, int, int>)Export("lp_pin"))(thread, core);

    public static nint NewFan(ushort[] ports, byte[] datagram)
    {
        fixed (ushort* first = ports)
        fixed (byte* bytes = datagram)
        {
            return ((delegate* unmanaged<ushort*, int, byte*, int, nint>)Export("lp_fan_new"))(first, ports.Length, bytes, datagram.Length);
        }
    }

    /// <summary>Sends the datagram to all, so many times; gives how many were sent.</summary>
    public static int SendFan(nint fan, int socket, int rounds) => ((delegate* unmanaged<nint, int, int, int>)Export("lp_fan_send"))(fan, socket, rounds);

    public static void FreeFan(nint fan) => ((delegate* unmanaged<nint, void>)Export("lp_fan_free"))(fan);

    /// <summary>Something that waits for many sockets at once; negative when the system has no room for it.</summary>
    public static int NewPoll(int[] sockets)
    {
        fixed (int* first = sockets)
        {
            return ((delegate* unmanaged<int*, int, int>)Export("lp_poll_new"))(first, sockets.Length);
        }
    }

    /// <summary>Finds which of them have something; gives how many.</summary>
    /// <param name="poll">From <see cref="NewPoll"/>.</param>
    /// <param name="ready">Receives their places in the list, of 64 of them at most.</param>
    /// <param name="milliseconds">How long it waits for the first.</param>
    public static int Poll(int poll, Span<int> ready, int milliseconds)
    {
        fixed (int* first = ready)
        {
            return ((delegate* unmanaged<int, int*, int, int, int>)Export("lp_poll_wait"))(poll, first, ready.Length, milliseconds);
        }
    }

    public static void FreePoll(int poll) => ((delegate* unmanaged<int, void>)Export("lp_poll_free"))(poll);

    /// <summary>Takes everything out of many sockets; gives how many datagrams there were.</summary>
    /// <param name="sockets">Their handles.</param>
    /// <param name="sample">One of the datagrams.</param>
    public static int Drain(int[] sockets, out byte[] sample)
    {
        byte[] buffer = new byte[2_048];
        int length = 0;
        fixed (int* first = sockets)
        fixed (byte* bytes = buffer)
        {
            int count = ((delegate* unmanaged<int*, int, byte*, int*, int>)Export("lp_drain"))(first, sockets.Length, bytes, &length);
            sample = buffer[..length];
            return count;
        }
    }

    /// <summary>Receives so many datagrams; nanoseconds of CPU.</summary>
    public static ulong Receive(int socket, int count) => ((delegate* unmanaged<int, int, ulong>)Export("lp_receive"))(socket, count);

    /// <summary>Round trips between two threads that block; nanoseconds of each.</summary>
    /// <param name="rounds">How many.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="core">Where both run; -1 anywhere.</param>
    /// <param name="isRelayed">Whether a third thread receives what comes back and wakes the one that waits.</param>
    public static double[] PingPong(int rounds, int length, int core, bool isRelayed = false)
    {
        double[] times = new double[rounds];
        fixed (double* first = times)
        {
            int done = ((delegate* unmanaged<int, int, int, int, double*, int>)Export("lp_ping_pong"))(rounds, length, core, isRelayed ? 1 : 0, first);
            return done == rounds ? times : throw new InvalidOperationException("The baseline's ping-pong stopped.");
        }
    }

    /// <summary>Nanoseconds of one scan for line feeds and colons with AVX2; 0 where there is none.</summary>
    public static double Scan(byte[] text, int rounds)
    {
        fixed (byte* first = text)
        {
            return ((delegate* unmanaged<byte*, int, int, ulong>)Export("lp_scan_many"))(first, text.Length, rounds) / (double)rounds;
        }
    }

    private static nint Export(string name) => NativeLibrary.GetExport(s_library.Value, name);

    private static nint Load()
    {
        if (!OperatingSystem.IsLinux())
        {
            Missing = "the baseline in C is written for Linux";
            return 0;
        }

        string folder = Directory.CreateTempSubdirectory("lanpeer-benchmark").FullName;
        try
        {
            string source = Path.Combine(folder, "baseline.c");
            string library = Path.Combine(folder, "baseline.so");
            using (Stream from = typeof(NativeBaseline).Assembly.GetManifestResourceStream("baseline.c")!)
            using (FileStream to = File.Create(source))
            {
                from.CopyTo(to);
            }

            using Process compiler = Process.Start(new ProcessStartInfo("cc", ["-O2", "-march=native", "-shared", "-fPIC", "-pthread", "-o", library, source]))!;
            if (!compiler.WaitForExit(60_000) || compiler.ExitCode != 0)
            {
                Missing = "cc could not compile the baseline";
                return 0;
            }

            return NativeLibrary.Load(library);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Missing = "there is no C compiler (cc) here";
            return 0;
        }
        finally
        {
            // A library that is loaded stays loaded.
            Directory.Delete(folder, recursive: true);
        }
    }
}
