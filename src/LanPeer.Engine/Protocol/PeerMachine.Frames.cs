using System;
using LanPeer.Protocol.Delivery;
using LanPeer.Protocol.Presence;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>What goes through a session (docs/protocol.md, "Frames").</content>
internal sealed partial class PeerMachine
{
    /// <summary>What an idle peer keeps for writing messages.</summary>
    private const int KeptText = 65_536;

    private readonly byte[] _frames = new byte[PathSize.SameHost - SessionWire.TransportOverhead];
    private byte[] _text = new byte[KeptText];

    /// <summary>Where a message for sessions is written, of up to 1 MiB.</summary>
    /// <param name="length">What it takes at most; less than that many bytes are not there.</param>
    private Span<byte> TextRoom(int length = 0)
    {
        length = Math.Clamp(length, KeptText, WireLimits.MaxMessage);
        if (_text.Length < length || (_text.Length > KeptText && length == KeptText))
        {
            _text = new byte[length];
        }

        return _text;
    }

    /// <summary>Seals one frame for a peer at once; without keys it begins the handshake that gives them instead.</summary>
    private void SendFrame(PeerEntry peer, FrameType type, ReadOnlySpan<byte> body, Moment now, Effects effects)
    {
        if (peer.Contact!.Current is not TransportKeys keys || !keys.MaySeal(now.Elapsed))
        {
            BeginAt(peer, now);
            return;
        }

        body.CopyTo(_frames.AsSpan(Frames.Header));
        int length = Frames.WriteHeader(_frames, type, body.Length);
        effects.Send(effects.Commit(keys.Seal(_frames.AsSpan(0, length), effects.Room())), peer.Endpoint);
    }

    /// <summary>A message goes to a peer or came from it: its keys end sooner from now on, and may be due for new ones.</summary>
    private void NoteMessage(PeerEntry peer, Moment now)
    {
        if (peer.Contact!.Current is { CarriedMessage: false } keys)
        {
            keys.NoteMessage();
            _nextSessionCare = keys.EndsAt < _nextSessionCare ? keys.EndsAt : _nextSessionCare;
            if (SessionLayer.IsRekeyDue(peer.Contact, now.Elapsed))
            {
                BeginAt(peer, now);
            }
        }
    }

    private DropReason OnFrames(ReadOnlySpan<byte> rest, in Inbound inbound)
    {
        DropReason reason = DropReason.None;
        Span<byte> question = stackalloc byte[Frames.TokenLength];
        bool isAsked = false;
        for (int i = 0; !rest.IsEmpty; i++)
        {
            if (i == Frames.MaxFrames || !Frames.TryRead(ref rest, out FrameType type, out ReadOnlySpan<byte> body))
            {
                reason = DropReason.BadFrame;
                break;
            }

            if (type == FrameType.Ping && body.Length == Frames.TokenLength)
            {
                // One answer to a datagram, however many questions are in it.
                body.CopyTo(question);
                isAsked = true;
                continue;
            }

            DropReason found = OnFrame(type, body, inbound);
            reason = found != DropReason.None ? found : reason;

            // Goodbye: whatever follows is nobody's any more.
            if (inbound.Peer!.Contact!.Entry != inbound.Peer)
            {
                return reason;
            }
        }

        if (isAsked)
        {
            AnswerPing(inbound.Peer!, question, inbound.Now, inbound.Effects);
        }

        return reason;
    }

    private DropReason OnFrame(FrameType type, ReadOnlySpan<byte> body, in Inbound inbound)
    {
        switch (type)
        {
            case FrameType.Pong:
                OnPong(inbound.Peer!, body, inbound.Now, inbound.Effects);
                NotePong(body, inbound);
                return DropReason.None;
            case FrameType.Claim:
                return OnClaim(inbound.Peer!, body, inbound.Now, inbound.Effects);
            case FrameType.ProbeRequest:
                return OnProbeRequest(inbound.Peer!, body, inbound.Now, inbound.Effects);
            case FrameType.ProbeAnswer:
                return OnProbeAnswer(body);
            case FrameType.Member:
                return OnMember(body, inbound);
            case FrameType.Leave:
                Tell(inbound.Peer!, ClaimKind.Left, inbound.Now);
                Forget(inbound.Peer!, PeerChangeKind.Left, inbound.Effects);
                return DropReason.None;
            case FrameType.Message or FrameType.Ack or FrameType.Credit or FrameType.Skip or FrameType.Reject:
                return OnDeliveryFrame(type, body, inbound);
            default:
                return DropReason.None;
        }
    }
}
