using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using LanPeer.Protocol;
using LanPeer.Protocol.Delivery;
using LanPeer.Security;
using LanPeer.Wire;
using Xunit;
using static LanPeer.Tests.Security.SessionVectors;

namespace LanPeer.Tests.Security;

/// <summary>A whole peer in the place of either end of a session: it sends what sessions.json says, and drops what is bad.</summary>
public sealed class SessionVectorPeerTests
{
    private const string Initiator = "initiator";
    private const string Responder = "responder";

    /// <summary>Those whose user ids have an address in them, so that a whole peer can have them.</summary>
    public static TheoryData<string> Sessions => ["open network", "closed network"];

    public static TheoryData<string, string> BadForResponder => Bad("sessions", Responder);

    public static TheoryData<string, string> BadForInitiator => Bad("sessions", Initiator);

    public static TheoryData<string, string> BadAnnouncements => Bad("announcements", "network");

    [Theory]
    [MemberData(nameof(Sessions))]
    public void The_initiator_sends_the_initiation_and_confirms_the_response(string name)
    {
        using VectorPeer peer = Begun(name);
        Assert.Equal([Text(peer.Vector, "initiation")], peer.Sent);
        Assert.Empty(peer.Machine.Peers);
        JsonElement confirmation = Transport(peer.Vector, Initiator).First();
        peer.GiveToken(BodyOf(confirmation.GetProperty("frames")[0]));

        Assert.Equal(DropReason.None, peer.Receive(peer.Vector, "response"));

        Assert.Equal(UserIdOf(peer.Vector, Responder), Assert.Single(peer.Machine.Peers).UserId);
        Assert.Equal([Text(confirmation, "datagram")], peer.Sent);
    }

    [Theory]
    [MemberData(nameof(Sessions))]
    public void The_responder_sends_the_response_and_believes_it_once_it_is_confirmed(string name)
    {
        using var peer = new VectorPeer(Item("sessions", name), Responder);
        peer.GiveIndex();

        Assert.Equal(DropReason.None, peer.Receive(peer.Vector, "initiation"));
        Assert.Equal([Text(peer.Vector, "response")], peer.Sent);
        Assert.Empty(peer.Machine.Peers);
        Assert.Equal(DropReason.None, peer.Receive(Transport(peer.Vector, Initiator).First(), "datagram"));
        Assert.Equal(UserIdOf(peer.Vector, Initiator), Assert.Single(peer.Machine.Peers).UserId);
        Assert.Equal(PeerChangeKind.Joined, Assert.Single(peer.Effects.Changes).Kind);
    }

    [Theory]
    [InlineData("open network", Initiator)]
    [InlineData("open network", Responder)]
    [InlineData("closed network", Initiator)]
    [InlineData("closed network", Responder)]
    public void What_comes_through_the_session_is_acted_upon_frame_by_frame(string name, string side)
    {
        using VectorPeer peer = side == Initiator ? Begun(name) : Answered(name);
        Assert.Equal(DropReason.None, side == Initiator ? peer.Receive(peer.Vector, "response") : DropReason.None);
        foreach (JsonElement item in Transport(peer.Vector, side == Initiator ? Responder : Initiator))
        {
            peer.Rest();
            DropReason reason = peer.Receive(item, "datagram");

            Assert.Equal((Text(item, "name"), DropOf(item)), (Text(item, "name"), reason));
            JsonElement[] frames = reason == DropReason.Replayed ? [] : [.. item.GetProperty("frames").EnumerateArray()];
            Assert.Equal(frames.Where(f => f.GetProperty("type").GetByte() == (byte)FrameType.Message).Select(ContentOf), peer.Effects.Arrivals.Select(a => a.Content));
            Assert.Equal(frames.Any(IsQuestion) ? 1 : 0, peer.Effects.Sends.Count(send => send.To == peer.There));
            Assert.Equal(frames.Any(f => f.GetProperty("type").GetByte() == (byte)FrameType.Leave), peer.Machine.Peers.Count == 0);
        }
    }

    [Theory]
    [MemberData(nameof(BadForResponder))]
    public void A_responder_drops(string name, string bad)
    {
        JsonElement item = BadOf(Item("sessions", name), bad);
        byte[] datagram = Bytes(item, "hex");
        bool isTransport = datagram.Length > 1 && datagram[1] == 4;
        using VectorPeer peer = isTransport ? Answered(name) : new VectorPeer(Item("sessions", name), Responder);
        if (isTransport)
        {
            Assert.Equal(DropReason.None, peer.Receive(Transport(peer.Vector, Initiator).First(), "datagram"));
        }

        Assert.Equal(DropOf(item), peer.Receive(datagram));
        Assert.Empty(peer.Effects.Sends);
        Assert.Empty(peer.Effects.Changes);

        // It has cost the good one nothing.
        peer.GiveIndex();
        Assert.Equal(DropReason.None, isTransport ? peer.Receive(Transport(peer.Vector, Initiator).ElementAt(1), "datagram") : peer.Receive(peer.Vector, "initiation"));
    }

