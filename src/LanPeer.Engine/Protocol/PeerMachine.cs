using System;
using System.Collections.Generic;
using System.Text;
using LanPeer.Protocol.Delivery;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <summary>Which socket a datagram came through.</summary>
internal enum Inlet : byte
{
    /// <summary>The peer's own port, from which it also sends everything.</summary>
    Unicast,

    /// <summary>The shared discovery port, 50999.</summary>
    Discovery,
}

/// <summary>
/// A peer without I/O: (now, datagram or command) in, <see cref="Effects"/> out. No socket, clock, thread or lock in
/// here; whoever drives it calls from one thread at a time. docs/protocol.md is its specification.
/// </summary>
internal sealed partial class PeerMachine : IDisposable
{
    /// <summary>Former own ids that DMs are still accepted for after a change of address.</summary>
    private const int FormerIds = 4;

    private readonly PeerSettings _settings;
    private readonly RandomSource _random;
    private readonly PeerTable _peers;
    private readonly DuplicateWindow _strangers = new();
    private readonly List<byte[]> _formerIds = [];
    private readonly byte[] _peerId;
    private readonly byte[] _key;
    private readonly byte[] _signKey;
    private readonly AnnouncementSeal? _announcementSeal;
    private readonly InboundLimits _limits = new();

    /// <summary>For sources behind a router, of which anybody can invent more than any table holds.</summary>
    private readonly InboundLimits _farLimits = new();
    private byte[] _userId;
    private LocalNetwork _network;
    private ushort _port;
    private TimeSpan _nextSweep = TimeSpan.MaxValue;
    private TimeSpan _nextOwnIdWarning;
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
        _signKey = Encoding.ASCII.GetBytes(Convert.ToBase64String(security.Identity.Public.SigningKey));
        _peers = new PeerTable(settings.MaxPeers, CapacityOfAddress);
        _inboxCredit = new InboxCredit(settings.InboxMessages, settings.InboxBytes);
        _userId = MakeUserId();
        do
        {
            Boot = (uint)random.NextUInt64();
        }
        while (Boot == 0);
    }

    /// <summary>The own id, name@address. Changes when the host loses the address.</summary>
    public string UserId => Encoding.UTF8.GetString(_userId);

    /// <summary>The host as it was when last looked at.</summary>
    public LocalNetwork Network => _network;

    /// <summary>Random per start; 0 never.</summary>
    public uint Boot { get; }

    public IReadOnlyList<PeerEntry> Peers => _peers.Entries;

    /// <summary>The peer of that PEER_ID or user id, if it is known. Who has proven itself comes before who has not.</summary>
    public PeerEntry? FindPeer(string id)
    {
        byte[] key = Encoding.UTF8.GetBytes(id);

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
            next = _nextDelivery < next ? _nextDelivery : next;
            next = _nextPresence < next ? _nextPresence : next;
            return _nextSessionCare < next ? _nextSessionCare : next;
        }
    }

    private TimeSpan SweepInterval => TimeSpan.FromTicks(Math.Clamp(
        _settings.PeerTimeout.Ticks / 20, TimeSpan.TicksPerMillisecond * 20, TimeSpan.TicksPerSecond * 15));

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
    }

    /// <summary>Forgets all keys. Nothing may be called afterwards, and no work may be running.</summary>
    public void Dispose()
    {
        _sessions.Dispose();
        _announcementSeal?.Dispose();
    }

    /// <summary>The host's addresses changed: announce anew, under a new id when the old address is gone.</summary>
    public void NetworkChanged(Moment now, LocalNetwork network, Effects effects)
    {
        _network = network;
        if (UserIds.TryGetAddress(_userId, out uint address) && address != network.PrimaryAddress
            && (Ipv4Endpoint.IsLoopbackAddress(address) || !network.IsOwn(address)))
        {
            _formerIds.Add(_userId);
            if (_formerIds.Count > FormerIds)
            {
                _formerIds.RemoveAt(0);
            }

            _userId = MakeUserId();
            IntroduceAs();

            // Those with a session learn the new id by a new handshake, from the new address.
            foreach (Contact contact in _contacts.All)
            {
                if (contact.Entry is PeerEntry peer)
                {
                    BeginAnew(contact, peer.Endpoint, now);
                }
                else if (contact.Attempt is { } attempt)
                {
                    BeginAnew(contact, attempt.To, now, attempt.MaxTries);
                }
            }
        }

        BeginBurst(now);
        Tick(now, effects);
    }

    /// <summary>Takes one datagram.</summary>
    /// <param name="now">Now.</param>
    /// <param name="inlet">The socket it came through.</param>
    /// <param name="source">Where the network says it came from.</param>
    /// <param name="bytes">Its payload; not kept.</param>
    /// <param name="effects">Receives what is to be done.</param>
    /// <returns>Why it was dropped, or <see cref="DropReason.None"/>.</returns>
    public DropReason Receive(Moment now, Inlet inlet, Ipv4Endpoint source, ReadOnlySpan<byte> bytes, Effects effects)
    {
        if (!source.IsUsable || _network.IsBroadcast(source.Address))
        {
            return DropReason.BadSource;
        }

        if (_network.IsLoopbackOnly && !source.IsLoopback)
        {
            return DropReason.OffNetwork;
        }

        var inbound = new Inbound(now, inlet, source, bytes.Length, effects);
        if (bytes.Length > 0 && bytes[0] == WireLimits.BinaryMark)
        {
            return OnSealed(bytes, inbound);
        }

        if (_security.Network.IsClosed)
        {
            return DropReason.PlainText;
        }

        DropReason reason = DatagramReader.Read(bytes, out Datagram datagram);
        return reason != DropReason.None ? reason : OnMessage(datagram, inbound);
    }

    /// <summary>A message, from a datagram of its own or from a session.</summary>
    private DropReason OnMessage(in Datagram datagram, in Inbound inbound)
    {
        bool hasIdentity = datagram.Has(Field.PeerId) && datagram.Type == MessageType.PeerDiscovery;
        bool isOwn = datagram.Boot == Boot
            || (hasIdentity ? datagram[Field.PeerId].SequenceEqual(_peerId) : datagram.Sender.SequenceEqual(_userId));
        if (inbound.Peer is null && isOwn)
        {
            return OnOwnId(datagram, inbound);
        }

        if (!IsWithinLimits(datagram, inbound))
        {
            return DropReason.RateLimited;
        }

        return datagram.Type switch
        {
            MessageType.PeerDiscovery when inbound.Peer is null => OnDiscovery(datagram, inbound),
            MessageType.Ping when inbound.Peer is null => OnPing(datagram, inbound),
            MessageType.Post => OnPost(datagram, inbound),
            MessageType.DM => OnDM(datagram, inbound),
            MessageType.Profile => OnProfile(datagram, inbound),
            MessageType.PeerListRequest => OnPeerListRequest(datagram, inbound),
            MessageType.PeerListResponse => OnPeerListResponse(datagram, inbound),
            MessageType.Leave when inbound.Peer is null => OnLeave(datagram, inbound),
            _ => DropReason.Ignored,
        };
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

        if (now.Elapsed >= _nextDelivery)
        {
            CareForDelivery(now, effects);
        }

        Flush(now, effects);
    }

    private bool IsWithinLimits(in Datagram datagram, in Inbound inbound)
    {
        if (_network.IsOwn(inbound.Source.Address))
        {
            return true;
        }

        PeerEntry? peer = inbound.Peer ?? _peers.Find(datagram.Sender);
        // What comes through a session was asked for: how much of it, the credit says.
        return peer is not null && inbound.Peer is not null && datagram.Type is MessageType.Post or MessageType.DM ? true
            : peer is not null && (inbound.Peer is not null || AddressRule.SpeaksFor(_network, peer, inbound.Source))
            ? InboundLimits.Allows(peer, datagram.Type, inbound.Now.Elapsed)
            : (_network.IsOnLink(inbound.Source.Address) ? _limits : _farLimits)
                .Allows(inbound.Source.Address, datagram.Type, inbound.Now.Elapsed);
    }

    private DropReason OnOwnId(in Datagram datagram, in Inbound inbound)
    {
        // Under a former id too: a broadcast may come back after a change of address.
        if (datagram.Boot == Boot)
        {
            return DropReason.Own;
        }

        // A twin under the same name at the same address: others cannot tell the two apart, so the user must hear of it.
        // Without a network many hosts have the address 127.0.0.1. Anybody else is a forger, and gets no warning out of us.
        bool isTwin = AddressRule.Match(_network, _userId, inbound.Source) == AddressMatch.Same
            || Ipv4Endpoint.IsLoopbackAddress(_network.PrimaryAddress);
        if (datagram.Has(Field.PeerId) && datagram.Type == MessageType.PeerDiscovery)
        {
            // Anybody can repeat what this peer announced in an earlier run. Only a handshake shows a second owner of its keys.
            ChallengeTwin(inbound);
            return DropReason.OwnId;
        }

        if (isTwin && datagram.Type == MessageType.PeerDiscovery)
        {
            WarnOfTwin(inbound.Now, inbound.Effects);
        }

        return DropReason.OwnId;
    }

    /// <summary>Tells, once a minute at most, that another program is seen under this peer's user id or keys.</summary>
    private void WarnOfTwin(Moment now, Effects effects)
    {
        if (now.Elapsed >= _nextOwnIdWarning)
        {
            _nextOwnIdWarning = now.Elapsed + TimeSpan.FromMinutes(1);
            effects.Changes.Add(new PeerChange(PeerChangeKind.Conflict, null));
        }
    }

    private DropReason OnLeave(in Datagram datagram, in Inbound inbound)
    {
        PeerEntry? peer = _peers.Find(datagram.Sender);
        if (peer is null)
        {
            return IsProtected(datagram.Sender) ? DropReason.Downgrade : DropReason.UnknownSender;
        }

        if (!AddressRule.SpeaksFor(_network, peer, inbound.Source) || peer.Endpoint.Port != inbound.Source.Port
            || peer.Boot == 0 || datagram.Boot != peer.Boot)
        {
            return DropReason.AddressMismatch;
        }

        Forget(peer, PeerChangeKind.Left, inbound.Effects);
        return DropReason.None;
    }

    private void Sweep(Moment now, Effects effects)
    {
        for (int i = _peers.Count - 1; i >= 0; i--)
        {
            PeerEntry peer = _peers.Entries[i];
            if (peer.Contact is null && now.Elapsed - peer.LastSeen > _settings.PeerTimeout)
            {
                Forget(peer, PeerChangeKind.Expired, effects);
            }
            else if (peer.Contact is Contact contact && SessionLayer.IsRekeyDue(contact, now.Elapsed))
            {
                BeginAt(peer, now);
            }
        }
    }

    private void Forget(PeerEntry peer, PeerChangeKind kind, Effects effects)
    {
        SetProfileOf(peer, null);
        _peers.Remove(peer);
        peer.Presence = kind == PeerChangeKind.Expired ? PeerPresence.Gone : PeerPresence.Left;
        if (peer.Contact is Contact contact)
        {
            Abandon(contact, Obstacle.Gone, effects);
            if (_security.Network.IsClosed)
            {
                // It may come back with the network's next key.
                NoteMember(peer.Endpoint, peer.LastSeen);
            }

            Unwatch(peer);
            contact.Entry = null;
            _sealedPeers--;
            Dismiss(contact, effects);
        }

        effects.Changes.Add(new PeerChange(kind, peer));
    }

    /// <summary>The sender of a message that is no announcement: known and speaking from its address, or at least plausible.</summary>
    private DropReason FindSender(in Datagram datagram, in Inbound inbound, out PeerEntry? peer)
    {
        if (inbound.Peer is not null)
        {
            // In a session there is no other sender than the one it belongs to.
            peer = inbound.Peer;
            return datagram.Sender.SequenceEqual(peer.Key) || datagram.Sender.SequenceEqual(peer.FormerKey)
                ? DropReason.None : DropReason.ForgedSender;
        }

        peer = _peers.Find(datagram.Sender);
        if (peer is not null)
        {
            if (!AddressRule.SpeaksFor(_network, peer, inbound.Source))
            {
                return DropReason.AddressMismatch;
            }

            peer.LastSeen = inbound.Now.Elapsed;
            peer.LastSeenUtc = inbound.Now.Utc;
            peer.UsesTokens |= datagram.HasValue(Field.Token);
            return DropReason.None;
        }

        if (_security.RequireTrust)
        {
            return DropReason.Untrusted;
        }

        if (IsProtected(datagram.Sender))
        {
            return DropReason.Downgrade;
        }

        return AddressRule.Match(_network, datagram.Sender, inbound.Source) switch
        {
            AddressMatch.Same => DropReason.None,
            AddressMatch.Other => DropReason.AddressMismatch,
            _ => DropReason.UnknownSender,
        };
    }

    private int CapacityOfAddress(uint address)
        => _network.IsOwn(address) ? _settings.MaxPeersOnThisHost : _settings.MaxPeersPerAddress;

    /// <summary>The user id of a peer of that name on that host.</summary>
    public static string UserIdOf(string name, LocalNetwork network)
        => $"{name}@{new Ipv4Endpoint(network.PrimaryAddress, 0).AddressText}";

    private byte[] MakeUserId() => Encoding.UTF8.GetBytes(UserIdOf(_settings.Name, _network));

    private Envelope NewEnvelope(Moment now) => new(_userId, now.Utc.ToUnixTimeSeconds(), _random.NextUInt64());

    /// <summary>A datagram's circumstances, passed along its way.</summary>
    /// <param name="Now">Now.</param>
    /// <param name="Inlet">The socket it came through.</param>
    /// <param name="Source">Where the network says it came from.</param>
    /// <param name="Length">Bytes of it.</param>
    /// <param name="Effects">Receives what is to be done.</param>
    /// <param name="Peer">Whose session it came through; null when it came in the clear.</param>
    /// <param name="Secret">The network's key it was sealed with; null when it came in the clear.</param>
    private readonly record struct Inbound(
        Moment Now, Inlet Inlet, Ipv4Endpoint Source, int Length, Effects Effects, PeerEntry? Peer = null, NetworkSecret? Secret = null);
}
