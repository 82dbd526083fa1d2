using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.VirtualNetwork;
using Xunit;

namespace LanPeer.Tests.Protocol;

/// <summary>How long it takes until everybody knows, in virtual time, and that nobody is called gone who is not.</summary>
public sealed class DetectionTests
{
    private const int Runs = 9;

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(20)]
    public void A_killed_peer_whose_host_still_answers_is_gone_for_all_within_a_second_and_a_half(int peers)
    {
        double[] times = [.. Enumerable.Range(1, Runs).Select(seed => TimeToForget(seed, peers, peer => peer.Kill())).Order()];

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(" ", times.Select(t => $"{t:0.00}")));
        Assert.InRange(times[Runs / 2], 0.3, 1.5);
        Assert.InRange(times[^1], 0.3, 4.5);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(20)]
    public void A_host_without_power_is_gone_for_all_within_six_seconds(int peers)
    {
        double[] times = [.. Enumerable.Range(1, Runs).Select(seed => TimeToForget(seed, peers, peer => peer.Host.PowerOff())).Order()];

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(" ", times.Select(t => $"{t:0.00}")));
        Assert.InRange(times[Runs / 2], 2, 5);
        Assert.InRange(times[^1], 2, 8);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(20)]
    public void Who_leaves_is_gone_for_all_within_a_fifth_of_a_second(int peers)
        => Assert.InRange(TimeToForget(1, peers, peer => peer.Stop()), 0, 0.2);

    [Fact]
    public void Who_comes_is_seen_by_all_within_half_a_second()
    {
        (VirtualLan lan, List<VirtualPeer> peers) = Network(1, 20);
        VirtualPeer newcomer = lan.AddPeer("newcomer", "10.77.0.99");

        Assert.True(lan.RunUntil(
            () => peers.All(peer => peer.Machine.FindPeer(newcomer.UserId) is not null) && newcomer.Machine.Peers.Count == 20,
            TimeSpan.FromSeconds(0.5)));
    }

    [Fact]
    public void Nobody_who_lives_is_called_gone_or_suspect_with_stalls_and_a_tenth_of_all_lost()
    {
        (VirtualLan lan, List<VirtualPeer> peers) = Network(5, 20);
        lan.Add(new Loss(0.1));
        SeededRandom random = lan.Random("stalls");
        peers.ForEach(peer => StallNowAndThen(lan, peer, random));
        int before = peers.Sum(peer => peer.Changes.Count);

        lan.Run(TimeSpan.FromMinutes(10));

        List<PeerChangeKind> changes = [.. peers.SelectMany(peer => peer.Changes).Select(change => change.Kind)];
        Assert.DoesNotContain(PeerChangeKind.Expired, changes);
        Assert.DoesNotContain(PeerChangeKind.Left, changes);
        Assert.InRange(changes.Count(kind => kind == PeerChangeKind.Suspected), 0, 1);
        Assert.Equal(before, changes.Count(kind => kind is not (PeerChangeKind.Suspected or PeerChangeKind.Recovered)));
    }

    [Fact]
    public void A_peer_that_wakes_up_after_a_long_stall_suspects_nobody_and_is_found_again_at_once()
    {
        (VirtualLan lan, List<VirtualPeer> peers) = Network(3, 5);
        peers[0].Pause();
        lan.Run(20);
        Assert.All(peers.Skip(1), peer => Assert.Null(peer.Machine.FindPeer(peers[0].UserId)));
        peers[0].Forget();
        peers[0].Resume();

        Assert.True(lan.RunUntil(
            () => peers.All(peer => peer.Machine.Peers.Count == 4 && peer.Machine.Peers.All(other => other.Presence == PeerPresence.Alive)),
            TimeSpan.FromSeconds(0.5)));
        Assert.DoesNotContain(peers[0].Changes, change => change.Kind is PeerChangeKind.Suspected or PeerChangeKind.Expired);
    }

    [Fact]
    public void Who_loses_datagrams_at_its_own_port_calls_nobody_suspect_or_gone_until_it_hears_again()
    {
        (VirtualLan lan, List<VirtualPeer> peers) = Network(7, 5);
        VirtualPeer deaf = peers[0];
        peers[1].Host.PowerOff();
        peers[2].Kill();
        bool isFlooded = true;
        void Overflow()
        {
            if (isFlooded)
            {
                deaf.Machine.Overflowed(deaf.Moment);
                lan.After(TimeSpan.FromMilliseconds(400), Overflow);
            }
        }

        Overflow();
        lan.Run(30);

        Assert.Equal(4, deaf.Machine.Peers.Count);
        Assert.Equal(2, peers[3].Machine.Peers.Count);
        Assert.DoesNotContain(deaf.Changes, change => change.Kind is PeerChangeKind.Suspected or PeerChangeKind.Expired);
        isFlooded = false;
        Assert.True(lan.RunUntil(() => deaf.Machine.Peers.Count == 2, TimeSpan.FromSeconds(10)));
    }

    internal static (VirtualLan Lan, List<VirtualPeer> Peers) Network(int seed, int count)
    {
        var lan = new VirtualLan(seed);
        List<VirtualPeer> peers = [.. Enumerable.Range(1, count).Select(i => lan.AddPeer($"p{i}", $"10.77.0.{i}"))];
        Assert.True(lan.RunUntil(() => peers.All(peer => peer.Machine.Peers.Count == count - 1), TimeSpan.FromSeconds(5)));

        // Long enough for each to have its own rhythm, and differently long with each seed.
        lan.Run(20 + (seed * 1.37));
        return (lan, peers);
    }

    /// <summary>Seconds until nobody has the first peer in its table.</summary>
    private static double TimeToForget(int seed, int count, Action<VirtualPeer> end)
    {
        (VirtualLan lan, List<VirtualPeer> peers) = Network(seed, count);
        VirtualPeer victim = peers[seed % count];
        string id = victim.UserId;
        TimeSpan began = lan.Now;
        end(victim);
        peers.Remove(victim);

        Assert.True(lan.RunUntil(() => peers.TrueForAll(peer => peer.Machine.FindPeer(id) is null), TimeSpan.FromSeconds(60)));
        return (lan.Now - began).TotalSeconds;
    }

    private static void StallNowAndThen(VirtualLan lan, VirtualPeer peer, SeededRandom random) => lan.After(
        TimeSpan.FromMilliseconds(200 + (random.NextUInt64() % 4_000)),
        () =>
        {
            peer.Pause();
            lan.After(TimeSpan.FromMilliseconds(random.NextUInt64() % 200), () =>
            {
                peer.Resume();
                StallNowAndThen(lan, peer, random);
            });
        });
}
