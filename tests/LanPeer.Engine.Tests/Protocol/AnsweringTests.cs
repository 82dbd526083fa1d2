using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Protocol;

public sealed class AnsweringTests
{
    private const string Bob = "bob@10.77.0.2";

    private readonly VirtualLan _lan = new();
    private readonly VirtualPeer _alice;
    private readonly Ipv4Endpoint _bob = VirtualLan.Endpoint("10.77.0.2", 9_000);

    public AnsweringTests() => _alice = _lan.AddSilentPeer("alice", "10.77.0.1");

    [Fact]
    public void A_new_peer_is_answered_at_once_at_the_port_it_names()
    {
        Hear(Inlet.Discovery, Say.LanPeer(Bob, 9_001));

        Packet answer = Assert.Single(_alice.Sent);
        Assert.Equal(VirtualLan.Endpoint("10.77.0.2", 9_001), answer.To);
        Assert.Equal("PEER_DISCOVERY", answer.Type);
        Assert.Equal("alice@10.77.0.1", answer["USER_ID"]);
        Assert.Null(answer["ANSWER"]);
    }

    [Fact]
    public void Without_a_port_the_source_port_is_taken()
    {
        Hear(Inlet.Discovery, Say.Lean(("TYPE", "PEER_DISCOVERY"), ("USER_ID", Bob), ("TIMESTAMP", "1"), ("X", new string('.', 40))));

        Assert.Equal(_bob, Assert.Single(_alice.Sent).To);
        Assert.Equal(_bob, _alice.Peer(Bob).Endpoint);
    }

    [Fact]
    public void A_known_LanPeer_past_its_burst_is_not_answered()
    {
        Hear(Inlet.Discovery, Say.LanPeer(Bob, 9_000));
        _lan.Run(10);
        _alice.Forget();

        Hear(Inlet.Discovery, Say.LanPeer(Bob, 9_000));

        Assert.Empty(_alice.Sent);
        Assert.Empty(_alice.Changes);
    }

    [Fact]
    public void A_LanPeer_in_its_burst_is_answered_again_because_an_answer_may_be_lost()
    {
        Hear(Inlet.Discovery, Say.LanPeer(Bob, 9_000));
        _lan.Run(2);
        _alice.Forget();

        Hear(Inlet.Discovery, Say.LanPeer(Bob, 9_000));

        Assert.Single(_alice.Sent);
    }

    [Fact]
    public void A_known_seed_peer_is_answered_at_each_announcement()
    {
        for (int i = 0; i < 5; i++)
        {
            Hear(Inlet.Discovery, Say.Seed(Bob, 9_000));
            _lan.Run(30);
        }

        Assert.Equal(5, _alice.Sent.Count);
    }

    [Fact]
    public void Nobody_is_answered_more_than_once_a_second()
    {
        for (int i = 0; i < 100; i++)
        {
            Hear(Inlet.Discovery, Say.Seed(Bob, 9_000));
            _lan.Run(0.1);
        }

        Assert.Equal(10, _alice.Sent.Count);
    }

