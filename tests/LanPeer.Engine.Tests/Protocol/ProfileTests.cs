using System;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Protocol;

/// <summary>Profiles of others.</summary>
public sealed class ProfileTests
{
    private const string Bob = "bob@10.77.0.2";

    private readonly VirtualLan _lan = new();
    private readonly VirtualPeer _alice;
    private readonly Ipv4Endpoint _bob = VirtualLan.Endpoint("10.77.0.2", 9_000);

    public ProfileTests()
    {
        _alice = _lan.AddSilentPeer("alice", "10.77.0.1");
        _alice.Hear(Inlet.Discovery, _bob, Say.Seed(Bob, 9_000));
        _alice.Forget();
    }

    [Fact]
    public void A_profile_is_kept_and_told()
    {
        byte[] picture = Say.Png();

        Hear(Say.Profile(Bob, "Bob B.", "busy", picture));

        Assert.Equal(("Bob B.", "busy"), (Profile!.DisplayName, Profile.Status));
        Assert.Equal(picture, Profile.Avatar);
        Arrival told = Assert.Single(_alice.Arrivals);
        Assert.Equal((MessageType.Profile, Bob, "busy"), (told.Type, told.From, told.Content));
        Assert.Same(Profile, told.Profile);
        Assert.Equal(PeerChangeKind.Updated, Assert.Single(_alice.Changes).Kind);
    }

    [Fact]
    public void A_new_profile_replaces_all_of_the_old_one()
    {
        Hear(Say.Profile(Bob, "Bob", "busy", Say.Png()));

        Hear(Say.Profile(Bob, "Bobby", ""));

        Assert.Equal(new PeerProfile("Bobby", "", null), Profile);
    }

    [Fact]
    public void The_same_profile_again_is_no_news()
    {
        Hear(Say.Profile(Bob, "Bob", "busy", Say.Png()));
        _alice.Forget();

        Hear(Say.Profile(Bob, "Bob", "busy", Say.Png()));

        Assert.Empty(_alice.Arrivals);
        Assert.Empty(_alice.Changes);
    }

    [Fact]
    public void A_profile_that_comes_twice_is_told_once()
    {
        string profile = Say.Profile(Bob, "Bob", "busy");

        Hear(profile);

        Assert.Equal(DropReason.Duplicate, _alice.Hear(Inlet.Unicast, _bob, profile));
        Assert.Single(_alice.Arrivals);
    }

    [Theory]
    [InlineData("AVATAR_DATA:!!not base64!!\n")]
    [InlineData("AVATAR_DATA:aGVsbG8gd29ybGQsIHRoaXMgaXMgYSB0ZXh0IGZpbGU=\n")]
    [InlineData("AVATAR_DATA:None\n")]
    [InlineData("AVATAR_DATA:\n")]
    public void A_bad_avatar_costs_the_profile_nothing_but_the_avatar(string avatar)
    {
        Hear(Say.Profile(Bob, "Bob", "busy")[..^1] + "AVATAR_TYPE:image/png\nAVATAR_ENCODING:base64\n" + avatar + "\n");

        Assert.Equal(new PeerProfile("Bob", "busy", null), Profile);
    }

    [Fact]
    public void An_avatar_of_another_encoding_is_ignored()
    {
        Hear(Say.Profile(Bob, "Bob", "busy", Say.Png()).Replace("AVATAR_ENCODING:base64", "AVATAR_ENCODING:utf-8", StringComparison.Ordinal));

        Assert.Null(Profile!.Avatar);
    }

    [Theory]
    [InlineData(20_480, true)]
    [InlineData(20_481, false)]
    public void An_avatar_has_at_most_20480_bytes(int length, bool isKept)
    {
        Hear(Say.Profile(Bob, "Bob", "busy", Say.Png(length)));

        Assert.Equal(isKept, Profile!.Avatar is not null);
    }

    [Fact]
    public void Control_characters_in_a_profile_are_made_visible()
    {
        Hear(Say.Profile(Bob, "B\u001b[2Job", "\u0007busy\u202e"));

        Assert.Equal(("B␛[2Job", "␇busy\\u{202E}"), (Profile!.DisplayName, Profile.Status));
    }

    [Fact]
    public void Avatars_beyond_the_budget_are_not_kept_until_others_leave()
    {
        VirtualPeer small = _lan.AddSilentPeer("small", "10.77.0.9", s => s with { MaxAvatarBytes = 150 });
        Ipv4Endpoint carol = VirtualLan.Endpoint("10.77.0.3", 9_000);
        small.Hear(Inlet.Discovery, _bob, Say.LanPeer(Bob, 9_000));
        small.Hear(Inlet.Discovery, carol, Say.LanPeer("carol@10.77.0.3", 9_000));

        small.Hear(Inlet.Unicast, _bob, Say.Profile(Bob, "Bob", "", Say.Png(100)));
        small.Hear(Inlet.Unicast, carol, Say.Profile("carol@10.77.0.3", "Carol", "", Say.Png(100)));
        Assert.NotNull(small.Peer(Bob).Profile!.Avatar);
        Assert.Equal(new PeerProfile("Carol", "", null), small.Peer("carol@10.77.0.3").Profile);

        // One's own old avatar makes room for the new one; more than the budget it must not be.
        small.Hear(Inlet.Unicast, _bob, Say.Profile(Bob, "Bob", "", Say.Png(150, fill: 8)));
        Assert.Equal(150, small.Peer(Bob).Profile!.Avatar!.Length);

        small.Hear(Inlet.Unicast, _bob, Say.Leave(Bob, 0x0badcafe));
        small.Hear(Inlet.Unicast, carol, Say.Profile("carol@10.77.0.3", "Carol", "", Say.Png(100)));
        Assert.NotNull(small.Peer("carol@10.77.0.3").Profile!.Avatar);
    }

    [Fact]
    public void A_profile_of_somebody_unknown_introduces_us_and_is_not_kept()
    {
        DropReason reason = _alice.Hear(Inlet.Unicast, VirtualLan.Endpoint("10.77.0.3", 9_000), Say.Profile("carol@10.77.0.3", "Carol", ""));

        Assert.Equal(DropReason.UnknownSender, reason);
        Assert.Equal("PEER_DISCOVERY", Assert.Single(_alice.Sent).Type);
        Assert.Empty(_alice.Arrivals);
    }

    [Fact]
    public void A_profile_of_a_peer_of_the_RFC_is_its_announcement()
    {
        Ipv4Endpoint erin = VirtualLan.Endpoint("10.77.0.5", 41_000);

        DropReason reason = _alice.Hear(Inlet.Discovery, erin,
            Say.Rfc(("TYPE", "PROFILE"), ("USER_ID", "erin@10.77.0.5"), ("DISPLAY_NAME", "Erin"), ("STATUS", "here")));

        Assert.Equal(DropReason.None, reason);
        Assert.Equal("10.77.0.5:50999", _alice.Peer("erin@10.77.0.5").Endpoint.ToString());
        Assert.Equal("Erin", _alice.Peer("erin@10.77.0.5").Profile!.DisplayName);
        Assert.Equal([PeerChangeKind.Joined, PeerChangeKind.Updated], _alice.Changes.Select(change => change.Kind));
    }

    private PeerProfile? Profile => _alice.Peer(Bob).Profile;

    private void Hear(string text) => Assert.Equal(DropReason.None, _alice.Hear(Inlet.Unicast, _bob, text));
}
