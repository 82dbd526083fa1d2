using System;
using System.Collections.Generic;
using LanPeer.Protocol.Delivery;
using LanPeer.Security;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>POST and DM (docs/protocol.md, "Messages").</content>
internal sealed partial class PeerMachine
{
    /// <summary>What a text may grow by on its way: escapes double it at most, and the other fields take less than 2 KiB.</summary>
    private const int FieldRoom = 2_048;

    /// <summary>A post that waits for others does so for about as long as sealing one for all takes, which is this for each.</summary>
    private static readonly TimeSpan s_gatheringEach = TimeSpan.FromMicroseconds(8);

    /// <summary>And no longer than this: nobody sees it.</summary>
    private static readonly TimeSpan s_mostGathering = TimeSpan.FromMilliseconds(10);

    /// <summary>As long as a signature.</summary>
    private static readonly byte[] s_noSignature = new byte[WireLimits.SignatureLength];

    /// <summary>Where a post lies in the arena for each of the four forms; a length of -1 before it is written.</summary>
    private readonly (int Start, int Length)[] _encoded = new (int, int)[4];
    private string[] _audience = [];
    private long _audienceVersion;

    /// <summary>How long a post to so many waits for others, where it does.</summary>
    internal static TimeSpan GatheringOfPost(int receivers) => TimeSpan.FromTicks(Math.Clamp(
        receivers * s_gatheringEach.Ticks, Channel.MostGathering.Ticks, s_mostGathering.Ticks));

    /// <summary>
    /// Writes one post to the given peers: one encoding for each form they read, not one for each of them. Those who read one
    /// datagram do not get what does not fit it (<see cref="Effects.TooLongFor"/>).
    /// </summary>
    /// <param name="now">Now.</param>
    /// <param name="text">What to say.</param>
    /// <param name="peers">To whom.</param>
    /// <param name="patience">How long it is tried to reach those with a session.</param>
    /// <param name="effects">Receives what is to be done.</param>
    /// <param name="previous">
    /// When the one before it had left. Within <see cref="Channel.MostGathering"/> of that, and as long as anything is on the way
    /// to anybody, this one waits for more; null where there was none.
    /// </param>
    /// <returns>The message id, or null when the text is longer than 1 MiB; then nothing is sent to anyone.</returns>
    public string? Post(
        Moment now, MessageText text, IReadOnlyList<PeerEntry> peers, TimeSpan patience, Effects effects, TimeSpan? previous = null)
    {
        bool waits = now.Elapsed - previous <= Channel.MostGathering && UnsettledCount > 0;
        TimeSpan holds = waits ? GatheringOfPost(_sealedPeers) : TimeSpan.Zero;
        Envelope envelope = NewEnvelope(now);
        string id = MessageIdText(envelope);

        // Written even without receivers: whether a text fits must not depend on who is here.
        if (!TryWriteSignedPost(envelope, text, out byte[] body))
        {
            return null;
        }

        bool isToAll = ReferenceEquals(peers, _peers.Entries) && effects.Sends.Count == 0;
        if (_sealedPeers < _peers.Entries.Count)
        {
            PostInTheClear(envelope, text, peers, effects);
        }

        effects.Audience = isToAll && effects.TooLongFor.Count == 0 ? PlainAudience() : null;
        if (_sealedPeers > 0)
        {
            foreach (PeerEntry peer in peers)
            {
                if (peer.Contact is Contact contact)
                {
                    Enqueue(contact, NewMessage(peer, id, body, _sealedPeers, now, patience), now, effects);
                    MarkActive(contact);
                    PumpOrHold(contact, holds, now, effects);
                }
            }
        }

        return id;
    }

    /// <summary>Sends at once, as whoever comes back to each of 1,000 later finds nothing of it in a cache; or lets it wait for more.</summary>
    private void PumpOrHold(Contact contact, TimeSpan holds, Moment now, Effects effects)
    {
        if (holds > TimeSpan.Zero)
        {
            contact.Channel.Hold(now.Elapsed, holds);
            TimeSpan until = contact.Channel.GathersUntil;
            if (until > now.Elapsed)
            {
                _nextDelivery = until < _nextDelivery ? until : _nextDelivery;
                return;
            }
        }

        _ = Pump(contact, now, effects);
    }

    /// <summary>One datagram to each peer without a session, one encoding for each form they read.</summary>
    private void PostInTheClear(in Envelope envelope, MessageText text, IReadOnlyList<PeerEntry> peers, Effects effects)
    {
        Array.Fill(_encoded, (0, -1));
        foreach (PeerEntry peer in peers)
        {
            if (peer.Contact is not null)
            {
                continue;
            }

            WriteForm form = peer.Form;
            ref (int Start, int Length) payload = ref _encoded[((int)form.Dialect * 2) + (form.Tokens ? 1 : 0)];
            if (payload.Length < 0)
            {
                payload = effects.Commit(MessageWriter.Post(effects.Room(), envelope, text, form));
            }

            if (payload.Length > 0)
            {
                effects.Send(payload, peer.Endpoint, peer);
            }
            else
            {
                effects.TooLongFor.Add(peer);
            }
        }
    }

