using System;
using System.Linq;
using System.Threading;
using LanPeer.SeedStandIn;
using LanPeer.Tests.Protocol;
using Xunit;

namespace LanPeer.Tests.Engine;

/// <summary>A session next to a peer of the seed's kind, over real sockets.</summary>
public sealed class SeedNeighbourTests : EngineTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void They_find_each_other_whoever_starts_first(bool isSeedFirst)
    {
        SeedPeer? early = isSeedFirst ? StartSeed("bob") : null;
        LanSession alice = Start("alice");
        SeedPeer bob = early ?? StartSeed("bob");

        Assert.True(bob.WaitForPeer(alice.UserId, Wait.Long));
        WaitToKnow(alice, bob.UserId);

        LanPeer peer = Assert.Single(alice.Peers);
        Assert.Equal((LanDialect.Seed, bob.Port), (peer.Dialect, peer.Port));
        Wait.Until(() => bob.KnownPeers.Single().Port == alice.Port, "the seed peer knows the port");
    }

    [Fact]
    public void Posts_and_DMs_go_both_ways()
    {
        (LanSession alice, SeedPeer bob) = StartBoth();

        bob.Post("from the seed");
        bob.Dm(alice.UserId, "just you");
        alice.Post("from LanPeer");
        alice.SendDM(bob.UserId, "only you");

        Assert.Equal(("from the seed", bob.UserId), Both(Receive(alice, LanMessageType.Post)));
        Assert.Equal(("just you", bob.UserId), Both(Receive(alice, LanMessageType.DM)));
        Assert.Equal(alice.UserId, Seen(bob, SeedHappeningKind.Post, "from LanPeer").From);
        Assert.Equal(alice.UserId, Seen(bob, SeedHappeningKind.Dm, "only you").From);
    }

    [Fact]
    public void Profiles_with_avatars_go_both_ways_and_to_a_latecomer()
    {
        byte[] picture = Say.Png(20_480);
        LanSession alice = Start("alice");
        alice.SetProfile("Alice A.", "at work", picture);
        SeedPeer bob = StartSeed("bob");

        SeedHappening seen = Seen(bob, SeedHappeningKind.Profile, "at work");
        Assert.Equal(("Alice A.", "image/png", Convert.ToBase64String(picture)),
            (seen.Fields["DISPLAY_NAME"], seen.Fields["AVATAR_TYPE"], seen.Fields["AVATAR_DATA"]));

        WaitToKnow(alice, bob.UserId);
        bob.SetProfile("Bob B.", "busy", Say.Png(500), "image/png");
        var profile = Assert.IsType<LanProfile>(Receive(alice, LanMessageType.Profile).Data);
        Assert.Equal(("Bob B.", "busy"), (profile.DisplayName, profile.Status));
        Assert.Equal(Say.Png(500), profile.AvatarBytes);
    }

    [Fact]
    public void Lists_go_both_ways()
    {
        (LanSession alice, SeedPeer bob) = StartBoth();
        RawSocket carol = OpenRaw();
        carol.Send(bob.Port, Say.Seed("carol@127.0.0.1", carol.Port));
        Assert.True(bob.WaitForPeer("carol@127.0.0.1", Wait.Long));

        Assert.Equal([bob.UserId, "carol@127.0.0.1"], alice.AskForPeers(TimeSpan.FromSeconds(1), CancellationToken.None).Select(peer => peer.UserId).Take(2));

        carol.Send(alice.Port, Say.ListRequest("carol@127.0.0.1", 400));
        Assert.Contains($"PEERS:[\"{bob.UserId}\"]", carol.Receive("PEER_LIST_RESPONSE"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_seed_peer_sees_no_type_it_does_not_know()
    {
        (LanSession alice, SeedPeer bob) = StartBoth();
        alice.SetProfile("Alice", "x", null);
        alice.Post("hi");
        Assert.Equal([bob.UserId], alice.Find(Wait.Long, CancellationToken.None).Take(1).Select(peer => peer.UserId));
        alice.AskForPeers(TimeSpan.FromSeconds(0.1), CancellationToken.None);
        alice.Dispose();

        // Something that comes after all of it.
        RawSocket raw = OpenRaw();
        raw.Send(bob.Port, Say.Post("raw@127.0.0.1", "the end"));
        Seen(bob, SeedHappeningKind.Post, "the end");

        Assert.Empty(bob.Counters.UnknownTypes);
        Assert.Equal(0, bob.Counters.Of(SeedHappeningKind.Error));
    }

    private static (string Content, string From) Both(LanMessage message) => (message.Content, message.From);

    private static SeedHappening Seen(SeedPeer seed, SeedHappeningKind kind, string text)
        => seed.WaitFor(happening => happening.Kind == kind && happening.Text == text, Wait.Long)
            ?? throw new TimeoutException($"{seed.UserId} never saw the {kind} '{text}'");

    private (LanSession Alice, SeedPeer Bob) StartBoth()
    {
        LanSession alice = Start("alice");
        SeedPeer bob = StartSeed("bob");
        Assert.True(bob.WaitForPeer(alice.UserId, Wait.Long));
        WaitToKnow(alice, bob.UserId);
        Wait.Until(() => bob.KnownPeers.Any(peer => peer.Id == alice.UserId && peer.Port == alice.Port), "the seed peer knows the port");
        return (alice, bob);
    }
}
