using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Protocol;

public sealed class AnnouncingTests
{
    private readonly VirtualLan _lan = new();

    [Fact]
    public void A_start_is_announced_four_times_in_two_seconds()
    {
        VirtualPeer alice = _lan.AddPeer("alice", "10.77.0.1");

        _lan.Run(20);

        Assert.Equal([0, 0.1, 0.5, 2.0], TimesOfAnnouncements(alice));
    }

    [Fact]
    public void Later_announcements_are_30_seconds_apart_give_or_take_a_tenth()
    {
        VirtualPeer alice = _lan.AddPeer("alice", "10.77.0.1");

        _lan.Run(3_600);

        List<double> times = TimesOfAnnouncements(alice);
        List<double> gaps = times.Skip(4).Zip(times.Skip(3), (later, earlier) => later - earlier).ToList();
        Assert.True(gaps.Count is > 100 and < 140, $"{gaps.Count} announcements in an hour");
        Assert.All(gaps, gap => Assert.InRange(gap, 27, 33));
        Assert.True(gaps.Max() - gaps.Min() > 4, "the spread is what keeps peers apart that started together");
    }

    [Fact]
    public void The_interval_is_the_one_of_the_settings()
    {
        VirtualPeer alice = _lan.AddPeer("alice", "10.77.0.1", s => s with { AnnounceInterval = TimeSpan.FromSeconds(1) });

        _lan.Run(100);

        Assert.InRange(TimesOfAnnouncements(alice).Count, 4 + 88, 4 + 110);
    }

    [Fact]
    public void Each_announcement_goes_to_every_broadcast_address_once()
    {
        VirtualPeer alice = _lan.AddSilentPeer("alice", "10.77.0.1", network: new LocalNetwork(
            [new("eth0", VirtualLan.Address("10.77.0.1"), 24), new("wlan0", VirtualLan.Address("192.168.7.40"), 20), new("tun0", VirtualLan.Address("10.9.9.9"), 32)],
            [], isLoopbackOnly: false, usesLimitedBroadcast: true));

        alice.Start();

        Assert.Equal(
            ["10.77.0.255:50999", "192.168.15.255:50999", "255.255.255.255:50999", "127.255.255.255:50999"],
            alice.Sent.Select(packet => packet.To.ToString()));
    }

    [Fact]
    public void A_peer_confined_to_loopback_announces_nowhere_else()
    {
        VirtualPeer alice = _lan.AddPeer("alice", "127.0.0.1", network: LocalNetwork.Loopback([VirtualLan.Address("10.77.0.1")]));

        _lan.Run(100);

        Assert.NotEmpty(alice.Sent);
        Assert.All(alice.Sent, packet => Assert.Equal("127.255.255.255:50999", packet.To.ToString()));
        Assert.Equal("alice@127.0.0.1", alice.UserId);
    }

    [Fact]
    public void An_announcement_has_the_seeds_fields_in_the_seeds_order_and_the_extensions_behind_them()
    {
        VirtualPeer alice = _lan.AddPeer("alice", "10.77.0.1");

        string[] lines = alice.Sent[0].Text.Split('\n');

        Assert.Equal("TYPE:PEER_DISCOVERY", lines[0]);
        Assert.Equal("USER_ID:alice@10.77.0.1", lines[1]);
        Assert.Equal("PORT:8000", lines[2]);
        Assert.Equal($"TIMESTAMP:{_lan.Moment.Utc.ToUnixTimeSeconds()}", lines[3]);
        Assert.Matches("^MESSAGE_ID:[0-9a-f]{16}$", lines[4]);
        Assert.Equal("PROTO:1", lines[5]);
        Assert.Equal($"BOOT:{alice.Machine.Boot:x8}", lines[6]);
        Assert.Equal($"PEER_ID:{alice.Machine.Identity.PeerId}", lines[7]);
        Assert.Equal($"KEY:{Convert.ToBase64String(alice.Machine.Identity.AgreementKey)}", lines[8]);

        // Three times its bytes are the two initiations it may cause.
        Assert.Matches("^PAD:\\.+$", lines[9]);
        Assert.Equal(["", ""], lines[10..]);
        Assert.Equal(280, alice.Sent[0].Bytes.Length);
    }

