using System;
using System.Collections.Generic;
using System.Text;
using LanPeer.Protocol.Delivery;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <summary>
/// A peer without I/O: (now, datagram or command) in, <see cref="Effects"/> out. No socket, clock, thread or lock in
/// here; whoever drives it calls from one thread at a time. docs/protocol.md is its specification.
/// </summary>
internal sealed partial class PeerMachine : IDisposable
{
    private readonly PeerSettings _settings;
    private readonly RandomSource _random;
    private readonly PeerTable _peers;
    private readonly DuplicateWindow _strangers = new();
    private readonly byte[] _peerId;
    private readonly byte[] _key;
    private readonly AnnouncementSeal? _announcementSeal;
    private readonly InboundLimits _limits = new();

    /// <summary>For sources behind a router, of which anybody can invent more than any table holds.</summary>
    private readonly InboundLimits _farLimits = new();
    private byte[] _userId;
    private LocalNetwork _network;
    private ushort _port;
    private TimeSpan _nextSweep = TimeSpan.MaxValue;
    private ulong _firstEpoch;

    public PeerMachine(PeerSettings settings, LocalNetwork network, RandomSource random, PeerSecurity security)
    {
        _settings = settings;
        _network = network;
        _random = random;
        _security = security;
        _sessions = new SessionLayer(security.Identity, security.Network, security.Epochs, security.Suite, random);
        _announcementSeal = security.Network.IsClosed ? new AnnouncementSeal(security.Network, security.Suite.Aead, random) : null;
        _peerId = Encoding.ASCII.GetBytes(security.Identity.PeerId);
        _key = Encoding.ASCII.GetBytes(Convert.ToBase64String(security.Identity.Public.AgreementKey));
        _peers = new PeerTable(settings.MaxPeers, CapacityOfAddress);
        _inboxCredit = new InboxCredit(settings.InboxMessages, settings.InboxBytes);
        Call(UserIdOf(settings.Name, network));
        do
        {
            Boot = (uint)random.NextUInt64();
        }
        while (Boot == 0);
    }

    /// <summary>The host as it was when last looked at.</summary>
    public LocalNetwork Network => _network;

    /// <summary>Random per start; 0 never.</summary>
    public uint Boot { get; }

    public IReadOnlyList<PeerEntry> Peers => _peers.Entries;

    /// <summary>The peer of that PEER_ID or user id, if it is known. Who has proven itself comes before who has not.</summary>
    public PeerEntry? FindPeer(string id)
    {
        ArgumentNullException.ThrowIfNull(id);

        // What is no user id by its length may still be a PEER_ID in groups.
        Span<byte> room = stackalloc byte[WireLimits.MaxUserId];
        ReadOnlySpan<byte> key = Encoding.UTF8.TryGetBytes(id, room, out int length) ? room[..length] : default;

        // One in conflict is found by its PEER_ID alone: what is meant for the owner of a user id must not go to him.
        PeerEntry? proven = _peers.FindProven(key);
        return (proven?.Verdict == PinVerdict.Conflict ? null : proven) ?? _peers.Find(key)
            ?? (Security.PeerId.TryNormalize(id, out string peerId) ? _peers.FindIdentity(peerId) : null);
    }

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public TimeSpan NextDeadline
    {
        get
        {
            TimeSpan next = _nextAnnouncement < _nextSweep ? _nextAnnouncement : _nextSweep;
            next = _nextProfile < next ? _nextProfile : next;
            next = NextDelivery < next ? NextDelivery : next;
            next = _nextPresence < next ? _nextPresence : next;
            return _nextSessionCare < next ? _nextSessionCare : next;
        }
    }

    /// <summary>Begins to announce itself.</summary>
    /// <param name="now">Now.</param>
    /// <param name="port">The port everything is sent from.</param>
    /// <param name="effects">Receives the first announcement.</param>
    public void Start(Moment now, ushort port, Effects effects)
    {
        _port = port;
        IntroduceAs();
        _ = _security.Epochs.TryNext(now.Utc, out _firstEpoch);
        _nextSweep = now.Elapsed + SweepInterval;
        BeginBurst(now);
        Tick(now, effects);
    }

    /// <summary>Says goodbye to those who understand it. Nothing may be asked of the peer afterwards.</summary>
    public void Stop(Moment now, Effects effects)
    {
        (int, int) payload = default;
        foreach (PeerEntry peer in _peers.Entries)
        {
            if (peer.Contact is { Current: not null })
            {
                SendFrame(peer, FrameType.Leave, default, now, effects);
            }
            else if (peer.Contact is null && peer.Proto != 0)
            {
                payload = payload == default
                    ? effects.Commit(MessageWriter.Leave(effects.Room(), NewEnvelope(now), Boot)) : payload;
                effects.Send(payload, peer.Endpoint, peer);
            }
        }

        foreach (PeerEntry peer in _peers.Entries)
        {
            if (peer.Contact is { } contact)
            {
                Abandon(contact, Obstacle.Stopped, effects);
            }
        }

        LeaveUnconfirmed(effects);
        _nextAnnouncement = _nextSweep = _nextProfile = _nextSessionCare = _nextDelivery = _nextPresence = TimeSpan.MaxValue;
        _careAt = -1;
    }

    /// <summary>Forgets all keys. Nothing may be called afterwards, and no work may be running.</summary>
    public void Dispose()
    {
        _sessions.Dispose();
        _announcementSeal?.Dispose();
    }

    /// <summary>Does what is due: announcements, expiry, profiles that had to wait.</summary>
    public void Tick(Moment now, Effects effects)
    {
        // First, because it finds out that we slept, and then there is something to announce.
        if (now.Elapsed >= _nextPresence)
        {
            CareForPresence(now, effects);
        }

        if (now.Elapsed >= _nextAnnouncement)
        {
            Announce(now, effects);
        }

        if (now.Elapsed >= _nextSweep)
        {
            _nextSweep = now.Elapsed + SweepInterval;
            Sweep(now, effects);
        }

        if (now.Elapsed >= _nextProfile)
        {
            SendDueProfiles(now, effects);
        }

        if (now.Elapsed >= _nextSessionCare)
        {
            CareForSessions(now, effects);
        }

        if (now.Elapsed >= NextDelivery)
        {
            CareForDelivery(now, effects);
        }

        Flush(now, effects);
    }

    private int CapacityOfAddress(uint address)
        => _network.IsOwn(address) ? _settings.MaxPeersOnThisHost : _settings.MaxPeersPerAddress;

    private Envelope NewEnvelope(Moment now) => new(_userId, now.Utc.ToUnixTimeSeconds(), _random.NextUInt64());
}
