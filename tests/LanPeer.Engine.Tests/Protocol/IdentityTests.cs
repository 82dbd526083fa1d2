using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Protocol;

/// <summary>The own id, former ids, and programs that share one id.</summary>
public sealed class IdentityTests
{
    private const string Alice = "alice@10.77.0.1";
    private const string Bob = "bob@10.77.0.2";

    private readonly VirtualLan _lan = new();
    private readonly VirtualPeer _alice;
    private readonly Ipv4Endpoint _bob = VirtualLan.Endpoint("10.77.0.2", 9_000);

    public IdentityTests() => _alice = _lan.AddPeer("alice", "10.77.0.1");

    [Fact]
    public void Whatever_comes_under_the_own_id_from_outside_is_dropped()
    {
        foreach (string text in (string[])[Say.Seed(Alice, 9_000), Say.LanPeer(Alice, 9_000), Say.Asking(Alice, 9_000), Say.Post(Alice, "x"),
            Say.DM(Alice, Alice, "x"), Say.Profile(Alice, "x", "y"), Say.Leave(Alice, 1), Say.ListRequest(Alice, 400)])
        {
            _alice.Forget();
            Assert.Equal(DropReason.OwnId, _alice.Hear(Inlet.Unicast, _bob, text));
            Assert.Empty(_alice.Sent);
        }

        Assert.Empty(_alice.Arrivals);
        Assert.Empty(_alice.Known);
    }

    [Fact]
    public void A_twin_of_the_own_id_on_this_host_is_told_once_a_minute()
    {
        for (int i = 0; i < 180; i++)
        {
            _alice.Hear(Inlet.Discovery, VirtualLan.Endpoint("10.77.0.1", 9_000), Say.Seed(Alice, 9_000));
            _lan.Run(1);
        }

        Assert.Equal(3, _alice.Changes.Count(change => change is { Kind: PeerChangeKind.Conflict, Peer: null }));
        Assert.Equal(3, _alice.Changes.Count);
    }

    [Fact]
    public void A_forger_of_the_own_id_gets_no_warning_out_of_us()
    {
        Assert.Equal(DropReason.OwnId, _alice.Hear(Inlet.Discovery, _bob, Say.Seed(Alice, 9_000)));

        Assert.Empty(_alice.Changes);
    }

    [Fact]
    public void After_a_change_of_address_DMs_to_the_old_id_still_arrive()
    {
        Meet(Bob, _bob);

        Change("10.77.0.50");

        Assert.Equal("alice@10.77.0.50", _alice.UserId);
        Assert.Equal(DropReason.None, _alice.Hear(Inlet.Unicast, _bob, Say.DM(Bob, Alice, "to the old one")));
        Assert.Equal(DropReason.None, _alice.Hear(Inlet.Unicast, _bob, Say.DM(Bob, "alice@10.77.0.50", "to the new one")));
        Assert.Equal(DropReason.NotForUs, _alice.Hear(Inlet.Unicast, _bob, Say.DM(Bob, "alice@10.77.0.51", "to neither")));
        Assert.Equal(["to the old one", "to the new one"], _alice.Arrivals.Select(arrival => arrival.Content));
    }

    [Fact]
    public void Four_former_ids_are_remembered()
    {
        Meet(Bob, _bob);
        for (int i = 1; i <= 6; i++)
        {
            Change($"10.77.0.{50 + i}");
        }

        IEnumerable<DropReason> reasons = Enumerable.Range(0, 7).Select(i
            => _alice.Hear(Inlet.Unicast, _bob, Say.DM(Bob, i == 0 ? Alice : $"alice@10.77.0.{50 + i}", "x")));

        Assert.Equal([DropReason.NotForUs, DropReason.NotForUs, DropReason.None, DropReason.None, DropReason.None, DropReason.None, DropReason.None], reasons);
    }

