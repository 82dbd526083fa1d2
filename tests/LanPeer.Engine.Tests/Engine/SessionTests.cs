using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using LanPeer.Tests.Protocol;
using Xunit;

namespace LanPeer.Tests.Engine;

public sealed class SessionTests : EngineTest
{
    [Fact]
    public void Two_sessions_find_each_other()
    {
        (LanSession alice, LanSession bob) = StartTwo();

        LanPeer peer = Assert.Single(alice.Peers);

        Assert.Equal((bob.UserId, "bob", "127.0.0.1", bob.Port), (peer.UserId, peer.Name, peer.Address, peer.Port));
        Assert.Equal((LanPeerState.Alive, LanTrust.New, LanDialect.LanPeer), (peer.State, peer.Trust, peer.Dialect));
        Assert.Equal(bob.PeerId, peer.PeerId);
        Assert.Equal(("bob", "", true, false), (peer.DisplayName, peer.Status, peer.IsAddressMatched, peer.HasAvatar));
        Assert.NotNull(peer.LastSeen);
    }

    [Fact]
    public void A_session_says_what_it_is()
    {
        LanSession alice = Start("alice");

        Assert.Equal(("alice", "alice@127.0.0.1", LanSessionState.Running, LanNetwork.Loopback),
            (alice.Name, alice.UserId, alice.State, alice.Network));
        Assert.InRange(alice.Port, LanPeerOptions.FirstPort, LanPeerOptions.LastPort);
        Assert.Equal("alice@127.0.0.1", alice.ToString());
        Assert.Empty(alice.Peers);
        Assert.False(alice.HasIdConflict);
    }

    [Fact]
    public void Posts_and_DMs_go_both_ways()
    {
        (LanSession alice, LanSession bob) = StartTwo();
        foreach ((LanSession from, LanSession to) in (List<(LanSession, LanSession)>)[(alice, bob), (bob, alice)])
        {
            LanDelivery posted = Assert.Single(from.Post("to all"));
            LanDelivery sent = from.SendDM(to.UserId, "to one");

            Assert.All([posted, sent], delivery => Assert.Equal((to.UserId, LanDeliveryState.Delivered, 1, ""), (delivery.To, delivery.State, delivery.Tries, delivery.Reason)));
            LanMessage post = Receive(to, LanMessageType.Post);
            LanMessage dm = Receive(to, LanMessageType.DM);
            Assert.Equal((from.UserId, "to all", "", posted.MessageId), (post.From, post.Content, post.To, post.MessageId));
            Assert.Equal((from.UserId, "to one", to.UserId, sent.MessageId), (dm.From, dm.Content, dm.To, dm.MessageId));
            Assert.Equal(from.UserId, dm.FromPeer?.UserId);
            Assert.Equal((from.PeerId, LanTrust.New), (dm.FromPeer?.PeerId, dm.Trust));
            Assert.Equal(LanTrust.New, post.Trust);
            Assert.True(dm.Timestamp <= dm.ReceivedAt.AddSeconds(1));
        }
    }

    [Fact]
    public void Whoever_is_met_again_is_who_it_was()
    {
        (LanSession alice, LanSession bob) = StartTwo();
        string[] before = [alice.PeerId, bob.PeerId];
        alice.Dispose();
        bob.Dispose();

        (alice, bob) = StartTwo();

        Assert.Equal(before, (string[])[alice.PeerId, bob.PeerId]);
        Assert.Equal((bob.PeerId, LanTrust.Pinned), alice.Peers.Select(peer => (peer.PeerId, peer.Trust)).Single());
        Assert.Equal((alice.PeerId, LanTrust.Pinned), bob.Peers.Select(peer => (peer.PeerId, peer.Trust)).Single());
        alice.SendDM(bob.UserId, "hi");
        Assert.Equal(LanTrust.Pinned, Receive(bob, LanMessageType.DM).Trust);
    }

    [Fact]
    public void Whoever_says_nothing_of_who_it_is_is_unsigned()
    {
        LanSession alice = Start("alice");
        RawSocket bob = OpenRaw();
        bob.Send(alice.Port, Say.Seed("bob@127.0.0.1", bob.Port));
        WaitToKnow(alice, "bob@127.0.0.1");

        bob.Send(alice.Port, Say.Post("bob@127.0.0.1", "hi"));

        Assert.Equal(LanTrust.Unsigned, Receive(alice, LanMessageType.Post).Trust);
        Assert.Equal(((string?)null, LanTrust.Unsigned), alice.Peers.Select(peer => (peer.PeerId, peer.Trust)).Single());
    }

    [Fact]
    public void Profiles_go_both_ways_and_to_those_who_come_later()
    {
        (LanSession alice, LanSession bob) = StartTwo();
        byte[] picture = Say.Png(20_480);

        Assert.Equal(bob.UserId, Assert.Single(alice.SetProfile("Alice A.", "at work", picture)).To);
        bob.SetProfile("Bob B.", "", null);
        LanMessage fromAlice = Receive(bob, LanMessageType.Profile);
        LanMessage fromBob = Receive(alice, LanMessageType.Profile);
        LanSession carol = Start("carol");
        LanMessage later = Receive(carol, LanMessageType.Profile);
        LanMessage latest = Receive(carol, LanMessageType.Profile);

        var profile = Assert.IsType<LanProfile>(fromAlice.Data);
        Assert.Equal(("Alice A.", "at work", "image/png", ".png"), (profile.DisplayName, profile.Status, profile.AvatarType, profile.AvatarExtension));
        Assert.Equal(picture, profile.AvatarBytes);
        Assert.Equal("at work", fromAlice.Content);
        Assert.Equal("Bob B.", Assert.IsType<LanProfile>(fromBob.Data).DisplayName);
        Assert.Equal([alice.UserId, bob.UserId], ((string[])[later.From, latest.From]).Order());
        Assert.Equal(picture, carol.GetProfile(alice.UserId)?.AvatarBytes);
        LanPeer seen = carol.Peers.Single(peer => peer.UserId == alice.UserId);
        Assert.Equal(("Alice A.", "at work", true), (seen.DisplayName, seen.Status, seen.HasAvatar));
    }

