using System.Text;
using LanPeer.Protocol;
using LanPeer.Security.Sessions;
using LanPeer.Tests.Engine;
using LanPeer.Tests.Protocol;
using Xunit;

namespace LanPeer.Tests.Attacks;

/// <summary>As <see cref="TamperTests"/>, sent to a real socket: all that is spoilt is counted, and the right one still works.</summary>
[Collection(Alone.Name)]
public sealed class SocketTamperTests : SocketTest
{
    [Fact]
    public void An_initiation()
    {
        byte[] right = Mallory.Initiation(Alice);

        // mac2 means nothing to a peer that is not under load.
        SendSpoilt(right, right.Length - SessionWire.MacLength);

        Mallory.Send(Alice, right);
        Mallory.Complete(Alice);
        WaitToKnow(Alice, Mallory.UserId);
        AssertTheyTalk();
    }

    [Fact]
    public void A_response()
    {
        Mallory.Announce(Alice);
        byte[] right = Mallory.Response(Alice);
        SendSpoilt(right, right.Length - SessionWire.MacLength);

        // On a busy machine she may have begun anew meanwhile; then it is that initiation he has to answer.
        Mallory.Send(Alice, right);
        Wait.Until(
            () =>
            {
                Mallory.Announce(Alice);
                Mallory.RespondIfAsked(Alice);
                return Alice.Peers.Count == 2;
            },
            "the right response counts");
        AssertTheyTalk();
    }

    [Fact]
    public void A_transport_datagram()
    {
        Mallory.Send(Alice, Mallory.Initiation(Alice));
        Mallory.Complete(Alice);
        WaitToKnow(Alice, Mallory.UserId);
        byte[] right = Mallory.Sealed(MessageBytes.Frame(Encoding.UTF8.GetBytes(Say.DM(Mallory.UserId, Alice.UserId, "every bit of it"))));
        SendSpoilt(right, right.Length);

        Mallory.Send(Alice, right);
        Assert.Equal("every bit of it", Receive(Alice, LanMessageType.DM).Content);
        AssertTheyTalk();
    }

    private void SendSpoilt(byte[] right, int length)
    {
        Remember();
        long before = Dropped();
        int sent = 0;
        foreach (byte[] spoilt in SocketMallory.Spoilt(right, length))
        {
            Mallory.Send(Alice, spoilt);
            sent++;
            if (sent % 50 == 0)
            {
                Wait.Until(() => Dropped() - before >= sent, "what was sent so far is counted");
            }
        }

        Wait.Until(() => Dropped() - before >= sent, "all of it is counted");
        Assert.True(sent > right.Length);
        AssertUnchanged();
    }
}
