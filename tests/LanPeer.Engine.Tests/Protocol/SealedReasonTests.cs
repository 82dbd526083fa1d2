using System;
using System.Linq;
using System.Text;
using LanPeer.Protocol;
using LanPeer.Security.Sessions;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Protocol;

/// <summary>Drop reasons that only somebody with a session can bring about.</summary>
public sealed class SealedReasonTests
{
    private readonly VirtualLan _lan = new();
    private readonly VirtualPeer _alice;
    private readonly VirtualPeer _mallory;
    private ulong _stream;

    public SealedReasonTests()
    {
        _alice = _lan.AddPeer("alice", "10.77.0.1");
        _mallory = _lan.AddPeer("mallory", "10.77.0.66");
        _lan.Run(3);
        _alice.Forget();
    }

    [Fact]
    public void A_message_in_anothers_name_is_ForgedSender()
    {
        string[] texts =
        [
            Say.Post("bob@10.77.0.2", "it is me"), Say.DM("bob@10.77.0.2", _alice.UserId, "it is me"), Say.Profile("bob@10.77.0.2", "Bob", ""),
            Say.DM("MALLORY@10.77.0.66", _alice.UserId, "nearly"),
        ];

        Assert.All(texts, text => Assert.Equal(DropReason.ForgedSender, HearSealed(text)));
        Assert.Equal(DropReason.None, HearSealed(Say.DM(_mallory.UserId, _alice.UserId, "it is only me")));

        Assert.Equal(["it is only me"], _alice.Arrivals.Select(arrival => arrival.Content));
        Assert.Equal([_mallory.UserId], _alice.Known);
        Assert.Empty(_alice.Changes);
    }

    [Fact]
    public void A_post_without_a_signature_or_with_the_keys_of_somebody_else_is_Unproven()
    {
        string peerId = _mallory.Machine.Identity.PeerId;
        string key = Convert.ToBase64String(_mallory.Machine.Identity.AgreementKey);
        string signKey = Convert.ToBase64String(_mallory.Machine.Identity.SigningKey);
        (string, string) signature = ("SIGNATURE", new('A', 88));
        (string Name, string Value)[] author = [("PEER_ID", peerId), ("KEY", key), ("SIGN_KEY", signKey)];
        (string Name, string Value)[] another =
        [
            ("PEER_ID", _alice.Machine.Identity.PeerId), ("KEY", Convert.ToBase64String(_alice.Machine.Identity.AgreementKey)),
            ("SIGN_KEY", new string('B', 88)),
        ];

        Assert.Equal(DropReason.Unproven, HearSealed(Say.Post(_mallory.UserId, "no proof")));
        Assert.Equal(DropReason.Unproven, HearSealed(Post(author)));
        Assert.Equal(DropReason.Unproven, HearSealed(Post(("SIGNATURE", signature.Item2[1..]))));
        for (int i = 0; i < author.Length; i++)
        {
            Assert.Equal(DropReason.Unproven, HearSealed(Post(another[i], signature)));
            Assert.Equal(DropReason.Unproven, HearSealed(Post((author[i].Name, ""), signature)));
            Assert.Equal(DropReason.Unproven, HearSealed(Post((author[i].Name, author[i].Value + "="), signature)));
            Assert.Equal(DropReason.Unproven, HearSealed(Post([.. author.Where((_, at) => at != i), another[i], signature])));
        }

        Assert.Empty(_alice.Arrivals);

        // Whether the signature is right is for those to find out whom the post is shown to later.
        Assert.Equal(DropReason.None, HearSealed(Post(signature)));
        Assert.Equal(DropReason.None, HearSealed(Post([.. author, signature])));
        Assert.Equal(2, _alice.Arrivals.Count);
    }

    [Fact]
    public void Of_frames_that_do_not_end_within_their_datagram_those_in_front_count()
    {
        byte[] ping = Frame(FrameType.Ping, new byte[8]);

        Assert.Equal(DropReason.BadFrame, HearFrames([.. ping, 1, 0, 5, 1, 2, 3, 4]));
        Assert.Equal(DropReason.BadFrame, HearFrames([.. ping, 0]));

        Assert.Equal(2, _alice.Sent.Count(packet => packet.To == _mallory.Endpoint && packet.Bytes[1] == (byte)SealedType.Transport));
        Assert.Equal([_mallory.UserId], _alice.Known);
    }

