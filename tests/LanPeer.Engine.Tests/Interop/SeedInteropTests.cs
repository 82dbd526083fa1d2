using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using LanPeer.Tests.Engine;
using LanPeer.Tests.Protocol;
using Xunit;

namespace LanPeer.Tests.Interop;

/// <summary>Hosts with a network between them: a session on one, a peer of the seed's kind on another.</summary>
public sealed class SeedInteropTests : IDisposable
{
    private const string Alice = "alice@10.77.0.1";
    private const string Bob = "bob@10.77.0.2";

    private readonly NamespaceLab _lab = new();
    private readonly string _picture = Path.Combine(Path.GetTempPath(), $"lanpeer-{Guid.NewGuid():n}.png");

    public SeedInteropTests() => File.WriteAllBytes(_picture, Say.Png(20_480));

    public void Dispose()
    {
        _lab.Dispose();
        File.Delete(_picture);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void They_find_each_other_and_exchange_everything_both_ways(bool isSeedFirst)
    {
        string here = _lab.First;
        string there = _lab.AddHost();
        _lab.Link((here, "10.77.0.1"), (there, "10.77.0.2"));
        NamespaceLab.AddDefaultRoute(here, "10.77.0.2");
        NamespaceLab.AddDefaultRoute(there, "10.77.0.1");
        ChildPeer? early = isSeedFirst ? Seed(there, "bob") : null;
        using ChildPeer alice = Session(here, "alice");
        using ChildPeer bob = early ?? Seed(there, "bob");
        Assert.Equal((Alice, Bob), (alice.UserId, bob.UserId));
        alice.WaitToKnow(Bob);
        Wait.Until(() => bob.Peers("LIST").TryGetValue(Alice, out JsonElement peer) && peer.GetProperty("port").GetInt32() == alice.Port, "bob knows alice's port");
        JsonElement seen = alice.Peers("PEERS")[Bob];
        Assert.Equal(("10.77.0.2", bob.Port, "Seed"), (Text(seen, "address"), seen.GetProperty("port").GetInt32(), Text(seen, "dialect")));

        foreach ((ChildPeer from, ChildPeer to) in (List<(ChildPeer, ChildPeer)>)[(alice, bob), (bob, alice)])
        {
            from.Tell("POST Hello P2P network! co:lon  two  spaces ");
            from.Tell($"DM {to.UserId} just for you: é😀");
            from.Tell($"PROFILE A name|a status|{_picture}");
            Assert.Equal((from.UserId, "Hello P2P network! co:lon  two  spaces "), FromAndText(to.Next("post")));
            Assert.Equal((from.UserId, "just for you: é😀"), FromAndText(to.Next("dm")));
            JsonElement profile = to.Next("profile");
            Assert.Equal((from.UserId, "A name", "image/png"), (Text(profile, "from"), Text(profile, "displayName"), Text(profile, "avatarType")));
            Assert.Equal(Convert.ToBase64String(Say.Png(20_480)), Text(profile, "avatarBase64"));
        }

        alice.Tell("COUNTERS");
        Assert.False(alice.Next("counters").GetProperty("dropped").TryGetProperty("Fault", out _));
        bob.Tell("STATS");
        Assert.Equal("{}", bob.Next("stats").GetProperty("unknownTypes").GetRawText());
    }

    [Fact]
    public void D04_A_third_host_that_uses_bobs_id_gets_nothing_of_his()
    {
        string there = _lab.AddHost();
        string elsewhere = _lab.AddHost();
        _lab.Plug(_lab.First, "10.77.0.1");
        _lab.Plug(there, "10.77.0.2");
        _lab.Plug(elsewhere, "10.77.0.66");
        foreach (string host in (string[])[there, elsewhere])
        {
            NamespaceLab.AddDefaultRoute(host, "10.77.0.1");
        }

        // Alice does not answer mallory, so mallory learns of her by her announcements.
        using ChildPeer alice = Session(_lab.First, "alice", "--announce-interval", "1");
        using ChildPeer bob = Seed(there, "bob");
        alice.WaitToKnow(Bob);
        using ChildPeer mallory = Seed(elsewhere, "bob", "--local-address", "10.77.0.2");
        Assert.Equal(Bob, mallory.UserId);
        Wait.Until(() => Dropped(alice, "AddressMismatch") > 0, "alice hears mallory");
        mallory.WaitToKnow(Alice, "LIST");
        mallory.Tell("POST it is me");
        mallory.Tell($"DM {Alice} trust me");
        Wait.Until(() => Dropped(alice, "AddressMismatch") >= 3, "alice refuses what mallory says");

        alice.Tell($"DM {Bob} for bob alone");

        Assert.Equal((Alice, "for bob alone"), FromAndText(bob.Next("dm")));
        Assert.Equal("10.77.0.2", Text(alice.Peers("PEERS")[Bob], "address"));
        mallory.Tell("STATS");
        mallory.Next("stats");
        Assert.False(mallory.HasTold("dm"));
        Assert.False(alice.HasTold("post"));
        Assert.False(alice.HasTold("dm"));
    }

    private static ChildPeer Session(string host, string name, params string[] more)
        => ChildPeer.InNamespace(host, "LanPeer.EnginePeer.dll", ["--name", name, .. more]);

    private static ChildPeer Seed(string host, string name, params string[] more)
        => ChildPeer.InNamespace(host, "LanPeer.SeedStandIn.dll", ["--name", name, "--answer-cap", "50", .. more]);

    private static long Dropped(ChildPeer peer, string reason)
    {
        peer.Tell("COUNTERS");
        return peer.Next("counters").GetProperty("dropped").TryGetProperty(reason, out JsonElement count) ? count.GetInt64() : 0;
    }

    private static string Text(JsonElement line, string key) => line.GetProperty(key).GetString() ?? "";

    private static (string From, string Text) FromAndText(JsonElement line) => (Text(line, "from"), Text(line, "text"));
}