    [Fact]
    public void The_own_profile_is_there_once_it_is_set()
    {
        LanSession alice = Start("alice");
        Assert.Null(alice.GetProfile());
        byte[] picture = Say.Png();

        alice.SetProfile("Alice", "here", picture);
        picture[40] ^= 1;

        Assert.Equal(("Alice", "here"), (alice.GetProfile()!.DisplayName, alice.GetProfile(alice.UserId)!.Status));
        Assert.Equal(Say.Png(), alice.GetProfile()!.AvatarBytes);
        Assert.Null(alice.GetProfile("nobody@127.0.0.1"));
    }

    [Fact]
    public void A_search_gives_everybody_who_is_there_each_once()
    {
        (LanSession alice, LanSession bob) = StartTwo();
        LanSession carol = Start("carol");
        WaitToKnow(alice, carol.UserId);

        IEnumerable<LanPeer> found = alice.Find(Wait.Long, CancellationToken.None).Take(2);

        Assert.Equal([bob.UserId, carol.UserId], found.Select(peer => peer.UserId).Order());
        Assert.Equal(2, alice.Find(TimeSpan.FromSeconds(0.4), CancellationToken.None).Count());
    }

    [Fact]
    public void A_list_names_those_known_and_those_that_others_know()
    {
        (LanSession alice, LanSession bob) = StartTwo();
        RawSocket hidden = OpenRaw();
        hidden.Send(bob.Port, Say.Seed("dave@127.0.0.1", hidden.Port));
        WaitToKnow(bob, "dave@127.0.0.1");

        // Dave does not answer, so he stays hearsay for alice.
        IReadOnlyList<LanPeer> list = alice.AskForPeers(TimeSpan.FromSeconds(0.5), CancellationToken.None);

        Assert.Equal([bob.UserId, "dave@127.0.0.1"], list.Select(peer => peer.UserId));
        Assert.Equal([LanPeerState.Alive, LanPeerState.Reported], list.Select(peer => peer.State));
        Assert.Equal(hidden.Port, list[1].Port);
        Assert.Null(list[1].LastSeen);
        Assert.NotNull(hidden.Receive("PEER_DISCOVERY"));
    }

    [Fact]
    public void Whoever_leaves_is_gone_at_once()
    {
        (LanSession alice, LanSession bob) = StartTwo();

        bob.Dispose();

        Wait.Until(() => alice.Peers.Count == 0, "bob is gone");
        LanDelivery failed = alice.SendDM(bob.UserId, "still there?");
        Assert.Equal(LanDeliveryState.Failed, failed.State);
        Assert.NotEqual("", failed.Reason);
        Assert.Empty(alice.Post("anyone?"));
    }

    [Fact]
    public void Any_text_that_fits_arrives_exactly()
    {
        (LanSession alice, LanSession bob) = StartTwo();
        string[] texts =
        [
            " leading and trailing ", "co:lon", "line\nbreak\r\nand\0nul", @"back\slash\n", "\u00e4\U0001F600", "USER_ID:x@y\n\nTYPE:DM", new string('x', 65_000),
        ];
        foreach (string text in texts)
        {
            Assert.Equal(LanDeliveryState.Delivered, alice.SendDM(bob.UserId, text).State);
            Assert.Equal(text, Receive(bob, LanMessageType.DM).GetRawContent());
        }
    }

    [Fact]
    public void Counters_count()
    {
        (LanSession alice, LanSession bob) = StartTwo();
        RawSocket raw = OpenRaw();
        LanCounters before = bob.Counters;

        raw.Send(bob.Port, "rubbish");
        alice.SendDM(bob.UserId, "hi");
        Receive(bob, LanMessageType.DM);
        Wait.Until(() => bob.Counters.Dropped.GetValueOrDefault("NoType") == 1, "the rubbish is counted");

        LanCounters after = bob.Counters;
        Assert.True(after.Received >= before.Received + 2);
        Assert.True(after.ReceivedBytes >= before.ReceivedBytes + 100);
        Assert.Equal(1, after.Delivered);
        Assert.True(after.Sent > 0 && after.SentBytes > 100 * after.Sent);
        Assert.Equal(0, after.SendErrors);
        Assert.True(after.Dropped["Own"] > 0);
    }

    [Fact]
    public void A_twin_under_the_own_id_is_reported()
    {
        LanSession alice = Start("alice");
        RawSocket twin = OpenRaw();

        twin.Send(alice.Port, Say.Seed(alice.UserId, twin.Port));

        Wait.Until(() => alice.HasIdConflict, "the conflict shows");
        Assert.Empty(alice.Peers);
    }
}
