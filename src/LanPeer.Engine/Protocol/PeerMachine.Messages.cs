using System;
using System.Collections.Generic;
using LanPeer.Security;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>POST and DM (docs/protocol.md, "Messages").</content>
internal sealed partial class PeerMachine
{
    /// <summary>Writes one post to the given peers: one encoding for each form they read, not one for each of them.</summary>
    /// <returns>The message id, or null when the text does not fit one datagram; then nothing is sent to anyone.</returns>
    public string? Post(Moment now, string text, IReadOnlyList<PeerEntry> peers, Effects effects)
    {
        Envelope envelope = NewEnvelope(now);
        var payloads = new Dictionary<WriteForm, (int, int)>();

        // The seed's own form is written first even without receivers: whether a text fits must not depend on who is here.
        _ = TryEncode(default, out bool fits);
        bool isSealed = false;
        foreach (PeerEntry peer in peers)
        {
            isSealed |= peer.Contact is not null;
            fits = fits && (peer.Contact is not null || TryEncode(peer.Form, out _));
        }

        int sealedLength = fits && isSealed ? WriteSignedPost(envelope, text) : 0;
        if (!fits || (isSealed && sealedLength == 0))
        {
            return null;
        }

        foreach (PeerEntry peer in peers)
        {
            if (peer.Contact is not null)
            {
                SendText(peer, sealedLength, now, effects);
            }
            else
            {
                effects.Send(payloads[peer.Form], peer.Endpoint, peer);
            }
        }

        return MessageIdText(envelope);

        bool TryEncode(WriteForm form, out bool fitted)
        {
            if (!payloads.ContainsKey(form))
            {
                int length = MessageWriter.Post(effects.Room(), envelope, text, form);
                if (length == 0)
                {
                    return fitted = false;
                }

                payloads[form] = effects.Commit(length);
            }

            return fitted = true;
        }
    }

    /// <summary>Writes a post with its author's signature into the room for sealed texts: made once, however many get it.</summary>
    private int WriteSignedPost(in Envelope envelope, string text)
        => MessageWriter.SignedPost(TextRoom, envelope, text, new PostProof
        {
            PeerId = _peerId,
            Key = _key,
            SignKey = _signKey,
            Signature = PostSignature.Sign(_security.Identity, _security.Network.Name, envelope, text),
        });

    /// <summary>Writes one direct message.</summary>
    /// <returns>The message id, or null when the text does not fit one datagram.</returns>
    public string? DM(Moment now, PeerEntry peer, string text, Effects effects)
    {
        Envelope envelope = NewEnvelope(now);
        int length = MessageWriter.DM(
            peer.Contact is null ? _frames.AsSpan(Frames.Header) : TextRoom, envelope, peer.Key, text, peer.Form);
        if (length == 0)
        {
            return null;
        }

        SendText(peer, length, now, effects);
        return MessageIdText(envelope);
    }

    private static string MessageIdText(in Envelope envelope)
        => envelope.MessageId.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);

    private DropReason OnPost(in Datagram datagram, in Inbound inbound)
        => Deliver(datagram, inbound, to: "");

    private DropReason OnDM(in Datagram datagram, in Inbound inbound)
        => IsForUs(datagram[Field.To]) ? Deliver(datagram, inbound, datagram.Text(Field.To)) : DropReason.NotForUs;

    private DropReason Deliver(in Datagram datagram, in Inbound inbound, string to)
    {
        DropReason reason = FindSender(datagram, inbound, out PeerEntry? peer);
        if (reason != DropReason.None)
        {
            return reason;
        }

        if (inbound.Peer is not null && datagram.Type == MessageType.Post && !IsProvenBy(datagram, inbound.Peer))
        {
            return DropReason.Unproven;
        }

        if (!IsFirst(datagram, peer))
        {
            return DropReason.Duplicate;
        }

        if (peer is null && datagram.Dialect == Dialect.Lean)
        {
            Introduce(inbound);
        }

        inbound.Effects.Arrivals.Add(new Arrival(
            datagram.Type, peer?.UserId ?? System.Text.Encoding.UTF8.GetString(datagram.Sender), peer, to,
            datagram.ContentText(), null, datagram.Timestamp, datagram.Text(Field.MessageId), inbound.Now.Utc,
            ShareKeyOf(datagram, inbound), inbound.Peer is not null && datagram.Type == MessageType.Post ? datagram.Copy() : null));
        return DropReason.None;
    }

    /// <summary>
    /// Whether a post names its sender's keys and has a signature. The session says who sent it; whether the signature is
    /// right matters to those it is shown to later, and takes ten times as long to find out as all the rest.
    /// </summary>
    private static bool IsProvenBy(in Datagram post, PeerEntry peer)
        => post[Field.Signature].Length == WireLimits.SignatureLength
            && PostSignature.NamesAuthor(post, peer.Who!);

    /// <summary>Whether a message comes for the first time; its sender may have become known since.</summary>
    private bool IsFirst(in Datagram datagram, PeerEntry? peer)
        => peer is null
            ? _strangers.TryAdd(datagram.Type, datagram[Field.MessageId], datagram.Sender)
            : !_strangers.Has(datagram.Type, datagram[Field.MessageId], datagram.Sender)
                && peer.Duplicates.TryAdd(datagram.Type, datagram[Field.MessageId]);

    /// <summary>A host may invent as many senders as it likes and still has one share. This host's users have one each.</summary>
    private string ShareKeyOf(in Datagram datagram, in Inbound inbound)
        => _network.IsOwn(inbound.Source.Address)
            ? System.Text.Encoding.UTF8.GetString(datagram.Sender) : inbound.Source.AddressText;

    private bool IsForUs(ReadOnlySpan<byte> to)
    {
        if (to.SequenceEqual(_userId))
        {
            return true;
        }

        foreach (byte[] former in _formerIds)
        {
            if (to.SequenceEqual(former))
            {
                return true;
            }
        }

        return false;
    }
}
