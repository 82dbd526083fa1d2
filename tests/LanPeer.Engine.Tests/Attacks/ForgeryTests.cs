using System;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using LanPeer.Protocol;
using LanPeer.Security.Sessions;
using LanPeer.Tests.Protocol;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Attacks;

/// <summary>Datagrams in somebody else's name: none of them is believed.</summary>
public sealed class ForgeryTests : AttackTest
{
    [Theory]
    [InlineData("alice@10.77.0.1")]
    [InlineData("bob@10.77.0.2")]
    [InlineData("carol@10.77.0.66")]
    public void An_announcement_with_another_s_keys_changes_nothing(string userId)
    {
        string before = StateOf(Alice);
        for (int i = 0; i < 30; i++)
        {
            byte[] forged = Edit(AnnouncementOf(Bob), ("USER_ID", userId), ("BOOT", $"{i + 1:x8}"), ("PORT", "6666"), ("MESSAGE_ID", Say.NewId()));
            Hands.Inject(VirtualLan.Endpoint("10.77.0.66", 6_666), Everyone, forged);
            Lan.Run(1);
        }

        Assert.Equal(before, StateOf(Alice));
        Assert.Single(Alice.Known);
        AssertTheyTalk();
    }

    [Theory]
    [InlineData("PEER_ID", null)]
    [InlineData("KEY", null)]
    [InlineData("PEER_ID", "AAAABBBBCCCCDDDDEEEEFFFFGGGGHHH1")]
    [InlineData("PEER_ID", "AAAA")]
    [InlineData("KEY", "AAAA")]
    [InlineData("KEY", "!!!!BBBBCCCCDDDDEEEEFFFFGGGGHHHHIIIIJJJJKKKKLLLLMMMMNNNNOOOOPPPPQQQQRRRRSSSSTTTTUUUU====")]
    public void An_announcement_with_half_an_identity_is_dropped(string key, string? value)
    {
        Mallory mallory = NewMallory();
        byte[] forged = Encoding.UTF8.GetBytes(mallory.Announcement());
        var packet = new Packet(Lan.Now, mallory.Here, Everyone, forged);

        Assert.Equal(DropReason.BadKey, Alice.Hear(Inlet.Discovery, mallory.Here, Edit(packet, (key, value))));
        Assert.Empty(Alice.Sent);
    }

    [Fact]
    public void Another_s_PEER_ID_over_one_s_own_key_gives_away_one_s_own()
    {
        Mallory mallory = NewMallory();
        mallory.Socket.Reaction = (_, packet) =>
        {
            if (IsSealed(packet, SealedType.Initiation))
            {
                mallory.Respond(packet, Alice);
            }
        };
        string text = mallory.Announcement().Replace(mallory.Who.PeerId, Bob.Machine.Identity.PeerId, StringComparison.Ordinal);
        Alice.Hear(Inlet.Discovery, mallory.Here, text);
        Lan.Settle();

        Assert.Equal(mallory.Who.PeerId, Alice.Peer(mallory.UserId).Who?.PeerId);
        Assert.Equal(Bob.Endpoint, Alice.Peer(Bob.UserId).Endpoint);
        Assert.Equal(2, Alice.Machine.Pins.Count);
        AssertTheyTalk();
    }

    [Fact]
    public void Nobody_says_goodbye_for_another()
    {
        PeerEntry bob = Alice.Peer(Bob.UserId);
        Assert.Equal(DropReason.Downgrade, Alice.Hear(Inlet.Unicast, Bob.Endpoint, Say.Leave(Bob.UserId, bob.Boot)));
        byte[] forged = (byte[])LastOf(SealedType.Transport, Bob, Alice).Bytes.Clone();
        SessionWire.WriteUInt64(forged, 8, 9_999);
        Assert.Equal(DropReason.NotAuthentic, Alice.Hear(Inlet.Unicast, Bob.Endpoint, forged));
        Mallory mallory = NewMallory();
        Assert.True(mallory.Connect(Alice));
        mallory.Text(Alice, Say.Leave(Bob.UserId, bob.Boot));
        mallory.Text(Alice, Say.Leave(mallory.UserId, mallory.Boot));
        Lan.Settle();
        Assert.Equal(2, Alice.Known.Count());

        mallory.Frame(Alice, FrameType.Leave, []);
        Lan.Settle();
        Assert.Equal([Bob.UserId], Alice.Known);
        AssertTheyTalk();
    }

