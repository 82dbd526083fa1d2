using System.Linq;
using LanPeer.Transport;
using Xunit;

namespace LanPeer.Tests.Engine;

/// <summary>Whole peers on the BCL's sockets, as on Windows and macOS, and with peers that use system calls.</summary>
[Collection(Alone.Name)]
public sealed class ManagedTransportTests() : ManagedWayTest(DatagramPath.SwitchName)
{
    private protected override bool IsManagedNow => !DatagramPath.UsesSystemCalls;

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Messages_arrive_in_order_and_once_whichever_sockets_the_peers_use(bool isAliceManaged, bool isBobManaged)
        => Talk(isAliceManaged, isBobManaged, [.. Enumerable.Range(0, 200).Select(i => $"{i} {new string('x', i * 40)}")]);

    [Fact]
    public void A_large_message_arrives_whole_on_both()
    {
        LanSession alice = StartOn("alice", isManaged: true);
        LanSession bob = StartOn("bob", isManaged: false);
        WaitToKnow(alice, bob.UserId);
        WaitToKnow(bob, alice.UserId);
        string text = string.Concat(Enumerable.Range(0, 100_000).Select(i => $"{i:000000} "));

        Assert.Equal(LanDeliveryState.Delivered, alice.SendDM(bob.UserId, text, Wait.Long).State);
        Assert.Equal(LanDeliveryState.Delivered, bob.SendDM(alice.UserId, text, Wait.Long).State);

        Assert.Equal(text, Receive(bob, LanMessageType.DM).Content);
        Assert.Equal(text, Receive(alice, LanMessageType.DM).Content);
    }

    private protected override void SkipWithout(bool isManaged)
        => Assert.SkipWhen(!isManaged && !DatagramPath.UsesSystemCalls, "This system has no sendmmsg, or this run does without.");
}
