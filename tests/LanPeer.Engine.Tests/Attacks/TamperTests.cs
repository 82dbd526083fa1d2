using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Attacks;

/// <summary>A right datagram but for one bit, some bytes less or some more: a counted drop, and the right one still works.</summary>
public sealed class TamperTests : AttackTest
{
    [Fact]
    public void An_initiation()
    {
        Mallory mallory = NewMallory();
        string before = StateOf(Alice);
        byte[] right = mallory.Initiation(Alice);
        AssertAllDropped(Alice, mallory.Here, right, right.Length - SessionWire.MacLength);

        // With a right mac1, which anybody can make, it gets as far as the handshake.
        byte[] mac1Key = Macs.Mac1Key(Alice.Machine.Identity.AgreementKey, mallory.Network);
        for (int at = 0; at < right.Length - (2 * SessionWire.MacLength); at++)
        {
            byte[] spoilt = Flip(right, at);
            Macs.Write(spoilt, mac1Key, default);
            Alice.WorkReasons.Clear();
            DropReason reason = Alice.Hear(Inlet.Unicast, mallory.Here, spoilt);
            Assert.True(reason != DropReason.None || Alice.WorkReasons.Single() == DropReason.NotAuthentic, $"byte {at}: {reason}");
            Lan.Run(0.02);
        }

        Assert.Equal(before, StateOf(Alice));
        Assert.DoesNotContain(Alice.Sent, packet => packet.To == mallory.Here);
        Assert.True(mallory.Connect(Alice));
        Assert.Equal(mallory.Who.PeerId, Alice.Peer(mallory.UserId).Who?.PeerId);
    }

    [Fact]
    public void A_response()
    {
        Packet? response = null;
        Eve.Rule = (packet, _) =>
        {
            bool isTaken = response is null && IsSealed(packet, SealedType.Response);
            response = isTaken ? packet : response;
            return isTaken ? Verdict.Drop : Verdict.Pass;
        };
        Bob.Restart();
        Assert.True(Lan.RunUntil(() => response is not null, TimeSpan.FromSeconds(5)));
        VirtualPeer initiator = response!.To == Alice.Endpoint ? Alice : Bob;
        VirtualPeer responder = initiator == Alice ? Bob : Alice;
        string before = StateOf(initiator);
        AssertAllDropped(initiator, response.From, response.Bytes, response.Bytes.Length - SessionWire.MacLength);

        byte[] mac1Key = Macs.Mac1Key(initiator.Machine.Identity.AgreementKey, NetworkSecret.Open);
        for (int i = 0; i < 15; i++)
        {
            byte[] spoilt = Flip(response.Bytes, i == 0 ? 4 : SessionWire.ResponseHeader + (i * 19));
            Macs.Write(spoilt, mac1Key, default);
            initiator.WorkReasons.Clear();
            Assert.Equal(DropReason.None, initiator.Hear(Inlet.Unicast, response.From, spoilt));
            Assert.Equal(DropReason.NotAuthentic, Assert.Single(initiator.WorkReasons));
        }

        Assert.Equal(before, StateOf(initiator));
        initiator.WorkReasons.Clear();
        initiator.Hear(Inlet.Unicast, response.From, response.Bytes);
        Assert.Equal(DropReason.None, Assert.Single(initiator.WorkReasons));
        Lan.Settle();
        Assert.NotNull(initiator.Peer(responder.UserId).Contact!.Current);
        AssertTheyTalk();
    }

    [Fact]
    public void A_transport_datagram()
    {
        Packet? message = null;
        Eve.Rule = (packet, _) =>
        {
            message = packet;
            return Verdict.Drop;
        };
        Bob.DM(Alice.UserId, "every bit of it");
        Eve.Rule = null;
        string before = StateOf(Alice);
        AssertAllDropped(Alice, Bob.Endpoint, message!.Bytes, message.Bytes.Length);

        Assert.Equal(before, StateOf(Alice));
        Assert.Equal(DropReason.None, Alice.Hear(Inlet.Unicast, Bob.Endpoint, message.Bytes));
        Assert.Equal("every bit of it", Assert.Single(Alice.Arrivals).Content);
        AssertTheyTalk();
    }

    [Fact]
    public void A_cookie_reply()
    {
        Bob.Kill();
        Mallory mallory = NewMallory();
        for (int i = 0; i < 400; i++)
        {
            Alice.Hear(Inlet.Unicast, mallory.Here, Flip(mallory.Initiation(Alice), SessionWire.InitiationLength - 1));
        }

        Packet? reply = null;
        Eve.Rule = (packet, _) =>
        {
            bool isTaken = reply is null && packet.To == Bob.Endpoint && IsSealed(packet, SealedType.CookieReply);
            reply = isTaken ? packet : reply;
            return isTaken ? Verdict.Drop : Verdict.Pass;
        };
        Bob.Restart();
        Bob.Hear(Inlet.Discovery, Alice.Endpoint, AnnouncementOf(Alice).Bytes);
        Assert.True(Lan.RunUntil(() => reply is not null, TimeSpan.FromSeconds(5)));
        Bob.Forget();
        AssertAllDropped(Bob, Alice.Endpoint, reply!.Bytes, reply.Bytes.Length);
        Assert.Empty(Bob.Sent);

        Assert.Equal(DropReason.None, Bob.Hear(Inlet.Unicast, Alice.Endpoint, reply.Bytes));
        Assert.Single(Bob.Sent);
        Assert.NotEqual(new byte[16], Bob.Sent[0].Bytes[^16..]);
        Lan.Run(1);
        AssertTheyTalk();
    }

    [Fact]
    public void A_sealed_announcement()
    {
        var lan = new VirtualLan { UsesRealCurve = true };
        PeerNetwork network = ClosedNetworks.First;
        VirtualPeer bob = lan.AddPeer(ClosedNetworks.Plan("bob", network), "10.77.0.2");
        byte[] announcement = bob.Sent.First(packet => IsSealed(packet, SealedType.Announcement)).Bytes;
        bob.Kill();
        lan.Run(1);
        VirtualPeer alice = lan.AddPeer(ClosedNetworks.Plan("alice", network), "10.77.0.1");
        lan.Run(3);
        alice.Forget();
        AssertAllDropped(alice, bob.Endpoint, announcement, announcement.Length);

        Assert.Empty(alice.Sent);
        Assert.Equal(DropReason.None, alice.Hear(Inlet.Discovery, bob.Endpoint, announcement));
        Assert.Single(alice.Sent);
    }

    /// <summary>Every byte with one bit changed, every shorter and some longer lengths.</summary>
    private static void AssertAllDropped(VirtualPeer victim, Ipv4Endpoint from, byte[] right, int length)
    {
        var reasons = new Dictionary<DropReason, int>();
        for (int at = 0; at < length; at++)
        {
            Take(Flip(right, at), $"byte {at}");
        }

        for (int shorter = 0; shorter < right.Length; shorter++)
        {
            Take(right[..shorter], $"length {shorter}");
        }

        for (int more = 1; more <= 64; more++)
        {
            Take([.. right, .. new byte[more]], $"{more} more");
        }

        Assert.DoesNotContain(DropReason.Fault, reasons.Keys);

        void Take(byte[] spoilt, string what)
        {
            DropReason reason = victim.Hear(Inlet.Unicast, from, spoilt);
            Assert.True(reason != DropReason.None, $"{what} was taken");
            reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
        }
    }

    private static byte[] Flip(byte[] right, int at)
    {
        byte[] spoilt = right[..];
        spoilt[at] ^= (byte)(1 << (at % 8));
        return spoilt;
    }
}
