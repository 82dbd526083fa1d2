using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using LanPeer.Security;
using LanPeer.Security.Noise;
using LanPeer.Security.Sessions;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <summary>Somebody a scan has heard of.</summary>
/// <param name="UserId">As announced or reported.</param>
/// <param name="Endpoint">Where it listens; default when only its id was reported.</param>
/// <param name="Proto">PROTO of its answer.</param>
/// <param name="IsReported">Named by another peer, not heard itself.</param>
/// <param name="IsAddressMatched">Whether the id names the address it answered from.</param>
/// <param name="PeerId">Who it claims to be, which a scan does not prove; null when it claims nothing.</param>
internal readonly record struct ScanFinding(
    string UserId, Ipv4Endpoint Endpoint, byte Proto, bool IsReported, bool IsAddressMatched, string? PeerId = null);

/// <summary>The asking side of a scan (docs/protocol.md, "Scans"), without I/O.</summary>
internal sealed class ScanMachine : IDisposable
{
    /// <summary>Bytes of the question, so that the answer and a list of seed peers fit three times of it.</summary>
    private const int QuestionSize = 1_000;

    /// <summary>Findings kept: more are an invention.</summary>
    private const int MaxFindings = 4_096;

    private readonly LocalNetwork _local;
    private readonly ushort _discoveryPort;
    private readonly ushort _port;
    private readonly PeerNetwork _network;
    private readonly Aead _aead;
    private readonly RandomSource _random;
    private readonly List<AnnouncementSeal> _seals = [];
    private readonly byte[] _nonce;
    private readonly byte[] _opened = new byte[WireLimits.MaxDatagram];
    private readonly Dictionary<string, bool> _isReported = [];
    private readonly HashSet<Ipv4Endpoint> _answered = [];

    /// <param name="local">The host.</param>
    /// <param name="discoveryPort">Where the question goes.</param>
    /// <param name="port">The scan's own port.</param>
    /// <param name="network">The open network, or a closed one with its keys.</param>
    /// <param name="aead">What seals announcements.</param>
    /// <param name="random">Where nonces come from.</param>
    public ScanMachine(LocalNetwork local, ushort discoveryPort, ushort port, PeerNetwork network, Aead aead, RandomSource random)
    {
        _local = local;
        _discoveryPort = discoveryPort;
        _port = port;
        _network = network;
        _aead = aead;
        _random = random;
        _nonce = Encoding.ASCII.GetBytes(random.NextUInt64().ToString("x16", CultureInfo.InvariantCulture));
        for (int i = network.Secrets.Count - 1; network.IsClosed && i >= 0; i--)
        {
            _seals.Add(new AnnouncementSeal(network, network.Secrets[i], aead, random));
        }
    }

    /// <summary>
    /// Asks everybody; on a closed network once under each key, as some members may have one of them only. The oldest goes
    /// first: who has only that one knows then that it is a member who asks under the other.
    /// </summary>
    public void Ask(DateTimeOffset utc, Effects effects)
    {
        var envelope = new Envelope(default, utc.ToUnixTimeSeconds(), _random.NextUInt64());
        var question = new AnnouncementDetails { Port = _port, Ask = _nonce, PadTo = QuestionSize };
        if (!_network.IsClosed)
        {
            Broadcast(effects.Commit(MessageWriter.Announcement(effects.Room(), envelope, question)), effects);
            return;
        }

        ReadOnlySpan<byte> text = _opened.AsSpan(0, MessageWriter.Announcement(_opened, envelope, question));
        foreach (AnnouncementSeal seal in _seals)
        {
            Broadcast(effects.Commit(seal.Seal(text, effects.Room())), effects);
        }
    }

    /// <summary>Takes what came to the scan's socket; adds what is new to the findings.</summary>
    public void Receive(Ipv4Endpoint source, ReadOnlySpan<byte> bytes, List<ScanFinding> findings)
    {
        if (!source.IsUsable || (_local.IsLoopbackOnly && !source.IsLoopback) || !TryOpen(ref bytes)
            || DatagramReader.Read(bytes, out Datagram datagram) != DropReason.None)
        {
            return;
        }

        // Only who returns our nonce has heard the question; everything else is somebody talking unasked.
        if (datagram.Type == MessageType.PeerDiscovery && datagram[Field.Answer].SequenceEqual(_nonce) && !datagram.Sender.IsEmpty)
        {
            if (_answered.Count < MaxFindings)
            {
                _answered.Add(source);
            }

            var endpoint = new Ipv4Endpoint(source.Address, datagram.Port != 0 ? datagram.Port : source.Port);
            bool isMatched = AddressRule.Match(_local, datagram.Sender, source) == AddressMatch.Same;
            Add(new ScanFinding(Encoding.UTF8.GetString(datagram.Sender), endpoint, datagram.Proto, false, isMatched,
                PeerId.IsValid(datagram[Field.PeerId]) ? datagram.Text(Field.PeerId) : null), findings);
        }
        else if (datagram.Type == MessageType.PeerListResponse && _answered.Contains(source))
        {
            foreach (ReportedPeer peer in PeerListJson.Read(datagram))
            {
                Add(new ScanFinding(peer.UserId, peer.Endpoint, 0, true, false), findings);
            }
        }
    }

    /// <summary>Forgets the keys.</summary>
    public void Dispose() => _seals.ForEach(seal => seal.Dispose());

    /// <summary>On a closed network the text in a sealed announcement, and nothing else; on the open one what came.</summary>
    private bool TryOpen(ref ReadOnlySpan<byte> bytes)
    {
        if (!_network.IsClosed)
        {
            return true;
        }

        if (!SessionWire.TryGetType(bytes, out SealedType type) || type != SealedType.Announcement
            || SessionWire.ReadUInt32(bytes, 4) != _network.Tag
            || _network.Find(SessionWire.ReadUInt32(bytes, 8)) is not NetworkSecret secret
            || !AnnouncementSeal.TryOpen(_aead, secret, bytes, _opened))
        {
            return false;
        }

        bytes = _opened.AsSpan(0, bytes.Length - SessionWire.AnnouncementOverhead);
        return true;
    }

    private void Broadcast((int, int) payload, Effects effects)
    {
        foreach (uint address in _local.Broadcasts)
        {
            effects.Send(payload, new Ipv4Endpoint(address, _discoveryPort));
        }
    }

    private void Add(ScanFinding finding, List<ScanFinding> findings)
    {
        bool isNews = !_isReported.TryGetValue(finding.UserId, out bool wasReported) || (wasReported && !finding.IsReported);
        if (isNews && _isReported.Count < MaxFindings)
        {
            _isReported[finding.UserId] = finding.IsReported;
            findings.Add(finding);
        }
    }
}