    [Fact]
    public void As_long_as_the_host_keeps_the_address_the_id_stays()
    {
        LocalNetwork wider = new(
            [new("wlan0", VirtualLan.Address("192.168.7.4"), 24), new("eth0", VirtualLan.Address("10.77.0.1"), 24)],
            [VirtualLan.Address("10.77.0.1"), VirtualLan.Address("192.168.7.4")], isLoopbackOnly: false, usesLimitedBroadcast: true);

        _alice.Do((now, effects) => _alice.Machine.NetworkChanged(now, wider, effects));

        Assert.Equal(Alice, _alice.UserId);
    }

    [Fact]
    public void A_peer_started_without_a_network_takes_its_address_when_there_is_one()
    {
        VirtualPeer early = _lan.AddPeer("early", "127.0.0.1", network: new([], [], isLoopbackOnly: false, usesLimitedBroadcast: true));
        Assert.Equal("early@127.0.0.1", early.UserId);

        early.Do((now, effects) => early.Machine.NetworkChanged(now, VirtualLan.Network("10.77.0.8"), effects));

        Assert.Equal("early@10.77.0.8", early.UserId);
        Assert.Equal("early@10.77.0.8", early.Sent[^1]["USER_ID"]);
    }

    [Fact]
    public void An_own_announcement_that_comes_back_after_a_change_of_address_is_no_peer()
    {
        string before = _alice.Sent[0].Text;

        Change("10.77.0.50");

        Assert.Equal(DropReason.Own, _alice.Hear(Inlet.Discovery, VirtualLan.Endpoint("10.77.0.1", _alice.Endpoint.Port), before));
        Assert.Empty(_alice.Known);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Two_programs_under_one_id_on_one_host_are_flagged(bool areLanPeers)
    {
        for (int i = 0; i < 3; i++)
        {
            Meet(Bob, _bob, areLanPeers ? "00000001" : null);
            Meet(Bob, _bob with { Port = 9_001 }, areLanPeers ? "00000002" : null);
            _lan.Run(30);
        }

        Assert.True(_alice.Peer(Bob).IsConflicting);
        Assert.Single(_alice.Changes, change => change.Kind == PeerChangeKind.Conflict && change.Peer == _alice.Peer(Bob));
        Assert.Equal([Bob], _alice.Known);
    }

    [Fact]
    public void A_peer_that_restarts_ten_times_is_no_twin()
    {
        for (int i = 1; i <= 10; i++)
        {
            Meet(Bob, _bob with { Port = (ushort)(9_000 + i) }, $"0000000{i % 10}");
            _lan.Run(5);
        }

        Assert.False(_alice.Peer(Bob).IsConflicting);
    }

    [Fact]
    public void A_peer_that_returns_to_an_old_port_long_after_is_no_twin()
    {
        Meet(Bob, _bob);
        Meet(Bob, _bob with { Port = 9_001 });
        for (int i = 0; i < 4; i++)
        {
            _lan.Run(100);
            Meet(Bob, _bob with { Port = 9_001 });
        }

        Meet(Bob, _bob);

        Assert.False(_alice.Peer(Bob).IsConflicting);
    }

    [Fact]
    public void A_peer_of_this_host_heard_by_two_addresses_is_one_peer()
    {
        string announcement = Say.LanPeer("carol@10.77.0.1", 9_100);

        _alice.Hear(Inlet.Discovery, VirtualLan.Endpoint("10.77.0.1", 9_100), announcement);
        _alice.Forget();
        for (int i = 0; i < 5; i++)
        {
            _alice.Hear(Inlet.Discovery, VirtualLan.Endpoint("127.0.0.1", 9_100), announcement);
            _alice.Hear(Inlet.Discovery, VirtualLan.Endpoint("10.77.0.1", 9_100), announcement);
        }

        Assert.Empty(_alice.Changes);
        Assert.Equal("10.77.0.1:9100", _alice.Peer("carol@10.77.0.1").Endpoint.ToString());
    }

    private void Change(string address)
        => _alice.Do((now, effects) => _alice.Machine.NetworkChanged(now, VirtualLan.Network(address), effects));

    private void Meet(string userId, Ipv4Endpoint endpoint, string? boot = null)
        => Assert.Equal(DropReason.None, _alice.Hear(Inlet.Discovery, endpoint,
            boot is null ? Say.Seed(userId, endpoint.Port) : Say.LanPeer(userId, endpoint.Port, boot)));
}
