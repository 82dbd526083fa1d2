using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using LanPeer.VirtualNetwork;

namespace LanPeer.Benchmarks;

/// <summary>How soon all know who came and went, and what a peer sends at rest; on the virtual network, by seeds.</summary>
internal static class PresenceFigure
{
    private const int Seeds = 9;
    private static readonly int[] s_sizes = [3, 5, 20, 50];
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_warm = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_measured = TimeSpan.FromMinutes(5);

    /// <param name="sizes">How many peers are at rest: 1,000 take half a million handshakes.</param>
    public static IEnumerable<object> Run(IReadOnlyList<int> sizes)
    {
        yield return new Table(
            $"Until all others know, median and longest of {Seeds} runs (virtual network, 0.2 ms one way, nothing lost, seeds 1 to {Seeds})",
            ["peers", "join", "leave", "kill (the host answers)", "power-off (silence)"],
            [.. s_sizes.Select(Noticed)]);
        yield return new Table(
            $"Sent per peer and second at rest, mean of {s_measured.TotalMinutes:0} minutes (virtual network, seed 1; bytes of UDP payload)",
            ["peers", "datagrams", "bytes", "announcements", "bytes of announcements"],
            [.. sizes.Select(AtRest)]);
    }

    private static string[] Noticed(int size)
    {
        TimeSpan[][] runs = [.. Enumerable.Range(1, Seeds).Select(seed => Times(seed, size))];
        return [$"{size}", .. Enumerable.Range(0, 4).Select(i => Spread([.. runs.Select(run => run[i].TotalSeconds).Order()]))];
    }

    private static string Spread(double[] sorted)
        => string.Create(CultureInfo.InvariantCulture, $"{sorted[sorted.Length / 2]:0.000} s, {sorted[^1]:0.000} s");

    /// <summary>One comes, says goodbye, comes again; one is killed, and comes again; the host of one loses its power.</summary>
    private static TimeSpan[] Times(int seed, int size)
    {
        (VirtualLan lan, List<VirtualPeer> peers) = Network(seed, size - 1);
        VirtualPeer? newcomer = null;
        TimeSpan join = Until(lan, () => newcomer = lan.AddPeer("newcomer", "10.77.1.1"), () => peers.TrueForAll(peer => Knows(peer, newcomer!)));
        peers.Add(newcomer!);
        Rest(lan, seed);
        TimeSpan leave = UntilGone(lan, peers, newcomer!, newcomer!.Stop);
        Return(lan, peers, newcomer, seed);
        VirtualPeer victim = peers[seed % size];
        TimeSpan kill = UntilGone(lan, peers, victim, victim.Kill);
        Return(lan, peers, victim, seed);
        victim = peers[(seed + 1) % size];
        return [join, leave, kill, UntilGone(lan, peers, victim, victim.Host.PowerOff)];
    }

    private static string[] AtRest(int size)
    {
        (VirtualLan lan, List<VirtualPeer> peers) = Network(1, size);
        Traffic traffic = lan.Add(new Traffic { IncludesLocal = true });
        lan.Run(s_warm);
        traffic.Clear();
        lan.Run(s_measured);
        return [.. new[] { traffic.Unicasts, traffic.UnicastBytes, traffic.Broadcasts, traffic.BroadcastBytes }
            .Select(sum => (sum / s_measured.TotalSeconds / peers.Count).ToString("0.00", CultureInfo.InvariantCulture)).Prepend($"{size}")];
    }

    private static (VirtualLan Lan, List<VirtualPeer> Peers) Network(int seed, int count)
    {
        var lan = new VirtualLan(seed) { HistoryLimit = 16, MaxEvents = long.MaxValue };
        lan.Log.Limit = 16;
        List<VirtualPeer> peers = [.. Enumerable.Range(0, count).Select(i => lan.AddPeer($"p{i}", Address(i)))];
        _ = Until(lan, static () => { }, () => peers.TrueForAll(peer => peer.Machine.Peers.Count == count - 1));
        Rest(lan, seed);
        return (lan, peers);
    }

    /// <summary>One broadcast domain, a /24: from 200 peers on there are several on a host.</summary>
    private static string Address(int i) => $"10.77.1.{2 + (i % 200)}";

    private static bool Knows(VirtualPeer peer, VirtualPeer other) => peer.Machine.FindPeer(other.Machine.Identity.PeerId) is not null;

    /// <summary>Long enough for each to have its own rhythm, and differently long with each seed.</summary>
    private static void Rest(VirtualLan lan, int seed) => lan.Run(20 + (seed * 1.37));

    private static TimeSpan UntilGone(VirtualLan lan, List<VirtualPeer> peers, VirtualPeer one, Action end)
        => Until(lan, end, () => peers.TrueForAll(peer => peer == one || !Knows(peer, one)));

    private static void Return(VirtualLan lan, List<VirtualPeer> peers, VirtualPeer one, int seed)
    {
        _ = Until(lan, () => one.Restart(), () => peers.TrueForAll(peer => peer == one || Knows(peer, one)));
        Rest(lan, seed);
    }

    private static TimeSpan Until(VirtualLan lan, Action begin, Func<bool> condition)
    {
        TimeSpan began = lan.Now;
        begin();
        return lan.RunUntil(condition, s_limit) ? lan.Now - began
            : throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"Not everybody has noticed within {s_limit.TotalSeconds} s."));
    }
}
