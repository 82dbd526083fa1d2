using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Runtime.CompilerServices;
using System.Threading;
using LanPeer.Security;
using LanPeer.State;
using LanPeer.Tests.Engine;
using LanPeer.Tests.Security;
using Xunit;

namespace LanPeer.Tests.State;

/// <summary>The state store in a process of its own: this very program, told by its environment to be that and no test run.</summary>
internal sealed class StateChild : IDisposable
{
    private const string Variable = "LANPEER_TESTS_STATE_CHILD";

    private readonly Process _process;
    private readonly Timer _end;

    public StateChild(string root)
    {
        string host = Environment.ProcessPath is string path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        var start = new ProcessStartInfo(host, [typeof(StateChild).Assembly.Location]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment[Variable] = root;
        _process = Process.Start(start)!;

        // A child that hangs fails its test instead of stopping all of them.
        _end = new Timer(_ => End(), null, 6 * Wait.Long, Timeout.InfiniteTimeSpan);
    }

    public int ProcessId => _process.Id;

    public void Tell(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
    }

    public string? Next() => _process.StandardOutput.ReadLine();

    public void Kill()
    {
        _process.Kill();
        Assert.True(_process.WaitForExit(Wait.Long));
    }

    public void Dispose()
    {
        _end.Dispose();
        Kill();
        _process.Dispose();
    }

    private void End()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // Disposed at this very moment: it has ended.
        }
    }

    [ModuleInitializer]
    internal static void RunAsChild()
    {
        if (Environment.GetEnvironmentVariable(Variable) is string root)
        {
            Run(root);
            Environment.Exit(0);
        }
    }

    /// <summary>Commands: open; work, which uses epochs and changes pins until the process is killed, or for 5,000 rounds if nobody does.</summary>
    private static void Run(string root)
    {
        StateStore? store = null;
        Console.WriteLine("ready");
        while (Console.ReadLine() is string command)
        {
            if (command == "open")
            {
                try
                {
                    store = StateStore.Open(root, "alice", DateTimeOffset.UtcNow);
                    Console.WriteLine(store.Identity.PeerId);
                }
                catch (StateException error)
                {
                    Console.WriteLine($"{error.ErrorId}: {error.Message}");
                }
            }
            else
            {
                Work(store!);
            }
        }
    }

    private static void Work(StateStore store)
    {
        PublicIdentity[] people = [Someone.New(), Someone.New()];
        for (int i = 0; i < 5_000; i++)
        {
            store.Epochs.TryNext(DateTimeOffset.UtcNow, out ulong epoch);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{epoch}."));
            store.Pins.Meet(people[i % 2], $"peer{i % 20}@host", DateTimeOffset.UtcNow);
            store.SavePins();
            store.ExtendEpochs(DateTimeOffset.UtcNow);
        }
    }
}