    [Fact]
    public void Inside_a_session_nobody_speaks_for_another()
    {
        Mallory mallory = NewMallory();
        Assert.True(mallory.Connect(Alice));
        Alice.Forget();
        string before = StateOf(Alice);
        mallory.Text(Alice, Say.DM(Bob.UserId, Alice.UserId, "from bob"));
        mallory.Text(Alice, Say.Post(Bob.UserId, "from bob"));
        mallory.Text(Alice, Say.Profile(Bob.UserId, "Bob", "an attacker"));
        mallory.Text(Alice, Say.ListRequest(Bob.UserId, 1_200));
        mallory.Text(Alice, PeerList(Bob.UserId, "[]", "[]"));
        mallory.Text(Alice, Say.DM(Alice.UserId, Alice.UserId, "from yourself"));
        Lan.Settle();
        Assert.Equal([.. Enumerable.Repeat(DropReason.ForgedSender, 6)], Alice.Reasons);

        // What speaks for its sender alone is no message inside a session.
        mallory.Text(Alice, Say.LanPeer(Bob.UserId, 6_666));
        mallory.Text(Alice, Say.Lean(("TYPE", "PING"), ("USER_ID", Bob.UserId)));
        mallory.Text(Alice, Say.Lean(("TYPE", "ACK"), ("USER_ID", Bob.UserId), ("MESSAGE_ID", "0123456789abcdef"), ("STATUS", "RECEIVED")));
        Lan.Settle();
        Assert.Equal(9, Alice.Reasons.Count);
        Assert.DoesNotContain(DropReason.None, Alice.Reasons);
        Assert.Equal(before, StateOf(Alice));
    }

    [Fact]
    public void A_post_names_the_one_whose_session_it_came_through()
    {
        Bob.Post("signed by bob");
        Lan.Settle();
        string signed = Encoding.UTF8.GetString(PublicViews.Message(Assert.Single(Alice.Arrivals)).GetSignedBytes()!);
        Mallory mallory = NewMallory();
        Assert.True(mallory.Connect(Alice));
        Alice.Forget();
        mallory.Text(Alice, signed);
        mallory.Text(Alice, signed.Replace(Bob.UserId, mallory.UserId, StringComparison.Ordinal).Replace("MESSAGE_ID:", "MESSAGE_ID:0", StringComparison.Ordinal));
        mallory.Text(Alice, Say.Post(mallory.UserId, "not signed"));
        Lan.Settle();

        Assert.Empty(Alice.Arrivals);
        Assert.Equal([DropReason.ForgedSender, DropReason.Unproven, DropReason.Unproven], Alice.Reasons);

        // Bob's signature alone makes it no post of bob's: it is mallory's, as the session is, and nobody is shown otherwise.
        mallory.Text(Alice, Regex.Replace(signed, "(PEER_ID|KEY|SIGN_KEY):.*\n", "").Replace(Bob.UserId, mallory.UserId, StringComparison.Ordinal));
        Lan.Settle();
        LanMessage taken = PublicViews.Message(Assert.Single(Alice.Arrivals));
        Assert.Equal(mallory.UserId, taken.From);
        Assert.Contains("PEER_ID:" + mallory.Identity.PeerId, Encoding.UTF8.GetString(taken.GetSignedBytes()!));
        Assert.False(LanSignedPost.TryVerify(taken.GetSignedBytes()!, "", out _));
    }

    [Theory]
    [InlineData("USER_ID:", "FROM:")]
    [InlineData("hello", "hel\rlo")]
    public void A_post_that_nobody_could_check_is_not_given_out_as_one_that_proves_something(string written, string changed)
    {
        Mallory mallory = NewMallory();
        Assert.True(mallory.Connect(Alice));
        Alice.Forget();
        string post = Say.Post(mallory.UserId, "hello").TrimEnd('\n') + $"\nSIGNATURE:{new string('A', 88)}\n\n";
        mallory.Text(Alice, post.Replace(written, changed, StringComparison.Ordinal));
        Lan.Settle();

        LanMessage taken = PublicViews.Message(Assert.Single(Alice.Arrivals));
        Assert.Equal((mallory.UserId, "hello"), (taken.From, taken.GetRawContent().Replace("\r", "", StringComparison.Ordinal)));
        Assert.Null(taken.GetSignedBytes());
    }

    [Fact]
    public void An_invented_index_finds_no_session()
    {
        var random = Lan.Random("indices");
        for (int i = 0; i < 200; i++)
        {
            byte[] transport = LastOf(SealedType.Transport, Bob, Alice).Bytes[..];
            SessionWire.WriteUInt32(transport, 4, (uint)random.Draw());
            Assert.Equal(DropReason.UnknownSession, Alice.Hear(Inlet.Unicast, Bob.Endpoint, transport));
            byte[] response = new byte[SessionWire.ResponseLength];
            SessionWire.Begin(response, SealedType.Response);
            SessionWire.WriteUInt32(response, 8, (uint)random.Draw());
            Assert.Equal(DropReason.UnknownSession, Alice.Hear(Inlet.Unicast, Bob.Endpoint, response));
            byte[] cookie = new byte[SessionWire.CookieReplyLength];
            SessionWire.Begin(cookie, SealedType.CookieReply);
            SessionWire.WriteUInt32(cookie, 4, (uint)random.Draw());
            Assert.Equal(DropReason.UnknownSession, Alice.Hear(Inlet.Unicast, Bob.Endpoint, cookie));
        }

        Assert.Empty(Alice.Sent);
        AssertTheyTalk();
    }

    internal static string PeerList(string from, string ids, string endpoints)
        => Say.Lean(("TYPE", "PEER_LIST_RESPONSE"), ("FROM", from), ("PEERS", ids), ("ENDPOINTS", endpoints), ("COUNT", "1"));
}
