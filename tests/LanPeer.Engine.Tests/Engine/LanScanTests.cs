using System;
using System.Linq;
using System.Threading;
using LanPeer.SeedStandIn;
using Xunit;

namespace LanPeer.Tests.Engine;

public sealed class LanScanTests : EngineTest
{
    [Fact]
    public void Everyone_is_found_and_nobody_notices()
    {
        (LanSession alice, LanSession bob) = StartTwo();
        SeedPeer carol = StartSeed("carol");
        WaitToKnow(alice, carol.UserId);
        WaitToKnow(bob, carol.UserId);
        using LanScan scan = LanScan.Open(LanNetwork.Loopback, DiscoveryPort);

        LanPeer[] found = scan.Run(Wait.Long, CancellationToken.None).Take(3).OrderBy(peer => peer.UserId).ToArray();

        Assert.Equal([("alice", alice.Port), ("bob", bob.Port), ("carol", carol.Port)], found.Select(peer => (peer.Name, peer.Port)));
        Assert.Equal([LanPeerState.Alive, LanPeerState.Alive, LanPeerState.Reported], found.Select(peer => peer.State));
        Assert.Equal([LanDialect.LanPeer, LanDialect.LanPeer, LanDialect.Seed], found.Select(peer => peer.Dialect));
        Assert.Equal(2, alice.Peers.Count);
        Assert.Equal(2, bob.Peers.Count);
        Assert.Equal(2, carol.KnownPeers.Count);
        Assert.Equal(0, carol.Counters.Of(SeedHappeningKind.Unknown) + carol.Counters.Of(SeedHappeningKind.Error));
    }

    [Fact]
    public void An_empty_network_has_nobody()
    {
        using LanScan scan = LanScan.Open(LanNetwork.Loopback, DiscoveryPort);

        Assert.Empty(scan.Run(TimeSpan.FromSeconds(0.4), CancellationToken.None));
        Assert.Empty(scan.Run(TimeSpan.Zero, CancellationToken.None));
    }

    [Fact]
    public void A_second_look_gives_what_is_known_and_what_is_new()
    {
        LanSession alice = Start("alice");
        using LanScan scan = LanScan.Open(LanNetwork.Loopback, DiscoveryPort);
        Assert.Equal(alice.UserId, Assert.Single(scan.Run(Wait.Long, CancellationToken.None).Take(1)).UserId);
        LanSession bob = Start("bob");

        Assert.Equal([alice.UserId, bob.UserId], scan.Run(Wait.Long, CancellationToken.None).Take(2).Select(peer => peer.UserId));
    }

    [Fact]
    public void On_a_closed_network_its_members_are_found_and_nobody_notices()
    {
        LanNetworkKey key = NewKey("correct horse battery");
        LanNetworkKey later = NewKey("another key of that");
        LanSession alice = Start("alice", options => options with { NetworkName = "team", NetworkKeys = [key] });
        LanSession bob = Start("bob", options => options with { NetworkName = "team", NetworkKeys = [later] });
        using LanScan outside = LanScan.Open(LanNetwork.Loopback, DiscoveryPort);
        using LanScan old = LanScan.Open(LanNetwork.Loopback, DiscoveryPort, "team", [key]);
        using LanScan both = LanScan.Open(LanNetwork.Loopback, DiscoveryPort, "team", [later, key]);

        Assert.Equal([alice.UserId, bob.UserId], both.Run(Wait.Long, CancellationToken.None).Take(2).Select(peer => peer.UserId).Order());
        LanPeer found = Assert.Single(old.Run(TimeSpan.FromSeconds(1), CancellationToken.None));
        Assert.Equal((alice.UserId, alice.Port, alice.PeerId), (found.UserId, found.Port, found.PeerId));
        Assert.Empty(outside.Run(TimeSpan.FromSeconds(0.4), CancellationToken.None));
        Assert.Empty(alice.Peers);
        Assert.Empty(bob.Peers);
    }

    [Fact]
    public void A_closed_network_needs_its_key_and_a_key_its_network()
    {
        Assert.Equal(LanErrorId.InvalidOption, ErrorOf(() => LanScan.Open(LanNetwork.Loopback, DiscoveryPort, "team")));
        Assert.Equal(LanErrorId.InvalidOption, ErrorOf(() => LanScan.Open(LanNetwork.Loopback, DiscoveryPort, networkKeys: [NewKey("correct horse battery")])));
    }

    [Fact]
    public void Cancelling_ends_it()
    {
        using LanScan scan = LanScan.Open(LanNetwork.Loopback, DiscoveryPort);
        using var cancellation = new CancellationTokenSource();
        Exception? thrown = null;
        var scanner = new Thread(() => thrown = Record.Exception(() => scan.Run(TimeSpan.FromMinutes(10), cancellation.Token).Count()));
        scanner.Start();

        cancellation.Cancel();

        Wait.For(scanner, "the scan");
        Assert.IsType<OperationCanceledException>(thrown);
    }

    [Fact]
    public void Ports_out_of_range_are_refused()
    {
        Assert.Equal(LanErrorId.InvalidOption, ErrorOf(() => LanScan.Open(LanNetwork.Loopback, 0)));
        Assert.Equal(LanErrorId.InvalidOption, ErrorOf(() => LanScan.Open(LanNetwork.Loopback, 65_536)));
    }
}