    /// <summary>The user ids of all peers without a session, in the table's order; made anew when the table has changed.</summary>
    private string[] PlainAudience()
    {
        if (_audienceVersion != _peers.Version)
        {
            _audienceVersion = _peers.Version;
            var ids = new List<string>();
            foreach (PeerEntry peer in _peers.Entries)
            {
                if (peer.Contact is null)
                {
                    ids.Add(peer.UserId);
                }
            }

            _audience = [.. ids];
        }

        return _audience;
    }

    /// <summary>Writes a post with its author's signature: made once, however many get it, and not at all for nobody.</summary>
    /// <returns>False when the text is too long.</returns>
    private bool TryWriteSignedPost(in Envelope envelope, MessageText text, out byte[] body)
    {
        body = [];
        bool isSigned = _sealedPeers > 0;
        Span<byte> room = RoomFor(text.Text);
        int length = room.IsEmpty ? 0 : MessageWriter.SignedPost(room, envelope, text,
            isSigned ? PostSignature.Sign(_security.Identity, _security.Network.Name, envelope, text) : s_noSignature);
        body = isSigned ? room[..length].ToArray() : body;
        return length > 0;
    }

    /// <summary>Room for a message with this text; none when it is too long whatever is written around it.</summary>
    private Span<byte> RoomFor(string text)
        => text.Length > WireLimits.MaxMessage ? default
            : TextRoom((2 * System.Text.Encoding.UTF8.GetByteCount(text)) + FieldRoom);

    /// <summary>Writes one direct message.</summary>
    /// <param name="now">Now.</param>
    /// <param name="peer">To whom.</param>
    /// <param name="text">What to say.</param>
    /// <param name="patience">How long it is tried to reach one with a session.</param>
    /// <param name="effects">Receives what is to be done.</param>
    /// <returns>The message id, or null when the text is longer than what this receiver reads: 1 MiB, or one datagram.</returns>
    public string? DM(Moment now, PeerEntry peer, MessageText text, TimeSpan patience, Effects effects)
    {
        Envelope envelope = NewEnvelope(now);
        Span<byte> room = peer.Contact is null ? effects.Room() : RoomFor(text.Text);
        int length = room.IsEmpty ? 0 : MessageWriter.DM(room, envelope, peer.Key, text, peer.Form);
        if (length == 0)
        {
            return null;
        }

        string id = MessageIdText(envelope);
        if (peer.Contact is null)
        {
            effects.Send(effects.Commit(length), peer.Endpoint, peer);
        }
        else
        {
            Queue(NewMessage(peer, id, room[..length], now, patience), now, effects);
        }

        return id;
    }

    private static string MessageIdText(in Envelope envelope) => DatagramWriter.HexText(envelope.MessageId);

    private DropReason OnPost(in Datagram datagram, in Inbound inbound)
        => Deliver(datagram, inbound, to: "");

    private DropReason OnDM(in Datagram datagram, in Inbound inbound)
        => datagram[Field.To].SequenceEqual(_userId) ? Deliver(datagram, inbound, UserId)
            : IsFormer(datagram[Field.To]) ? Deliver(datagram, inbound, datagram.Text(Field.To)) : DropReason.NotForUs;

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
            ShareKeyOf(datagram, inbound, peer), inbound.Peer is not null, inbound.Peer is not null && datagram.Type == MessageType.Post ? datagram.Copy() : null, datagram.IsJson));
        return DropReason.None;
    }

    /// <summary>
    /// Whether a post has a signature and names no other author than its sender. The session says who sent it; whether the
    /// signature is right matters to those it is shown to later, and takes ten times as long to find out as all the rest.
    /// </summary>
    private static bool IsProvenBy(in Datagram post, PeerEntry peer)
        => post[Field.Signature].Length == WireLimits.SignatureLength
            && !PostSignature.NamesAnother(post, peer.Who!);

    /// <summary>Whether a message comes for the first time; its sender may have become known since.</summary>
    private bool IsFirst(in Datagram datagram, PeerEntry? peer)
        => peer is null
            ? _strangers.TryAdd(datagram.Type, datagram[Field.MessageId], datagram.Sender)
            : !_strangers.Has(datagram.Type, datagram[Field.MessageId], datagram.Sender)
                && peer.Duplicates.TryAdd(datagram.Type, datagram[Field.MessageId]);

    /// <summary>A host may invent as many senders as it likes and still has one share. This host's users have one each.</summary>
    private string ShareKeyOf(in Datagram datagram, in Inbound inbound, PeerEntry? peer)
        => !_network.IsOwn(inbound.Source.Address)
            ? peer?.Endpoint.Address == inbound.Source.Address ? peer.AddressText : inbound.Source.AddressText
            : peer is not null && datagram.Sender.SequenceEqual(peer.Key) ? peer.UserId : System.Text.Encoding.UTF8.GetString(datagram.Sender);

    private bool IsFormer(ReadOnlySpan<byte> to)
    {
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
