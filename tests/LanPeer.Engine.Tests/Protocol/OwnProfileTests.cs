using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using LanPeer.Protocol;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Protocol;

/// <summary>The own profile, and who gets it when.</summary>
public sealed class OwnProfileTests
{
    private readonly VirtualLan _lan = new();
    private readonly VirtualPeer _alice;

    public OwnProfileTests() => _alice = _lan.AddSilentPeer("alice", "10.77.0.1");

    [Fact]
    public void A_profile_goes_to_all_known_peers_in_the_seeds_field_order()
    {
        Meet("bob@10.77.0.2", "10.77.0.2");
        Meet("carol@10.77.0.3", "10.77.0.3");
        _alice.Forget();

        SetProfile(Say.Png());

        Assert.Equal(["10.77.0.2:9000", "10.77.0.3:9000"], Profiles.Select(packet => packet.To.ToString()));
        Assert.Equal(
            ["TYPE", "USER_ID", "DISPLAY_NAME", "STATUS", "TIMESTAMP", "MESSAGE_ID", "AVATAR_TYPE", "AVATAR_ENCODING", "AVATAR_DATA"],
            Profiles[0].Text.TrimEnd('\n').Split('\n').Select(line => line[..line.IndexOf(':', StringComparison.Ordinal)]));
        Assert.Equal(Convert.ToBase64String(Say.Png()), Profiles[0]["AVATAR_DATA"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Who_comes_later_gets_it_once(bool isUnicast)
    {
        SetProfile(null);

        for (int i = 0; i < 5; i++)
        {
            _alice.Hear(isUnicast ? Inlet.Unicast : Inlet.Discovery, At("10.77.0.2"), Say.Seed("bob@10.77.0.2", 9_000));
            _lan.Run(30);
        }

        Assert.Equal(At("10.77.0.2"), Assert.Single(Profiles).To);
    }

    [Fact]
    public void Without_a_profile_nothing_is_sent()
    {
        Meet("bob@10.77.0.2", "10.77.0.2");

        Assert.Empty(Profiles);
    }

    [Fact]
    public void An_endpoint_gets_it_unasked_once_in_five_minutes()
    {
        SetProfile(null);
        for (int i = 1; i <= 9; i++)
        {
            Meet("bob@10.77.0.2", "10.77.0.2", boot: $"0000000{i}");
            _lan.Run(10);
        }

        Assert.Single(Profiles);
        Meet("bob@10.77.0.2", "10.77.0.2", boot: "0000000a");
        _lan.Run(299);

        Assert.Equal(2, Profiles.Count);
        Assert.InRange(Profiles[1].At.TotalSeconds, 299, 302);
    }

    [Fact]
    public void The_peers_of_one_other_host_get_it_eight_at_once_and_the_rest_in_time()
    {
        SetProfile(null);
        for (int i = 0; i < 12; i++)
        {
            _alice.Hear(Inlet.Discovery, At("10.77.0.2", 9_000 + i), Say.Seed($"b{i}@10.77.0.2", 9_000 + i));
        }

        Assert.Equal(8, Profiles.Count);
        _lan.Run(200);

        Assert.Equal(12, Profiles.Count);
        Assert.Equal(12, Profiles.Select(packet => packet.To).Distinct().Count());
    }

    [Fact]
    public void The_peers_of_this_host_cost_nobody_anything_and_are_not_limited()
    {
        SetProfile(Say.Png(20_000));
        for (int i = 0; i < 100; i++)
        {
            _alice.Hear(Inlet.Discovery, At("10.77.0.1", 9_100 + i), Say.LanPeer($"b{i}@10.77.0.1", 9_100 + i));
        }

        Assert.Equal(100, Profiles.Count);
    }

    [Fact]
    public void All_newcomers_together_get_no_more_than_64_KiB_a_second()
    {
        SetProfile(Say.Png(20_480));
        for (int i = 0; i < 100; i++)
        {
            Meet($"b@10.77.0.{100 + i}", $"10.77.0.{100 + i}");
        }

        _lan.Run(100);

        Assert.Equal(100, Profiles.Select(packet => packet.To).Distinct().Count());
        foreach (Packet first in Profiles)
        {
            int inTenSeconds = Profiles.Where(packet => packet.At >= first.At && packet.At < first.At + TimeSpan.FromSeconds(10)).Sum(packet => packet.Bytes.Length);
            Assert.True(inTenSeconds <= (10 + 2) * 65_536, $"{inTenSeconds} bytes in 10 s");
        }
    }

    [Fact]
    public void Peers_that_wait_for_their_turn_keep_nobody_else_waiting()
    {
        SetProfile(Say.Png(20_480));
        for (int i = 0; i < 10; i++)
        {
            Meet("b@10.77.0.10", $"10.77.0.1{i}", id: $"b@10.77.0.1{i}", boot: "00000001");
            _lan.Run(2);
        }

        // All ten restart, and may not have it again for five minutes.
        for (int i = 0; i < 10; i++)
        {
            Meet("b", $"10.77.0.1{i}", id: $"b@10.77.0.1{i}", boot: "00000002");
        }

        _lan.Run(30);
        _alice.Forget();
        Meet("new@10.77.0.99", "10.77.0.99");

        Assert.Equal(At("10.77.0.99"), Assert.Single(Profiles).To);
    }

    [Fact]
    public void A_peer_behind_a_router_gets_it_only_when_it_has_shown_that_it_can_receive()
    {
        SetProfile(Say.Png());
        Ipv4Endpoint far = At("10.99.0.5");
        _alice.Hear(Inlet.Unicast, far, Say.Asking("far@10.99.0.5", 9_000));
        string nonce = _alice.Sent.Single(packet => packet["ASK"] is not null && packet.To == far)["ASK"]!;

        _lan.Run(5);
        _alice.Hear(Inlet.Unicast, far, Say.LanPeer("far@10.99.0.5", 9_000, "0badcafe", ("ANSWER", "0000000000000000")));
        _lan.Run(5);
        Assert.Empty(Profiles);

        _alice.Hear(Inlet.Unicast, far, Say.LanPeer("far@10.99.0.5", 9_000, "0badcafe", ("ANSWER", nonce)));
        _lan.Run(2);
        Assert.Equal(far, Assert.Single(Profiles).To);
    }

    [Fact]
    public void A_new_profile_waits_for_those_who_have_not_shown_that_they_can_receive()
    {
        Ipv4Endpoint far = At("10.99.0.5");
        _alice.Hear(Inlet.Unicast, far, Say.Asking("far@10.99.0.5", 9_000));
        string nonce = _alice.Sent.Single(packet => packet["ASK"] is not null && packet.To == far)["ASK"]!;

        SetProfile(Say.Png(20_000));
        Assert.Empty(Profiles);
        Assert.True(_alice.NextDeadline > _lan.Now + TimeSpan.FromSeconds(5), "nothing to do until it shows");

        _alice.Hear(Inlet.Unicast, far, Say.LanPeer("far@10.99.0.5", 9_000, "0badcafe", ("ANSWER", nonce)));
        Assert.Equal(far, Assert.Single(Profiles).To);
    }

    [Fact]
    public void Nothing_larger_than_three_times_the_question_goes_to_a_forged_address_behind_a_router()
    {
        SetProfile(Say.Png(20_000));
        string question = Say.Asking("victim@10.99.0.5", 9_000);
        for (int i = 0; i < 200; i++)
        {
            _alice.Hear(Inlet.Unicast, At("10.99.0.5"), question);
            _lan.Run(0.5);
        }

        int sent = _alice.Sent.Where(packet => packet.To == At("10.99.0.5")).Sum(packet => packet.Bytes.Length);
        Assert.True(sent <= 3 * 200 * question.Length);
        Assert.Empty(Profiles);
    }

    [Fact]
    public void A_profile_that_fits_no_datagram_is_refused_and_the_old_one_stands()
    {
        SetProfile(null);
        string? id = _alice.Ask((now, effects) => _alice.Machine.SetProfile(now,
            new ProfileDetails("Alice", "x", "image/png", new byte[65_500]), effects));

        Assert.Null(id);
        Meet("bob@10.77.0.2", "10.77.0.2");
        Assert.Equal("at work", Assert.Single(Profiles)["STATUS"]);
    }

    private List<Packet> Profiles => _alice.Sent.FindAll(packet => packet.Type.Trim() == "PROFILE");

    private static Ipv4Endpoint At(string address, int port = 9_000) => VirtualLan.Endpoint(address, port);

    private void SetProfile(byte[]? avatar) => Assert.NotNull(_alice.Ask((now, effects) => _alice.Machine.SetProfile(
        now, new ProfileDetails("Alice", "at work", avatar is null ? null : "image/png", Encoding.ASCII.GetBytes(Convert.ToBase64String(avatar ?? []))), effects)));

    private void Meet(string userId, string address, string? boot = null, string? id = null)
        => Assert.Equal(DropReason.None, _alice.Hear(Inlet.Discovery, At(address),
            boot is null ? Say.Seed(id ?? userId, 9_000) : Say.LanPeer(id ?? userId, 9_000, boot)));
}
