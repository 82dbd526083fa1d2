using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using LanPeer.Benchmarks.Competitors;

namespace LanPeer.Benchmarks;

/// <summary>Lines through a pipeline to Send-LanDM until all have their receipts, among one known peer and among 1,000: whom it is sent to is looked up for each.</summary>
internal static class SendFigure
{
    private const int Lines = 2_000;
    private const int Rounds = 11;
    private const int Many = 1_000;

    /// <summary>The compiler makes its best code of what was called often, some time later.</summary>
    private static readonly TimeSpan s_warmsUp = TimeSpan.FromSeconds(8);

    public static IEnumerable<Result> Run()
    {
        using Runspace runspace = ModuleRunspace.Open(PSThreadOptions.UseCurrentThread);
        using var few = Audience.Open(runspace, "few", 1);
        using var many = Audience.Open(runspace, "many", Many);
        var among = new Dictionary<Audience, List<double>> { [few] = [], [many] = [] };
        long began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < s_warmsUp)
        {
            _ = few.Send(Lines);
            _ = many.Send(Lines);
        }

        for (int round = 0; round < Rounds; round++)
        {
            foreach ((Audience audience, List<double> rates) in among)
            {
                rates.Add(audience.Send(Lines));
            }
        }

        return
        [
            Result.Of("Send-LanDM, a pipeline of lines among one peer", among[few], "lines/s"),
            Result.Of($"Send-LanDM, a pipeline of lines among {Many:N0}", among[many], "lines/s"),
            Result.Of($"Send-LanDM, among {Many:N0} / among one", among[many].Zip(among[few], static (one, other) => one / other), "x the speed"),
        ];
    }

    /// <summary>A session started by the module, and the peers it knows.</summary>
    private sealed class Audience : IDisposable
    {
        private readonly Runspace _runspace;
        private readonly LanSession _session;
        private readonly SealedPeers _peers;
        private readonly Pump _pump;

        private Audience(Runspace runspace, LanSession session, SealedPeers peers)
        {
            (_runspace, _session, _peers, _pump) = (runspace, session, peers, new Pump(peers.PumpOrWait));
        }

        public static Audience Open(Runspace runspace, string name, int size)
        {
            LanSession session = ModuleRunspace.Start(runspace, name);
            var peers = new SealedPeers(size, session);
            peers.PumpUntilKnown(session, size);
            peers.Ticking = 1;
            return new Audience(runspace, session, peers);
        }

        /// <summary>Lines a second.</summary>
        public double Send(int lines)
        {
            long wanted = _peers.Arrived + lines;
            using var shell = PowerShell.Create(_runspace);
            shell.AddScript($"param($session) 1..{lines} | Send-LanDM m0 -Session $session -ErrorAction Stop").AddArgument(_session);
            long began = Stopwatch.GetTimestamp();
            shell.Invoke();
            double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            return _peers.Arrived == wanted ? lines / seconds : throw new InvalidOperationException($"{wanted - _peers.Arrived} lines did not arrive.");
        }

        public void Dispose()
        {
            _pump.Dispose();
            _session.Dispose();
            _peers.Dispose();
        }
    }
}