    [Theory]
    [MemberData(nameof(BadForInitiator))]
    public void An_initiator_drops_it_and_goes_on_waiting(string name, string bad)
    {
        JsonElement item = BadOf(Item("sessions", name), bad);
        using VectorPeer peer = Begun(name);

        Assert.Equal(DropOf(item), peer.Receive(item, "hex"));
        Assert.Empty(peer.Effects.Sends);
        Assert.Empty(peer.Effects.Changes);
        Assert.Empty(peer.Machine.Peers);
        Assert.Equal(DropReason.None, peer.Receive(peer.Vector, "response"));
        Assert.Single(peer.Machine.Peers);
    }

    [Fact]
    public void However_many_PINGs_ask_one_PONG_answers_the_last()
    {
        using VectorPeer peer = Confirmed();
        byte[][] frames = [.. Enumerable.Range(0, 5).Select(i => (byte[])[2, 0, 8, .. new byte[7], (byte)i])];

        Assert.Equal(DropReason.None, peer.Receive(peer.Seal(1_000, [.. frames.SelectMany(frame => frame)])));
        byte[] answer = Convert.FromHexString(Assert.Single(peer.Sent));
        Assert.Equal([4, .. frames[^1][1..]], peer.OpenOwn(answer));
    }

    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)]
    public void So_many_frames_of_a_datagram_are_acted_on_and_the_rest_is_dropped(int count, bool isAll)
    {
        using VectorPeer peer = Confirmed();
        byte[] padding = [.. Enumerable.Repeat<byte[]>([0, 0, 0], count - 2).SelectMany(frame => frame)];

        Assert.Equal(isAll ? DropReason.None : DropReason.BadFrame, peer.Receive(peer.Seal(1_000, [2, 0, 8, .. new byte[8], .. padding, 3, 0, 0])));
        Assert.Equal(isAll ? 0 : 1, peer.Machine.Peers.Count);
    }

    [Theory]
    [MemberData(nameof(BadAnnouncements))]
    public void A_peer_of_the_network_drops_the_announcement(string name, string bad)
    {
        JsonElement announcement = Item("announcements", name);
        JsonElement item = BadOf(announcement, bad);
        using var peer = new VectorPeer(All("sessions").First(s => Text(s, "name") == "closed network"), Responder);

        Assert.Equal(DropOf(item), peer.Receive(item, "hex"));
        Assert.Empty(peer.Effects.Sends);
        Assert.Equal(DropOf(item) == DropReason.WrongNetworkKey ? [PeerChangeKind.WrongNetworkKey] : [], peer.Effects.Changes.Select(change => change.Kind));
        peer.GiveIndex();
        Assert.Equal(DropReason.None, peer.Receive(announcement, "datagram"));
        Assert.Equal(418, Assert.Single(peer.Effects.Sends).Length);
    }

    private static VectorPeer Begun(string name)
    {
        var peer = new VectorPeer(Item("sessions", name), Initiator);
        Assert.Equal(DropReason.None, peer.HearAnnouncement());
        return peer;
    }

    private static VectorPeer Answered(string name)
    {
        var peer = new VectorPeer(Item("sessions", name), Responder);
        peer.GiveIndex();
        Assert.Equal(DropReason.None, peer.Receive(peer.Vector, "initiation"));
        return peer;
    }

    private static VectorPeer Confirmed()
    {
        VectorPeer peer = Answered("open network");
        Assert.Equal(DropReason.None, peer.Receive(Transport(peer.Vector, Initiator).First(), "datagram"));
        return peer;
    }

    private static IEnumerable<JsonElement> Transport(JsonElement vector, string from)
        => vector.GetProperty("transport").EnumerateArray().Where(item => Text(item, "from") == from);

    private static bool IsQuestion(JsonElement frame)
        => frame.GetProperty("type").GetByte() == (byte)FrameType.Ping && BodyOf(frame).Length == Frames.TokenLength;

    private static string ContentOf(JsonElement frame)
    {
        Assert.True(MessageFrame.TryRead(BodyOf(frame), out MessageFrame message));
        Assert.Equal(DropReason.None, DatagramReader.Read(message.Piece, out Datagram datagram));
        return datagram.ContentText();
    }

    private static string UserIdOf(JsonElement vector, string side) => Text(vector.GetProperty(side), "userId");
}
