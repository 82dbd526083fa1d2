using System;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>What goes through a session (docs/protocol.md, "Frames").</content>
internal sealed partial class PeerMachine
{
    /// <summary>The largest text that fits one sealed datagram.</summary>
    private const int MaxSealedText = WireLimits.MaxDatagram - SessionWire.TransportOverhead - Frames.Header;

    /// <summary>Frames of one datagram that are acted on; nobody sends more.</summary>
    private const int MaxFrames = 64;

    /// <summary>Bytes that wait for handshakes with all peers together.</summary>
    private const int MaxWaitingBytes = 16 * 1_048_576;

    private readonly byte[] _frames = new byte[WireLimits.MaxDatagram];

    /// <summary>Where a text for a sealed frame is written; <see cref="SendText"/> takes it from there.</summary>
    private Span<byte> TextRoom => _frames.AsSpan(Frames.Header, MaxSealedText);

    /// <summary>Sends the text in <see cref="TextRoom"/>: as a datagram to a plain peer, as a frame to one with a session.</summary>
    private void SendText(PeerEntry peer, int length, Moment now, Effects effects)
    {
        if (peer.Contact is not null)
        {
            SendFrames(peer, Frames.WriteHeader(_frames, FrameType.Text, length), now, effects, isMessage: true);
            return;
        }

        _frames.AsSpan(Frames.Header, length).CopyTo(effects.Room());
        effects.Send(effects.Commit(length), peer.Endpoint, peer);
    }

    private void SendFrame(PeerEntry peer, FrameType type, ReadOnlySpan<byte> body, Moment now, Effects effects)
    {
        body.CopyTo(_frames.AsSpan(Frames.Header));
        SendFrames(peer, Frames.WriteHeader(_frames, type, body.Length), now, effects, isMessage: false);
    }

    /// <summary>
    /// Seals the first bytes of the frame buffer for a peer, or lets them wait for the handshake that gives the keys. A
    /// message waits too when the peer knows us by a former user id, as it would drop it as forged, and while the place it
    /// would go to is not proven to be the peer's.
    /// </summary>
    private void SendFrames(PeerEntry peer, int length, Moment now, Effects effects, bool isMessage)
    {
        Contact contact = peer.Contact!;
        if (contact.Current is TransportKeys keys && keys.MaySeal(now.Elapsed) && (!isMessage || (peer.IsReachable && keys.IntroducedAs == _sessions.Own)))
        {
            int sealedLength = keys.Seal(_frames.AsSpan(0, length), effects.Room());
            effects.Send(effects.Commit(sealedLength), peer.Endpoint, isMessage ? peer : null);
            return;
        }

        if (isMessage)
        {
            bool isWaiting = WaitingBytes() + length <= MaxWaitingBytes && contact.TryWait(_frames.AsSpan(0, length));
            effects.Waiting.Add(new WaitingMessage(peer, isWaiting));
        }

        if (contact.Current is null || contact.Current.IntroducedAs != _sessions.Own || !contact.Current.MaySeal(now.Elapsed))
        {
            BeginAt(peer, now);
        }
        else
        {
            ProbePlaces(peer, now, effects);
        }
    }

    private long WaitingBytes()
    {
        long bytes = 0;
        foreach (Contact contact in _contacts.All)
        {
            bytes += contact.WaitingBytes;
        }

        return bytes;
    }

    /// <summary>What waited goes out under the new keys.</summary>
    /// <returns>Whether there was anything.</returns>
    private bool FlushWaiting(PeerEntry peer, Moment now, Effects effects)
    {
        bool isAny = false;
        while (peer.IsReachable && peer.Contact!.TryTakeWaiting(out byte[]? frames))
        {
            frames!.CopyTo(_frames, 0);
            SendFrames(peer, frames.Length, now, effects, isMessage: false);
            isAny = true;
        }

        return isAny;
    }

    private DropReason OnFrames(ReadOnlySpan<byte> rest, in Inbound inbound)
    {
        DropReason reason = DropReason.None;
        Span<byte> question = stackalloc byte[Frames.TokenLength];
        bool isAsked = false;
        for (int i = 0; !rest.IsEmpty; i++)
        {
            if (i == MaxFrames || !Frames.TryRead(ref rest, out FrameType type, out ReadOnlySpan<byte> body))
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
            SendFrame(inbound.Peer!, FrameType.Pong, question, inbound.Now, inbound.Effects);
        }

        return reason;
    }

    private DropReason OnFrame(FrameType type, ReadOnlySpan<byte> body, in Inbound inbound)
    {
        switch (type)
        {
            case FrameType.Text:
                DropReason reason = DatagramReader.Read(body, out Datagram datagram);
                return reason != DropReason.None ? reason : OnMessage(datagram, inbound);
            case FrameType.Pong:
                OnPong(inbound.Peer!, body, inbound.Now, inbound.Effects);
                return DropReason.None;
            case FrameType.Leave:
                Forget(inbound.Peer!, PeerChangeKind.Left, inbound.Effects);
                return DropReason.None;
            default:
                return DropReason.None;
        }
    }
}
