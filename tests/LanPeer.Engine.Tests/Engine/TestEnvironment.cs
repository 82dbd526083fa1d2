using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading;
using Xunit;

namespace LanPeer.Tests.Engine;

/// <summary>What holds for the whole test process: nothing leaves loopback, and nothing is written to the user's home.</summary>
internal static class TestEnvironment
{
    /// <summary>Below the ephemeral ports of every system (Linux gives out 32768 and up), which come and go unseen.</summary>
    private const int FirstPort = 23_000;
    private const int PortCount = 3_000;

    // Two test runs on one machine begin at different places.
    private static int s_nextPort = Environment.ProcessId * 61 % PortCount;

    public static string StateFolder { get; } = Path.Combine(Path.GetTempPath(), $"lanpeer-tests-{Environment.ProcessId}");

    /// <summary>A state folder that no other test uses; it is made by whoever keeps something there.</summary>
    public static string NewStatePath() => Path.Combine(StateFolder, "peers", Guid.NewGuid().ToString("n"));

    [ModuleInitializer]
    internal static void Confine()
    {
        Environment.SetEnvironmentVariable("LANPEER_NETWORK", "loopback");
        Environment.SetEnvironmentVariable("LANPEER_STATE", StateFolder);
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            if (Directory.Exists(StateFolder))
            {
                Directory.Delete(StateFolder, recursive: true);
            }
        };
    }

    /// <summary>A port nobody else in this process gets, and nobody has now: tests with one of their own hear no others.</summary>
    public static int NewPort()
    {
        while (true)
        {
            int port = FirstPort + (Interlocked.Increment(ref s_nextPort) % PortCount);
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Any, port));
                return port;
            }
            catch (SocketException)
            {
                // Taken by some other program; the next one will do.
            }
        }
    }
}

/// <summary>Tests that change what the whole process shares, or count it: they run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = nameof(Alone);
}
