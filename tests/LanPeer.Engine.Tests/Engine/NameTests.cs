using System;
using System.IO;
using System.Linq;
using LanPeer.Tests.Interop;
using LanPeer.Tests.Protocol;
using Xunit;

namespace LanPeer.Tests.Engine;

public sealed class NameTests : EngineTest
{
    [Fact]
    public void A_name_is_taken_once_on_a_machine()
    {
        Start("alice");

        LanPeerException error = Assert.Throws<LanPeerException>(() => Start("alice"));

        Assert.Equal(LanErrorId.NameInUse, error.ErrorId);
        Assert.Contains($"process {Environment.ProcessId}", error.Message, StringComparison.Ordinal);
        Assert.NotEqual("", error.RecommendedAction);
    }

    [Fact]
    public void It_is_free_again_when_its_peer_stops()
    {
        Start("alice").Dispose();

        Assert.Equal(LanSessionState.Running, Start("alice").State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Peers_of_another_discovery_port_are_another_world_for_an_identity_of_their_own(bool isEphemeral)
    {
        LanSession alice = Start("alice");

        LanSession other = Start("alice", o => o with
        {
            DiscoveryPort = TestEnvironment.NewPort(), Ephemeral = isEphemeral, StatePath = isEphemeral ? null : Path.Combine(StatePath, "other"),
        });

        Assert.Equal(LanSessionState.Running, other.State);
        Assert.NotEqual(alice.PeerId, other.PeerId);
    }

    [Fact]
    public void One_identity_is_used_once_whatever_the_discovery_port()
    {
        LanSession alice = Start("alice");

        var error = Assert.Throws<LanPeerException>(() => Start("alice", o => o with { DiscoveryPort = TestEnvironment.NewPort() }));

        Assert.Equal(LanErrorId.IdentityInUse, error.ErrorId);
        Assert.Equal($"The identity of 'alice' is in use by process {Environment.ProcessId}.", error.Message);
        Assert.Contains("another name", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains("-Ephemeral", error.RecommendedAction, StringComparison.Ordinal);
        alice.Dispose();
        Assert.Equal(alice.PeerId, Start("alice", o => o with { DiscoveryPort = TestEnvironment.NewPort() }).PeerId);
    }

    [Fact]
    public void An_identity_in_use_by_another_process_is_not_taken_over_until_that_one_is_gone()
    {
        using var other = ChildPeer.Engine("alice", TestEnvironment.NewPort(), StatePath);

        var error = Assert.Throws<LanPeerException>(() => Start("alice"));
        other.Kill();
        LanSession alice = Start("alice");

        Assert.Equal((LanErrorId.IdentityInUse, true), (error.ErrorId, error.Message.Contains($"process {other.ProcessId}", StringComparison.Ordinal)));
        Assert.Equal(other.PeerId, alice.PeerId);
    }

    [Fact]
    public void A_peer_of_another_process_counts()
    {
        using var other = ChildPeer.Engine("alice", DiscoveryPort, StatePath);
        Assert.Equal("alice@127.0.0.1", other.UserId);

        LanPeerException error = Assert.Throws<LanPeerException>(() => Start("alice"));

        Assert.Equal(LanErrorId.NameInUse, error.ErrorId);
        Assert.Contains($"process {other.ProcessId}, port {other.Port}", error.Message, StringComparison.Ordinal);
        using var third = ChildPeer.Engine("alice", DiscoveryPort, StatePath, mayFail: true);
        Assert.Equal(LanErrorId.NameInUse, third.Next("error").GetProperty("id").GetString());
    }

    [Fact]
    public void A_message_says_as_the_table_does_that_its_plain_sender_uses_a_proven_name()
    {
        (LanSession alice, LanSession bob) = StartTwo();
        RawSocket other = OpenRaw("127.0.0.2");
        other.Broadcast(DiscoveryPort, Say.Seed("bob@127.0.0.2", other.Port));
        other.Broadcast(DiscoveryPort, Say.Post("bob@127.0.0.2", "plain"));
        LanMessage plain = Receive(alice, LanMessageType.Post);
        bob.Post("proven");
        LanMessage proven = Receive(alice, LanMessageType.Post);

        Assert.Equal(("plain", "proven"), (plain.Content, proven.Content));
        Assert.Equal((true, false), (plain.FromPeer?.UsesProtectedName, proven.FromPeer?.UsesProtectedName));
        Assert.True(alice.Peers.Single(peer => peer.UserId == plain.From).UsesProtectedName);
    }

    [Fact]
    public void A_peer_that_was_killed_holds_nothing()
    {
        using (var other = ChildPeer.Engine("alice", DiscoveryPort, StatePath))
        {
            other.Kill();
        }

        Assert.Equal(LanSessionState.Running, Start("alice").State);
    }

    [Fact]
    public void Peers_of_two_processes_find_each_other_and_talk()
    {
        using var bob = ChildPeer.Engine("bob", DiscoveryPort, StatePath);
        LanSession alice = Start("alice");
        WaitToKnow(alice, bob.UserId);
        bob.WaitToKnow(alice.UserId);

        alice.SendDM(bob.UserId, "hi");
        bob.Tell($"DM {alice.UserId} hello");

        Assert.Equal("hi", bob.Next("dm").GetProperty("text").GetString());
        Assert.Equal("hello", Receive(alice, LanMessageType.DM).Content);
        bob.Tell("QUIT");
        Wait.Until(() => !alice.Peers.Any(), "bob says goodbye");
    }
}