    [Fact]
    public void A_restart_shows_by_its_BOOT_and_is_answered()
    {
        Hear(Inlet.Discovery, Say.LanPeer(Bob, 9_000, "00000001"));
        _lan.Run(60);
        _alice.Forget();

        Hear(Inlet.Discovery, Say.LanPeer(Bob, 9_000, "00000002"));

        Assert.Single(_alice.Sent);
        Assert.Equal(PeerChangeKind.Updated, Assert.Single(_alice.Changes).Kind);
        Assert.Equal(2u, _alice.Peer(Bob).Boot);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_comes_to_the_unicast_port_is_heeded_and_never_answered(bool isLanPeer)
    {
        for (int i = 0; i < 10; i++)
        {
            Hear(Inlet.Unicast, isLanPeer ? Say.LanPeer(Bob, 9_000, $"0000000{i}") : Say.Seed(Bob, 9_000));
            _lan.Run(30);
        }

        Assert.Empty(_alice.Sent);
        Assert.Equal([Bob], _alice.Known);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_question_is_answered_on_either_inlet_with_its_nonce(bool isUnicast)
    {
        Hear(isUnicast ? Inlet.Unicast : Inlet.Discovery, Say.Asking(Bob, 9_000, "feedfacefeedface"));

        Packet answer = Assert.Single(_alice.Sent);
        Assert.Equal("feedfacefeedface", answer["ANSWER"]);
        Assert.Null(answer["ASK"]);
        Assert.True(answer.Bytes.Length <= PeerMachine.AskSize);
    }

    [Fact]
    public void A_question_smaller_than_its_answer_is_not_answered()
    {
        Hear(Inlet.Discovery, Say.Asking(Bob, 9_000, size: PeerMachine.AskSize - 1));
        Hear(Inlet.Unicast, Say.Asking(Bob, 9_000, size: PeerMachine.AskSize - 1));

        Assert.Empty(_alice.Sent);
    }

    [Fact]
    public void Questions_are_answered_five_at_once_and_then_one_a_second()
    {
        for (int i = 0; i < 100; i++)
        {
            Hear(Inlet.Unicast, Say.Asking(Bob, 9_000));
        }

        Assert.Equal(5, _alice.Sent.Count);
        _lan.Run(10);
        _alice.Forget();
        for (int i = 0; i < 100; i++)
        {
            Hear(Inlet.Unicast, Say.Asking(Bob, 9_000));
            _lan.Run(0.1);
        }

        Assert.InRange(_alice.Sent.Count, 13, 15);
    }

    [Fact]
    public void All_endpoints_of_one_address_together_get_twenty_answers_a_second()
    {
        for (int i = 0; i < 50; i++)
        {
            _alice.Hear(Inlet.Unicast, VirtualLan.Endpoint("10.77.0.2", 9_000 + i), Say.Asking($"b{i}@10.77.0.2", 9_000 + i));
        }

        Assert.Equal(40, _alice.Sent.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_answer_is_never_answered(bool isUnicast)
    {
        Inlet inlet = isUnicast ? Inlet.Unicast : Inlet.Discovery;

        Hear(inlet, Say.LanPeer(Bob, 9_000, "00000001", ("ANSWER", "0123456789abcdef")));
        Hear(inlet, Say.Pad(Say.LanPeer(Bob, 9_000, "00000002", ("ANSWER", "0123456789abcdef"), ("ASK", "fedcba9876543210")), Say.AskSize));

        Assert.Empty(_alice.Sent);
        Assert.Equal([Bob], _alice.Known);
    }

    [Fact]
    public void An_announcement_too_small_for_a_threefold_answer_gets_none()
    {
        Hear(Inlet.Discovery, "TYPE:PEER_DISCOVERY\nUSER_ID:b@b\n\n");

        Assert.Empty(_alice.Sent);
        Assert.Equal(["b@b"], _alice.Known);

        // What was not answered does not count as answered.
        Hear(Inlet.Discovery, Say.Seed("b@b", 9_000));
        Assert.Single(_alice.Sent);
    }

    [Fact]
    public void A_PING_of_the_seeds_later_version_is_an_announcement_that_is_not_answered()
    {
        Hear(Inlet.Discovery, Say.Lean(("TYPE", "PING"), ("USER_ID", Bob), ("TIMESTAMP", "1"), ("PORT", "9000"), ("MESSAGE_ID", "a")));

        Assert.Empty(_alice.Sent);
        Assert.Equal(_bob, _alice.Peer(Bob).Endpoint);
        Assert.True(_alice.Peer(Bob).UsesTokens);
    }

    [Fact]
    public void A_peer_of_the_RFC_gets_a_profile_at_the_discovery_port_instead_of_an_announcement_it_cannot_read()
    {
        Hear(Inlet.Discovery, Say.Rfc(("TYPE", "PING"), ("USER_ID", Bob)));

        Packet profile = Assert.Single(_alice.Sent);
        Assert.Equal(VirtualLan.Endpoint("10.77.0.2", VirtualLan.DiscoveryPort), profile.To);
        Assert.StartsWith("TYPE: PROFILE\nUSER_ID: alice@10.77.0.1\nDISPLAY_NAME: alice\n", profile.Text);
    }

    [Fact]
    public void A_peer_of_the_RFC_that_named_its_port_keeps_it()
    {
        Hear(Inlet.Discovery, Say.Rfc(("TYPE", "PEER_DISCOVERY"), ("USER_ID", Bob), ("PORT", "9001")));
        Hear(Inlet.Discovery, Say.Rfc(("TYPE", "PING"), ("USER_ID", Bob)));
        Hear(Inlet.Discovery, Say.Rfc(("TYPE", "PROFILE"), ("USER_ID", Bob), ("DISPLAY_NAME", "Bob"), ("STATUS", "x")));

        Assert.Equal(9_001, _alice.Peer(Bob).Endpoint.Port);
        Assert.DoesNotContain(_alice.Sent, packet => packet.Type == "PEER_DISCOVERY");
    }

    [Fact]
    public void A_search_asks_the_whole_network_and_everybody_answers_each_copy_of_it()
    {
        var lan = new VirtualLan();
        VirtualPeer searcher = lan.AddPeer("carol", "10.77.0.3");
        List<VirtualPeer> others = Enumerable.Range(10, 5).Select(i => lan.AddPeer($"p{i}", $"10.77.0.{i}")).ToList();
        lan.Run(20);
        Assert.Equal(5, searcher.Known.Count());
        others.ForEach(peer => peer.Forget());

        searcher.Do(searcher.Machine.Find);
        lan.Settle();

        // The question comes by 10.77.0.255 and by 255.255.255.255, and sealed to each it has a session with.
        Assert.All(others, peer => Assert.Equal([searcher.Endpoint, searcher.Endpoint, searcher.Endpoint], peer.Sent.Select(packet => packet.To)));
        Assert.All(others, peer => Assert.Equal(2, peer.Sent.Count(packet => packet["ANSWER"] is not null)));
        Assert.All(searcher.Machine.Peers, peer => Assert.InRange((lan.Now - peer.LastSeen).TotalMilliseconds, 0, 10));
    }

    private void Hear(Inlet inlet, string text) => Assert.Equal(DropReason.None, _alice.Hear(inlet, _bob, text));
}
