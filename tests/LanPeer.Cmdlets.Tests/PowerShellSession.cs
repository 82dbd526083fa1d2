using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using LanPeer.Cmdlets.Commands;
using Xunit;

namespace LanPeer.Cmdlets.Tests;

/// <summary>A runspace of the real PowerShell engine with the module loaded, and what its commands gave.</summary>
internal sealed class PowerShellSession : IDisposable
{
    /// <summary>Below the ephemeral ports of every system (Linux gives out 32768 and up), which come and go unseen.</summary>
    private const int FirstPort = 20_000;
    private const int PortCount = 3_000;

    // Two test runs on one machine begin at different places.
    private static int s_nextPort = Environment.ProcessId * 61 % PortCount;

    public PowerShellSession(int? discoveryPort = null)
    {
        DiscoveryPort = discoveryPort ?? NewPort();
        InitialSessionState state = InitialSessionState.CreateDefault2();
        state.ImportPSModule([typeof(StartLanPeerCommand).Assembly.Location]);
        Runspace = RunspaceFactory.CreateRunspace(state);
        Runspace.Open();
        Runspace.SessionStateProxy.SetVariable("port", DiscoveryPort);
    }

    /// <summary>$port in scripts: a discovery port no other test uses.</summary>
    public int DiscoveryPort { get; }

    public Runspace Runspace { get; }

    /// <summary>The errors of the last run.</summary>
    public IReadOnlyList<ErrorRecord> Errors { get; private set; } = [];

    /// <summary>The warnings of the last run.</summary>
    public IReadOnlyList<string> Warnings { get; private set; } = [];

    /// <summary>Runs a script to its end; a terminating error is the last of <see cref="Errors"/>.</summary>
    public IReadOnlyList<object?> Run(string script, params object?[] pipelineInput)
    {
        using var shell = PowerShell.Create(Runspace);
        shell.AddScript(script);
        var errors = new List<ErrorRecord>();
        List<object?> output = [];
        try
        {
            output = [.. shell.Invoke(pipelineInput).Select(item => item?.BaseObject)];
        }
        catch (RuntimeException error)
        {
            errors.Add(error.ErrorRecord);
        }

        Errors = [.. shell.Streams.Error, .. errors];
        Warnings = [.. shell.Streams.Warning.Select(warning => warning.Message)];
        return output;
    }

    /// <summary>Runs a script that must give one object of that type and no error.</summary>
    public T One<T>(string script)
    {
        IReadOnlyList<object?> output = Run(script);
        Assert.Empty(Errors);
        return Assert.IsType<T>(Assert.Single(output));
    }

    /// <summary>The error id of a script that fails with exactly one error.</summary>
    public ErrorRecord Error(string script)
    {
        Run(script);
        return Assert.Single(Errors);
    }

    /// <summary>A port no other test gets, and nobody has now.</summary>
    private static int NewPort()
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

    public LanSession Start(string name) => One<LanSession>($"Start-LanPeer {name} -DiscoveryPort $port -Ephemeral");

    public void Dispose() => Runspace.Dispose();

    /// <summary>Waits until something is so; 20 s is for slow machines, not an expectation.</summary>
    public static void Until(Func<bool> condition, string what)
    {
        long began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(20), $"Not within 20 s: {what}");
            Thread.Sleep(5);
        }
    }

    /// <summary>Two peers in two runspaces that know each other.</summary>
    public static (PowerShellSession Alice, PowerShellSession Bob) Pair()
    {
        var alice = new PowerShellSession();
        var bob = new PowerShellSession(alice.DiscoveryPort);
        LanSession one = alice.Start("alice");
        LanSession other = bob.Start("bob");
        Until(() => one.Peers.Count == 1 && other.Peers.Count == 1, "alice and bob know each other");
        return (alice, bob);
    }
}
