using System;
using System.Collections.Generic;
using LanPeer.Wire;

namespace LanPeer.Security.Sessions;

/// <content>What comes from the network, before anything about it is believed.</content>
internal sealed partial class SessionLayer
{
    /// <summary>Initiations waiting to be opened, in all and of one source. At a third of a millisecond each, 0.1 s of work.</summary>
    private const int MaxWaiting = 256;
    private const int MaxWaitingOfSource = 32;

    /// <summary>Initiations waiting from which on a peer is under load.</summary>
    private const int LoadedFrom = 32;

    /// <summary>Initiations a second that are opened without asking for a cookie, all sources together.</summary>
    private const double FreeRate = 100;
    private const double FreeBurst = 200;

    /// <summary>Initiations a second of one source that has returned a cookie, as WireGuard.</summary>
    private const double ProvenRate = 20;
    private const double ProvenBurst = 40;

    /// <summary>Cookie replies a second to one source, and to all: 2,000 cost about 1 % of a core.</summary>
    private const double ReplyRate = 5;
    private const double ReplyBurst = 20;
    private const double AllReplies = 2_000;

    /// <summary>Responses to one initiation that are opened in vain before the rest waits for the next initiation.</summary>
    private const int MaxFalseResponses = 16;

    private readonly FairQueue<ReadInitiationWork> _strangersWork = new(MaxWaiting, MaxWaitingOfSource);
    private readonly SourceLimiter<ulong> _proven = new(ProvenRate, ProvenBurst, 8_192);
    private readonly SourceLimiter<ulong> _replies = new(ReplyRate, ReplyBurst, 8_192);
    private readonly Dictionary<uint, byte[]> _mac1Keys = [];
    private TokenBucket _free;
    private TokenBucket _allReplies;

    /// <summary>Takes an initiation.</summary>
    /// <param name="datagram">Of the right length; not kept.</param>
    /// <param name="source">Where it came from.</param>
    /// <param name="sourceKey">What counts as one source.</param>
    /// <param name="now">Now.</param>
    /// <param name="reply">Room for a cookie reply.</param>
    /// <param name="replyLength">Its length, when the reason is UnderLoad and a reply is due.</param>
    public DropReason OnInitiation(
        ReadOnlySpan<byte> datagram, Ipv4Endpoint source, ulong sourceKey, TimeSpan now, Span<byte> reply, out int replyLength)
    {
        replyLength = 0;
        if (Network.Find(SessionWire.ReadUInt32(datagram, 4)) is not NetworkSecret secret)
        {
            return DropReason.OtherNetwork;
        }

        if (!Macs.IsMac1Right(datagram, OwnMac1Key(secret)))
        {
            return DropReason.NotAuthentic;
        }

        if (_strangersWork.Count >= LoadedFrom || !_free.TryTake(now, 1, FreeRate, FreeBurst))
        {
            if (!_cookies.IsReturned(datagram, source, now))
            {
                replyLength = ReplyWithCookie(datagram, source, sourceKey, now, reply);
                return DropReason.UnderLoad;
            }

            if (!_proven.TryTake(sourceKey, now))
            {
                return DropReason.RateLimited;
            }
        }

        return _strangersWork.TryEnqueue(sourceKey, new ReadInitiationWork(Context, secret, datagram.ToArray(), source))
            ? DropReason.None : DropReason.RateLimited;
    }

    /// <summary>Takes a response.</summary>
    /// <param name="datagram">Of the right length; not kept.</param>
    /// <param name="source">Where it came from.</param>
    /// <param name="now">Now.</param>
    public DropReason OnResponse(ReadOnlySpan<byte> datagram, Ipv4Endpoint source, TimeSpan now)
    {
        if (!_slots.TryGetValue(SessionWire.ReadUInt32(datagram, 8), out Slot slot) || slot.Attempt is not { Noise: not null } attempt)
        {
            return DropReason.UnknownSession;
        }

        if (!Macs.IsMac1Right(datagram, OwnMac1Key(attempt.Secret)))
        {
            return DropReason.NotAuthentic;
        }

        if (attempt.IsBusy || attempt.FalseResponses >= MaxFalseResponses)
        {
            return DropReason.RateLimited;
        }

        attempt.IsBusy = true;
        attempt.FalseResponses++;
        _ownWork.Enqueue(new ReadResponseWork(Context, slot.Session, attempt, datagram.ToArray(), source, now));
        return DropReason.None;
    }

    /// <summary>Takes a cookie; the initiation it answers is made anew with it at once.</summary>
    public DropReason OnCookieReply(ReadOnlySpan<byte> datagram, Moment now)
    {
        if (!_slots.TryGetValue(SessionWire.ReadUInt32(datagram, 4), out Slot slot) || slot.Attempt is not { Noise: not null } attempt)
        {
            return DropReason.UnknownSession;
        }

        byte[] cookie = new byte[SessionWire.MacLength];
        if (!CookieJar.TryOpenReply(datagram, _suite.Aead, slot.Session.RemoteStatic, attempt.Mac1, cookie))
        {
            return DropReason.NotAuthentic;
        }

        PeerSession session = slot.Session;
        session.Cookie = cookie;
        session.CookieUntil = now.Elapsed + CookieJar.Lifetime;
        if (!attempt.IsBusy && !attempt.HasCookie)
        {
            Abandon(session);
            if (Initiate(session, attempt.To, now, attempt.Tries, SessionTimes.Retries.Length))
            {
                session.Attempt!.HasCookie = true;
            }
        }

        return DropReason.None;
    }

    /// <summary>Opens a transport datagram.</summary>
    /// <param name="datagram">Not kept.</param>
    /// <param name="frames">Receives what was sealed, 32 bytes less than the datagram.</param>
    /// <param name="now">Now.</param>
    /// <param name="session">Whose it is.</param>
    /// <param name="isConfirmation">Whether it is the first under keys of our response: see <see cref="Confirm"/>.</param>
    public DropReason OnTransport(
        ReadOnlySpan<byte> datagram, Span<byte> frames, TimeSpan now, out PeerSession? session, out bool isConfirmation)
    {
        session = null;
        isConfirmation = false;
        if (!_slots.TryGetValue(SessionWire.ReadUInt32(datagram, 4), out Slot slot) || slot.Keys is not TransportKeys keys
            || now >= keys.EndsAt)
        {
            return DropReason.UnknownSession;
        }

        OpenResult result = keys.Open(datagram, frames);
        if (result != OpenResult.Opened)
        {
            return result == OpenResult.Replayed ? DropReason.Replayed : DropReason.NotAuthentic;
        }

        session = slot.Session;
        isConfirmation = keys == session.Next;
        return DropReason.None;
    }

    private int ReplyWithCookie(ReadOnlySpan<byte> datagram, Ipv4Endpoint source, ulong sourceKey, TimeSpan now, Span<byte> reply)
        => _replies.TryTake(sourceKey, now) && _allReplies.TryTake(now, 1, AllReplies, AllReplies)
            ? _cookies.WriteReply(reply, datagram, source, now) : 0;

    private byte[] OwnMac1Key(NetworkSecret secret)
    {
        if (!_mac1Keys.TryGetValue(secret.KeyId, out byte[]? key))
        {
            _mac1Keys[secret.KeyId] = key = Macs.Mac1Key(_identity.Public.AgreementKey, secret);
        }

        return key;
    }
}
