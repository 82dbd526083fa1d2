using System;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Protocol;

public sealed class PresenceTests
{
    private const string Bob = "bob@10.77.0.2";

    private readonly VirtualLan _lan = new();
    private readonly VirtualPeer _alice;
    private readonly Ipv4Endpoint _bob = VirtualLan.Endpoint("10.77.0.2", 9_000);

    public PresenceTests() => _alice = _lan.AddPeer("alice", "10.77.0.1");

    [Fact]
    public void A_peer_not_heard_of_for_five_minutes_is_gone()
    {
        Hear(Say.LanPeer(Bob, 9_000));

        _lan.Run(299);
        Assert.Equal([Bob], _alice.Known);
        _lan.Run(17);

        Assert.Empty(_alice.Known);
        Assert.Equal([PeerChangeKind.Joined, PeerChangeKind.Expired], _alice.Changes.Select(change => change.Kind));
    }

    [Fact]
    public void A_short_time_out_is_kept_to_a_twentieth()
    {
        VirtualPeer hasty = _lan.AddPeer("hasty", "10.77.0.7", s => s with { PeerTimeout = TimeSpan.FromSeconds(2) });
        hasty.Hear(Inlet.Discovery, _bob, Say.LanPeer(Bob, 9_000));

        _lan.Run(1.9);
        Assert.Contains(Bob, hasty.Known);
        _lan.Run(0.25);

        Assert.DoesNotContain(Bob, hasty.Known);
    }

    public static TheoryData<string> Valid =>
    [
        Say.Seed(Bob, 9_000),
        Say.LanPeer(Bob, 9_000, "00000001", ("ANSWER", "x")),
        Say.Post(Bob, "hi"),
        Say.DM(Bob, "alice@10.77.0.1", "hi"),
        Say.Profile(Bob, "Bob", "busy"),
        Say.ListRequest(Bob, 400),
        Say.Lean(("TYPE", "PING"), ("USER_ID", Bob), ("PORT", "9000")),
    ];

    [Theory]
    [MemberData(nameof(Valid), DisableDiscoveryEnumeration = true)]
    public void Any_valid_message_is_a_sign_of_life(string message)
    {
        Hear(Say.Seed(Bob, 9_000));
        for (int i = 0; i < 6; i++)
        {
            _lan.Run(200);
            _alice.Hear(Inlet.Unicast, _bob, message);
        }

        Assert.Equal([Bob], _alice.Known);
    }

    [Theory]
    [InlineData("TYPE:UNHEARD_OF\nUSER_ID:bob@10.77.0.2\n\n")]
    [InlineData("TYPE:PEER_DISCOVERY\nUSER_ID:bob@10.77.0.2\nPORT:0\n\n")]
    [InlineData("USER_ID:bob@10.77.0.2\nCONTENT:no type\n\n")]
    [InlineData("TYPE:POST\nUSER_ID:bob@10.77.0.2\nFROM:eve@10.77.0.2\nCONTENT:x\n\n")]
    public void An_invalid_message_is_no_sign_of_life(string message)
    {
        Hear(Say.Seed(Bob, 9_000));
        _lan.Run(200);

        _alice.Hear(Inlet.Unicast, _bob, message);
        _lan.Run(120);

        Assert.Empty(_alice.Known);
    }

    [Fact]
    public void Without_an_announcement_no_message_makes_a_peer()
    {
        foreach (string message in Valid.Select(row => row.Data).Where(text => !text.Contains("PEER_DISCOVERY") && !text.Contains("PING")))
        {
            _alice.Hear(Inlet.Unicast, _bob, message);
            _alice.Hear(Inlet.Discovery, _bob, message);
        }

        Assert.Empty(_alice.Known);
    }

    [Fact]
    public void A_goodbye_removes_the_peer_at_once()
    {
        VirtualPeer bob = _lan.AddPeer("bob", "10.77.0.2");
        _lan.Settle();
        Assert.Equal([Bob], _alice.Known);

        bob.Stop();
        _lan.Settle();

        Assert.Empty(_alice.Known);
        Assert.Equal([PeerChangeKind.Joined, PeerChangeKind.Left], _alice.Changes.Select(change => change.Kind));
    }

    [Theory]
    [InlineData("10.77.0.66", 9_000, 0x0badcafeu)]
    [InlineData("10.77.0.2", 9_001, 0x0badcafeu)]
    [InlineData("10.77.0.2", 9_000, 0x0badcaffu)]
    [InlineData("10.77.0.2", 9_000, 0u)]
    public void A_goodbye_from_elsewhere_or_of_another_run_is_forged(string address, int port, uint boot)
    {
        Hear(Say.LanPeer(Bob, 9_000));

        DropReason reason = _alice.Hear(Inlet.Unicast, VirtualLan.Endpoint(address, port), Say.Leave(Bob, boot));

        Assert.Equal(DropReason.AddressMismatch, reason);
        Assert.Equal([Bob], _alice.Known);
    }

    [Fact]
    public void A_seed_peer_cannot_be_sent_away_by_a_goodbye_without_BOOT()
    {
        Hear(Say.Seed(Bob, 9_000));

        Assert.Equal(DropReason.AddressMismatch, _alice.Hear(Inlet.Unicast, _bob, Say.Leave(Bob, 0)));
        Assert.Equal([Bob], _alice.Known);
    }

    [Fact]
    public void A_goodbye_goes_to_those_who_understand_it_and_to_nobody_else()
    {
        Hear(Say.LanPeer(Bob, 9_000));
        _alice.Hear(Inlet.Discovery, VirtualLan.Endpoint("10.77.0.3", 9_003), Say.Seed("carol@10.77.0.3", 9_003));
        _alice.Hear(Inlet.Discovery, VirtualLan.Endpoint("10.77.0.4", 9_004), Say.Rfc(("TYPE", "PING"), ("USER_ID", "dave@10.77.0.4")));
        _alice.Forget();

        _alice.Stop();

        Packet goodbye = Assert.Single(_alice.Sent);
        Assert.Equal(_bob, goodbye.To);
        Assert.Equal("LEAVE", goodbye.Type);
        Assert.Equal($"{_alice.Machine.Boot:x8}", goodbye["BOOT"]);
        Assert.Equal(TimeSpan.MaxValue, _alice.NextDeadline);
    }

    [Fact]
    public void Other_peers_go_their_way_when_one_expires()
    {
        for (int i = 0; i < 20; i++)
        {
            _alice.Hear(Inlet.Discovery, VirtualLan.Endpoint("10.77.0.2", 9_000 + i), Say.LanPeer($"b{i}@10.77.0.2", 9_000 + i));
        }

        _lan.Run(200);
        for (int i = 0; i < 20; i += 2)
        {
            _alice.Hear(Inlet.Discovery, VirtualLan.Endpoint("10.77.0.2", 9_000 + i), Say.LanPeer($"b{i}@10.77.0.2", 9_000 + i));
        }

        _lan.Run(120);

        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"b{2 * i}@10.77.0.2"), _alice.Known);
        Assert.All(Enumerable.Range(0, 20), i => Assert.Equal(i % 2 == 0, _alice.Machine.FindPeer($"b{i}@10.77.0.2") is not null));
    }

    private void Hear(string text) => Assert.Equal(DropReason.None, _alice.Hear(Inlet.Discovery, _bob, text));
}
