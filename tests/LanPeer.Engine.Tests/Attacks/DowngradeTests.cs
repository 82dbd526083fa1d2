using System;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.Tests.Protocol;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Attacks;

/// <summary>Plain text in the name of somebody who can prove who he is.</summary>
public sealed class DowngradeTests : AttackTest
{
    public static TheoryData<string, string> Everything()
    {
        var data = new TheoryData<string, string>();
        foreach (string when in new[] { "now", "expired", "restarted", "left" })
        {
            foreach (string what in new[] { "POST", "DM", "PROFILE", "LEAVE", "ANNOUNCE", "SEED", "PING", "RFC", "OTHER CASE" })
            {
                data.Add(when, what);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void Plain_text_is_nobody_s(string when, string what)
    {
        Reach(when);
        Alice.Forget();
        string before = StateOf(Alice);
        Assert.Equal(DropReason.Downgrade, Alice.Hear(Inlet.Discovery, Bob.Endpoint, Plain(what, Bob.UserId)));

        // From anywhere else it is not even plausible, and does no more.
        Assert.NotEqual(DropReason.None, Alice.Hear(Inlet.Discovery, VirtualLan.Endpoint("10.77.0.66", 6_666), Plain(what, Bob.UserId)));
        Lan.Settle();
        Assert.Equal(before, StateOf(Alice));
        Assert.Empty(Alice.Arrivals);
        Assert.Empty(Alice.Sent);
    }

    [Theory]
    [InlineData("expired")]
    [InlineData("restarted")]
    public void The_user_can_allow_it(string when)
    {
        Alice.Plan.Keys!.AllowUnsigned = true;
        Reach(when);
        Alice.Restart();
        Lan.Run(1);
        Assert.Equal(DropReason.None, Alice.Hear(Inlet.Discovery, Bob.Endpoint, Say.Seed(Bob.UserId, Bob.Port)));
        Assert.Equal(DropReason.None, Alice.Hear(Inlet.Unicast, Bob.Endpoint, Say.Post(Bob.UserId, "in the clear")));
        Assert.Equal("in the clear", Assert.Single(Alice.Arrivals).Content);
        Assert.Null(Alice.Arrivals[0].Peer?.Who);
    }

    [Fact]
    public void Whoever_requires_trust_takes_nothing_from_strangers_and_tells_them_nothing()
    {
        Alice.Plan.Keys!.RequireTrust = true;
        Alice.Restart();
        Lan.Run(3);
        AssertTheyTalk();
        Alice.Forget();
        string before = StateOf(Alice);
        Ipv4Endpoint stranger = VirtualLan.Endpoint("10.77.0.9", 9_009);
        foreach (string what in new[] { "POST", "DM", "PROFILE", "LEAVE", "ANNOUNCE", "SEED", "PING", "RFC" })
        {
            Assert.NotEqual(DropReason.None, Alice.Hear(Inlet.Discovery, stranger, Plain(what, "sam@10.77.0.9")));
        }

        Alice.Hear(Inlet.Unicast, stranger, Say.ListRequest("sam@10.77.0.9", 1_200));
        Mallory mallory = NewMallory();
        Assert.False(mallory.Connect(Alice));
        Assert.Equal(DropReason.Untrusted, Alice.Hear(Inlet.Discovery, mallory.Here, mallory.Announcement()));
        Lan.Run(3);

        Assert.Equal(before, StateOf(Alice));
        Assert.DoesNotContain(Alice.Sent, packet => packet.To.Address == stranger.Address);
        Assert.DoesNotContain(Alice.Sent, packet => packet.To.Address == mallory.Here.Address);
    }

    [Fact]
    public void A_list_request_in_another_s_name_gets_no_list()
    {
        Alice.Forget();
        Assert.NotEqual(DropReason.None, Alice.Hear(Inlet.Unicast, Bob.Endpoint, Say.ListRequest(Bob.UserId, 1_200)));
        Assert.Empty(Alice.Sent);
    }

    private void Reach(string when)
    {
        switch (when)
        {
            case "expired":
                Bob.Kill();
                Lan.Run(330);
                Assert.Empty(Alice.Known);
                break;
            case "left":
                Bob.Stop();
                Lan.Settle();
                Assert.Empty(Alice.Known);
                break;
            case "restarted":
                Bob.Kill();
                Alice.Restart();
                Lan.Run(3);
                Assert.Empty(Alice.Known);
                break;
            default:
                break;
        }
    }

    private string Plain(string what, string userId) => what switch
    {
        "POST" => Say.Post(userId, "plain"),
        "DM" => Say.DM(userId, Alice.UserId, "plain"),
        "PROFILE" => Say.Profile(userId, "Plain", "plain"),
        "LEAVE" => Say.Leave(userId, 0x0BAD_CAFE),
        "ANNOUNCE" => Say.LanPeer(userId, Bob.Port),
        "SEED" => Say.Seed(userId, Bob.Port),
        "PING" => Say.Lean(("TYPE", "PING"), ("USER_ID", userId), ("PORT", $"{Bob.Port}")),
        "RFC" => Say.Rfc(("TYPE", "PROFILE"), ("USER_ID", userId), ("DISPLAY_NAME", "Plain"), ("STATUS", "plain")),
        _ => Say.Post(userId.ToUpperInvariant(), "plain"),
    };
}
