using System.Linq;
using LanPeer.Tests.Interop;
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
        Assert.Contains($"process {System.Environment.ProcessId}", error.Message, System.StringComparison.Ordinal);
        Assert.NotEqual("", error.RecommendedAction);
    }

    [Fact]
    public void It_is_free_again_when_its_peer_stops()
    {
        Start("alice").Dispose();

        Assert.Equal(LanSessionState.Running, Start("alice").State);
    }

    [Fact]
    public void Peers_of_another_discovery_port_are_another_world()
    {
        Start("alice");

        Assert.Equal(LanSessionState.Running, Start("alice", o => o with { DiscoveryPort = TestEnvironment.NewPort() }).State);
    }

    [Fact]
    public void A_peer_of_another_process_counts()
    {
        using var other = ChildPeer.Engine("alice", DiscoveryPort);
        Assert.Equal("alice@127.0.0.1", other.UserId);

        LanPeerException error = Assert.Throws<LanPeerException>(() => Start("alice"));

        Assert.Equal(LanErrorId.NameInUse, error.ErrorId);
        Assert.Contains($"process {other.ProcessId}, port {other.Port}", error.Message, System.StringComparison.Ordinal);
        using var third = ChildPeer.Engine("alice", DiscoveryPort, mayFail: true);
        Assert.Equal(LanErrorId.NameInUse, third.Next("error").GetProperty("id").GetString());
    }

    [Fact]
    public void A_peer_that_was_killed_holds_nothing()
    {
        using (var other = ChildPeer.Engine("alice", DiscoveryPort))
        {
            other.Kill();
        }

        Assert.Equal(LanSessionState.Running, Start("alice").State);
    }

    [Fact]
    public void Peers_of_two_processes_find_each_other_and_talk()
    {
        using var bob = ChildPeer.Engine("bob", DiscoveryPort);
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
