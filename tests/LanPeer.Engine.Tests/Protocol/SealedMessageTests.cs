using System;
using System.Linq;
using System.Text;
using LanPeer.Protocol;
using LanPeer.Security.Sessions;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Protocol;

/// <summary>What holds for messages in the clear holds for sealed ones.</summary>
public sealed class SealedMessageTests
{
    private const string Lines = "one\ntwo\r\nthree\\n\0four\nUSER_ID:mallory@6.6.6.6\nTYPE:DM";

    private readonly VirtualLan _lan = new();
    private readonly Effects _effects = new();
    private readonly VirtualPeer _alice;
    private readonly VirtualPeer _bob;
    private ulong _stream;

    public SealedMessageTests()
    {
        _alice = _lan.AddPeer("alice", "10.77.0.1");
        _bob = _lan.AddPeer("bob", "10.77.0.2");
        _lan.Run(3);
        _alice.Forget();
        _bob.Forget();
    }

    [Fact]
    public void Line_breaks_arrive_as_they_were_through_a_session_too()
    {
        Assert.NotNull(_alice.DM(_bob.UserId, Lines));
        Assert.NotNull(_alice.Post(Lines));
        _lan.Settle();

        Assert.All(_alice.Sent, packet => Assert.Equal(WireLimits.BinaryMark, packet.Bytes[0]));
        Assert.Equal([(_alice.UserId, Lines), (_alice.UserId, Lines)], _bob.Arrivals.Select(arrival => (arrival.From, arrival.Content)));
    }

    [Fact]
    public void The_largest_text_arrives_and_one_byte_more_is_sent_to_nobody()
    {
        _alice.DM(_bob.UserId, "x");
        _alice.Post("x");
        _lan.Settle();
        int[] rooms = [.. _alice.Settled.Select(message => WireLimits.MaxMessage - message.Length + 1)];
        _bob.Forget();
        _alice.Forget();

        Assert.Null(_alice.DM(_bob.UserId, new string('x', rooms[0] + 1)));
        Assert.Null(_alice.Post(new string('x', rooms[1] + 1)));
        Assert.Empty(_alice.Sent);
        Assert.NotNull(_alice.DM(_bob.UserId, new string('x', rooms[0])));
        Assert.NotNull(_alice.Post(new string('x', rooms[1])));
        Assert.True(_lan.RunUntil(() => _alice.Settled.Count == 2, TimeSpan.FromMinutes(1)));

        Assert.Equal(rooms, _bob.Arrivals.Select(arrival => arrival.Content.Length));
        Assert.All(_alice.Sent, packet => Assert.InRange(packet.Bytes.Length, 1, 1_200));
    }

    [Fact]
    public void A_post_that_fits_no_datagram_goes_to_those_with_a_session_alone()
    {
        _alice.Hear(Inlet.Discovery, VirtualLan.Endpoint("10.77.0.3", 9_000), Say.Seed("carol@10.77.0.3", 9_000));
        _alice.Forget();

        _alice.Do((now, effects) =>
        {
            Assert.NotNull(_alice.Machine.Post(now, new string('x', WireLimits.MaxDatagram), _alice.Machine.Peers, TimeSpan.FromSeconds(5), effects));
            Assert.Equal(["carol@10.77.0.3"], effects.TooLongFor.Select(peer => peer.UserId));
        });
        _lan.Run(1);

        Assert.DoesNotContain(_alice.Sent, packet => packet.To.AddressText == "10.77.0.3");
        Assert.Equal(WireLimits.MaxDatagram, Assert.Single(_bob.Arrivals).Content.Length);
    }

    [Fact]
    public void A_DM_for_somebody_else_is_not_shown()
    {
        byte[] text = Encoding.UTF8.GetBytes(Say.DM(_bob.UserId, "carol@10.77.0.3", "secret"));

        Assert.Equal(DropReason.NotForUs, Hear(text));
        Assert.Empty(_alice.Arrivals);
    }

    [Fact]
    public void A_message_that_comes_twice_is_shown_once()
    {
        byte[] text = Encoding.UTF8.GetBytes(Say.DM(_bob.UserId, _alice.UserId, "once"));

        // Not the datagram, which is never taken twice: the message, sealed anew.
        Assert.Equal(DropReason.None, Hear(text));
        Assert.Equal(DropReason.Duplicate, Hear(text));
        Assert.Single(_alice.Arrivals);
    }

    /// <summary>Lets alice hear a text that bob has sealed.</summary>
    private DropReason Hear(byte[] text)
    {
        byte[] frame = MessageBytes.Frame(text, ++_stream);
        byte[] datagram = new byte[frame.Length + SessionWire.TransportOverhead];
        _bob.Peer(_alice.UserId).Contact!.Current!.Seal(frame, datagram);
        return _alice.Hear(Inlet.Unicast, _bob.Endpoint, datagram);
    }
}