    [Fact]
    public void A_network_change_starts_a_new_burst()
    {
        VirtualPeer alice = _lan.AddPeer("alice", "10.77.0.1");
        _lan.Run(10);
        alice.Forget();

        alice.Do((now, effects) => alice.Machine.NetworkChanged(now, VirtualLan.Network("10.77.0.1"), effects));
        _lan.Run(20);

        Assert.Equal([10.0, 10.1, 10.5, 12.0], TimesOfAnnouncements(alice));
    }

    [Fact]
    public void Seeds_are_asked_at_each_announcement_with_a_question_as_large_as_its_answer()
    {
        Ipv4Endpoint far = VirtualLan.Endpoint("10.99.0.1", 8_123);
        VirtualPeer alice = _lan.AddPeer("alice", "10.77.0.1", s => s with { Seeds = [far] });

        _lan.Run(10);

        List<Packet> asked = alice.Sent.FindAll(packet => packet.To == far);
        Assert.Equal(4, asked.Count);
        Assert.All(asked, packet => Assert.True(packet.Bytes.Length >= PeerMachine.AskSize && packet["ASK"] is { Length: 16 }));
    }

    [Fact]
    public void The_nonce_of_questions_is_a_new_one_each_minute()
    {
        VirtualPeer alice = _lan.AddPeer("alice", "10.77.0.1", s => s with { Seeds = [VirtualLan.Endpoint("10.99.0.1", 8_123)] });

        _lan.Run(600);

        List<string?> nonces = alice.Sent.Select(packet => packet["ASK"]).Where(nonce => nonce is not null).ToList();
        Assert.InRange(nonces.Distinct().Count(), 6, 11);
    }

    [Fact]
    public void Own_broadcasts_that_come_back_are_nobody()
    {
        VirtualPeer alice = _lan.AddPeer("alice", "10.77.0.1");

        _lan.Run(100);

        Assert.NotEmpty(alice.Reasons);
        Assert.All(alice.Reasons, reason => Assert.Equal(DropReason.Own, reason));
        Assert.Empty(alice.Known);
        Assert.Empty(alice.Changes);
    }

    [Fact]
    public void Two_peers_know_each_other_a_moment_after_the_second_ones_start()
    {
        VirtualPeer alice = _lan.AddPeer("alice", "10.77.0.1");
        _lan.Run(60);
        VirtualPeer bob = _lan.AddPeer("bob", "10.77.0.2");

        _lan.Run(TimeSpan.FromMilliseconds(1));

        Assert.Equal(["bob@10.77.0.2"], alice.Known);
        Assert.Equal(["alice@10.77.0.1"], bob.Known);
        Assert.Equal(bob.Endpoint, alice.Peer("bob@10.77.0.2").Endpoint);
    }

    [Fact]
    public void Several_peers_of_one_host_without_any_link_know_each_other()
    {
        LocalNetwork lonely = new([], [Ipv4Endpoint.LoopbackAddress], isLoopbackOnly: false, usesLimitedBroadcast: true);
        List<VirtualPeer> peers = ((string[])["a", "b", "c"]).Select(name => _lan.AddPeer(name, "127.0.0.1", network: lonely)).ToList();

        _lan.Run(5);

        Assert.All(peers, peer => Assert.Equal(2, peer.Known.Count()));
    }

    private static List<double> TimesOfAnnouncements(VirtualPeer peer)
        => peer.Sent.Where(packet => packet.IsBroadcast).Select(packet => Math.Round(packet.At.TotalSeconds, 3)).Distinct().ToList();
}
