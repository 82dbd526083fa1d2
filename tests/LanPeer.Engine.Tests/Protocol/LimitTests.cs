using System;
using System.Linq;
using System.Text;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Protocol;

/// <summary>Every table has an end.</summary>
public sealed class LimitTests
{
    private readonly VirtualLan _lan = new();

    [Fact]
    public void The_table_holds_so_many_peers_and_no_more()
    {
        VirtualPeer alice = _lan.AddSilentPeer("alice", "10.77.0.1", s => s with { MaxPeers = 10 });

        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(i < 10 ? DropReason.None : DropReason.TableFull, Announce(alice, $"b@10.77.0.{100 + i}", $"10.77.0.{100 + i}"));
        }

        Assert.Equal(10, alice.Known.Count());
        Assert.Equal(10, alice.Sent.Count);
        Assert.Equal(DropReason.None, Announce(alice, "b@10.77.0.105", "10.77.0.105"));
    }

    [Fact]
    public void One_address_of_another_host_gets_64_places_and_one_of_this_host_1024()
    {
        VirtualPeer alice = _lan.AddSilentPeer("alice", "10.77.0.1");
        for (int i = 0; i < 1_100; i++)
        {
            Announce(alice, $"b{i}@10.77.0.2", "10.77.0.2", 9_000 + i);
            Announce(alice, $"b{i}@10.77.0.1", "10.77.0.1", 9_000 + i);
        }

        Assert.Equal(64, alice.Known.Count(id => id.EndsWith(".2", StringComparison.Ordinal)));
        Assert.Equal(1_024, alice.Known.Count(id => id.EndsWith(".1", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_flood_of_invented_names_keeps_no_other_host_out()
    {
        VirtualPeer alice = _lan.AddSilentPeer("alice", "10.77.0.1");
        for (int i = 0; i < 6_000; i++)
        {
            Announce(alice, $"b{i}@10.77.0.66", "10.77.0.66");
        }

        Assert.Equal(DropReason.None, Announce(alice, "carol@10.77.0.3", "10.77.0.3"));
        Assert.Equal(65, alice.Known.Count());
    }

    [Fact]
    public void Places_become_free_when_peers_expire()
    {
        VirtualPeer alice = _lan.AddPeer("alice", "10.77.0.1", s => s with { MaxPeersPerAddress = 2 });
        Announce(alice, "a@10.77.0.2", "10.77.0.2");
        Announce(alice, "b@10.77.0.2", "10.77.0.2");
        Assert.Equal(DropReason.TableFull, Announce(alice, "c@10.77.0.2", "10.77.0.2"));

        _lan.Run(320);

        Assert.Equal(DropReason.None, Announce(alice, "c@10.77.0.2", "10.77.0.2"));
    }

    [Fact]
    public void Moving_in_from_elsewhere_does_not_get_around_the_limit_of_an_address()
    {
        VirtualPeer alice = _lan.AddSilentPeer("alice", "10.77.0.1", s => s with { MaxPeersPerAddress = 2 });
        for (int i = 0; i < 4; i++)
        {
            Announce(alice, $"b{i}@10.77.0.2", $"10.77.0.{10 + i}");
        }

        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(i < 2 ? DropReason.None : DropReason.TableFull, Announce(alice, $"b{i}@10.77.0.2", "10.77.0.2"));
        }

        Assert.Equal(2, alice.Machine.Peers.Count(peer => peer.Endpoint.Address == VirtualLan.Address("10.77.0.2")));
    }

    [Fact]
    public void A_duplicate_is_recognised_among_the_last_256_messages()
    {
        var window = new DuplicateWindow();
        for (int i = 0; i < 300; i++)
        {
            Assert.True(Add(window, $"{i}"));
        }

        Assert.All(Enumerable.Range(300 - 256, 256), i => Assert.False(Add(window, $"{i}")));
        Assert.True(Add(window, "0"));
    }

    [Fact]
    public void A_bucket_gives_its_burst_and_then_its_rate()
    {
        var bucket = default(TokenBucket);
        int taken = 0;
        for (int ms = 0; ms < 10_000; ms += 10)
        {
            taken += bucket.TryTake(TimeSpan.FromMilliseconds(ms), 1, rate: 5, burst: 20) ? 1 : 0;
        }

        Assert.InRange(taken, 20 + 48, 20 + 50);
    }

    [Fact]
    public void A_bucket_asked_whether_it_has_gives_nothing_away()
    {
        var bucket = default(TokenBucket);
        for (int i = 0; i < 10; i++)
        {
            Assert.True(bucket.Has(TimeSpan.Zero, 1, rate: 1, burst: 1));
        }

        Assert.True(bucket.TryTake(TimeSpan.Zero, 1, rate: 1, burst: 1));
        Assert.False(bucket.Has(TimeSpan.Zero, 1, rate: 1, burst: 1));
    }

    [Fact]
    public void A_clock_that_steps_back_refills_nothing()
    {
        var bucket = default(TokenBucket);
        Assert.True(bucket.TryTake(TimeSpan.FromSeconds(100), 1, rate: 1, burst: 1));

        Assert.False(bucket.TryTake(TimeSpan.FromSeconds(50), 1, rate: 1, burst: 1));
        Assert.False(bucket.TryTake(TimeSpan.FromSeconds(100.5), 1, rate: 1, burst: 1));
        Assert.True(bucket.TryTake(TimeSpan.FromSeconds(101), 1, rate: 1, burst: 1));
    }

    [Fact]
    public void A_limiter_remembers_so_many_sources_and_lets_the_rest_share_one_bucket()
    {
        var limiter = new SourceLimiter<int>(rate: 1, burst: 2, capacity: 100);

        int granted = Enumerable.Range(0, 100_000).Count(source => limiter.TryTake(source, TimeSpan.Zero));

        Assert.Equal(100, limiter.Count);
        Assert.Equal(102, granted);
        Assert.False(limiter.Has(7_777, TimeSpan.Zero));
        Assert.True(limiter.Has(7, TimeSpan.Zero));
    }

    [Fact]
    public void A_limiter_forgets_sources_whose_bucket_is_full_again()
    {
        var limiter = new SourceLimiter<int>(rate: 1, burst: 2, capacity: 100);
        for (int i = 0; i < 100; i++)
        {
            limiter.TryTake(i, TimeSpan.Zero);
        }

        Assert.True(limiter.TryTake(1_000, TimeSpan.FromSeconds(5)));
        Assert.Equal(1, limiter.Count);
    }

    [Fact]
    public void A_limiter_keeps_each_source_to_itself()
    {
        var limiter = new SourceLimiter<int>(rate: 1, burst: 1);

        Assert.True(limiter.TryTake(1, TimeSpan.Zero));
        Assert.False(limiter.TryTake(1, TimeSpan.Zero));
        Assert.True(limiter.TryTake(2, TimeSpan.Zero));
    }

    private static DropReason Announce(VirtualPeer peer, string userId, string address, int port = 9_000)
        => peer.Hear(Inlet.Discovery, VirtualLan.Endpoint(address, port), Say.Seed(userId, port));

    private static bool Add(DuplicateWindow window, string id) => window.TryAdd(MessageType.Post, Encoding.UTF8.GetBytes(id));
}