    [Fact]
    public void Frames_of_a_kind_nobody_knows_are_skipped()
    {
        byte[] unknown = Frame((FrameType)200, "whatever"u8);

        Assert.Equal(DropReason.None, HearFrames([.. unknown, .. Frame(FrameType.Padding, new byte[100]), .. MessageBytes.Frame(Dm("hi"))]));

        Assert.Equal("hi", Assert.Single(_alice.Arrivals).Content);
    }

    [Fact]
    public void A_message_nobody_asked_for_is_NoCredit()
    {
        Assert.Equal(DropReason.None, HearFrames(MessageBytes.Frame(Dm("the last of the first"), 1, 8)));
        Assert.Equal(DropReason.NoCredit, HearFrames(MessageBytes.Frame(Dm("too many"), 1, 1_000_000)));
        Assert.Empty(_alice.Arrivals);
    }

    [Fact]
    public void A_piece_without_a_place_is_ReassemblyFull()
    {
        // Of each message one byte, and room is needed for all of it: 1 MiB is kept for the next one.
        byte[] text = new byte[WireLimits.MaxMessage];
        Assert.Equal(DropReason.None, HearFrames(MessageBytes.Piece(text, 1, 2, 0, 1)));
        Assert.Equal(DropReason.ReassemblyFull, HearFrames(MessageBytes.Piece(text, 1, 3, 0, 1)));
        Assert.Equal(DropReason.None, HearFrames(MessageBytes.Piece(text, 1, 1, 0, 1)));
        Assert.Equal(DropReason.None, HearFrames(MessageBytes.Piece(text, 1, 2, 100, 1)));
        Assert.Empty(_alice.Arrivals);
    }

    [Fact]
    public void Frames_of_delivery_with_a_wrong_length_or_impossible_numbers_are_bad()
    {
        Assert.Equal(DropReason.BadFrame, HearFrames(Frame(FrameType.Ack, new byte[31])));
        Assert.Equal(DropReason.BadFrame, HearFrames(Frame(FrameType.Ack, new byte[34])));
        Assert.Equal(DropReason.BadFrame, HearFrames(Frame(FrameType.Credit, new byte[23])));
        Assert.Equal(DropReason.BadFrame, HearFrames(Frame(FrameType.Skip, new byte[25])));
        Assert.Equal(DropReason.BadFrame, HearFrames(Frame(FrameType.Reject, new byte[15])));
        Assert.Equal(DropReason.BadFrame, HearFrames(Frame(FrameType.Message, new byte[24])));
        Assert.Equal(DropReason.BadFrame, HearFrames(MessageBytes.Frame(Dm("no stream"), 0, 1)));
        Assert.Equal(DropReason.BadFrame, HearFrames(MessageBytes.Frame(Dm("no place"), 1, 0)));
        Assert.Equal(DropReason.None, HearFrames(MessageBytes.Piece(Dm("as long as it is"), 1, 1, 0, 4)));
        Assert.Equal(DropReason.BadFrame, HearFrames(MessageBytes.Piece(Dm("or longer than that"), 1, 1, 0, 4)));

        // Acknowledgement of what was never sent, and credit, skips and refusals of streams that are not there.
        byte[] nonsense = [.. Enumerable.Repeat((byte)255, 32)];
        Assert.Equal(DropReason.None, HearFrames([.. Frame(FrameType.Ack, nonsense), .. Frame(FrameType.Credit, nonsense.AsSpan(0, 24)), .. Frame(FrameType.Reject, nonsense.AsSpan(0, 16))]));
        Assert.Empty(_alice.Arrivals);
        Assert.Equal([_mallory.UserId], _alice.Known);
    }

    private string Post(params (string, string)[] proof)
        => Say.Post(_mallory.UserId, "x")[..^1] + Say.Lean(proof);

    private byte[] Dm(string text) => Encoding.UTF8.GetBytes(Say.DM(_mallory.UserId, _alice.UserId, text));

    private DropReason HearSealed(string text) => HearFrames(MessageBytes.Frame(Encoding.UTF8.GetBytes(text), ++_stream));

    /// <summary>Seals frames with mallory's keys as he would, and hands them to alice.</summary>
    private DropReason HearFrames(byte[] frames)
    {
        byte[] datagram = new byte[frames.Length + SessionWire.TransportOverhead];
        _mallory.Peer(_alice.UserId).Contact!.Current!.Seal(frames, datagram);
        return _alice.Hear(Inlet.Unicast, _mallory.Endpoint, datagram);
    }

    private static byte[] Frame(FrameType type, ReadOnlySpan<byte> body)
    {
        byte[] frame = new byte[Frames.Header + body.Length];
        body.CopyTo(frame.AsSpan(Frames.Header));
        Frames.WriteHeader(frame, type, body.Length);
        return frame;
    }
}
