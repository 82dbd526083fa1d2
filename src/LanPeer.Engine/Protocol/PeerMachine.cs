using System;
using System.Collections.Generic;
using System.Text;
using LanPeer.Security;
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
internal sealed partial class PeerMachine
{
    /// <summary>Former own ids that DMs are still accepted for after a change of address.</summary>
    private const int FormerIds = 4;

    private readonly PeerSettings _settings;
    private readonly RandomSource _random;
    private readonly PeerTable _peers;
    private readonly DuplicateWindow _strangers = new();
    private readonly List<byte[]> _formerIds = [];
    private byte[] _userId;
    private LocalNetwork _network;
    private ushort _port;
    private TimeSpan _nextSweep = TimeSpan.MaxValue;
    private TimeSpan _nextOwnIdWarning;

    public PeerMachine(PeerSettings settings, LocalNetwork network, RandomSource random)
    {
        _settings = settings;
        _network = network;
        _random = random;
        _peers = new PeerTable(settings.MaxPeers, CapacityOfAddress);
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

    /// <summary>The peer of that id, if it is known.</summary>
    public PeerEntry? FindPeer(string userId) => _peers.Find(Encoding.UTF8.GetBytes(userId));

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public TimeSpan NextDeadline
    {
        get
        {
            TimeSpan next = _nextAnnouncement < _nextSweep ? _nextAnnouncement : _nextSweep;
            return _nextProfile < next ? _nextProfile : next;
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
            if (peer.Proto != 0)
            {
                payload = payload == default
                    ? effects.Commit(MessageWriter.Leave(effects.Room(), NewEnvelope(now), Boot)) : payload;
                effects.Send(payload, peer.Endpoint, peer);
            }
        }

        _nextAnnouncement = _nextSweep = _nextProfile = TimeSpan.MaxValue;
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
        if (!source.IsUsable)
        {
            return DropReason.BadSource;
        }

        if (_network.IsLoopbackOnly && !source.IsLoopback)
        {
            return DropReason.OffNetwork;
        }

        DropReason reason = DatagramReader.Read(bytes, out Datagram datagram);
        if (reason != DropReason.None)
        {
            return reason;
        }

        var inbound = new Inbound(now, inlet, source, bytes.Length, effects);
        if (datagram.Sender.SequenceEqual(_userId) || datagram.Boot == Boot)
        {
            return OnOwnId(datagram, inbound);
        }

        return datagram.Type switch
        {
            MessageType.PeerDiscovery => OnDiscovery(datagram, inbound),
            MessageType.Ping => OnPing(datagram, inbound),
            MessageType.Post => OnPost(datagram, inbound),
            MessageType.DM => OnDM(datagram, inbound),
            MessageType.Profile => OnProfile(datagram, inbound),
            MessageType.PeerListRequest => OnPeerListRequest(datagram, inbound),
            MessageType.PeerListResponse => OnPeerListResponse(datagram, inbound),
            MessageType.Leave => OnLeave(datagram, inbound),
            _ => DropReason.Ignored,
        };
    }

    /// <summary>Does what is due: announcements, expiry, profiles that had to wait.</summary>
    public void Tick(Moment now, Effects effects)
    {
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
        if (isTwin && datagram.Type == MessageType.PeerDiscovery && inbound.Now.Elapsed >= _nextOwnIdWarning)
        {
            _nextOwnIdWarning = inbound.Now.Elapsed + TimeSpan.FromMinutes(1);
            inbound.Effects.Changes.Add(new PeerChange(PeerChangeKind.Conflict, null));
        }

        return DropReason.OwnId;
    }

    private DropReason OnLeave(in Datagram datagram, in Inbound inbound)
    {
        PeerEntry? peer = _peers.Find(datagram.Sender);
        if (peer is null)
        {
            return DropReason.UnknownSender;
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
            if (now.Elapsed - peer.LastSeen > _settings.PeerTimeout)
            {
                Forget(peer, PeerChangeKind.Expired, effects);
            }
        }
    }

    private void Forget(PeerEntry peer, PeerChangeKind kind, Effects effects)
    {
        SetProfileOf(peer, null);
        _peers.Remove(peer);
        effects.Changes.Add(new PeerChange(kind, peer));
    }

    /// <summary>The sender of a message that is no announcement: known and speaking from its address, or at least plausible.</summary>
    private DropReason FindSender(in Datagram datagram, in Inbound inbound, out PeerEntry? peer)
    {
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

        return AddressRule.Match(_network, datagram.Sender, inbound.Source) switch
        {
            AddressMatch.Same => DropReason.None,
            AddressMatch.Other => DropReason.AddressMismatch,
            _ => DropReason.UnknownSender,
        };
    }

    private int CapacityOfAddress(uint address)
        => _network.IsOwn(address) ? _settings.MaxPeersOnThisHost : _settings.MaxPeersPerAddress;

    private byte[] MakeUserId()
        => Encoding.UTF8.GetBytes($"{_settings.Name}@{new Ipv4Endpoint(_network.PrimaryAddress, 0).AddressText}");

    private Envelope NewEnvelope(Moment now) => new(_userId, now.Utc.ToUnixTimeSeconds(), _random.NextUInt64());

    /// <summary>A datagram's circumstances, passed along its way.</summary>
    private readonly record struct Inbound(Moment Now, Inlet Inlet, Ipv4Endpoint Source, int Length, Effects Effects);
}
