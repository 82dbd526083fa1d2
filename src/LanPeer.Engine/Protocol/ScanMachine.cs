using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using LanPeer.Security;
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
internal sealed class ScanMachine(LocalNetwork network, ushort discoveryPort, ushort port, RandomSource random)
{
    /// <summary>Bytes of the question, so that the answer and a list of seed peers fit three times of it.</summary>
    private const int QuestionSize = 1_000;

    /// <summary>Findings kept: more are an invention.</summary>
    private const int MaxFindings = 4_096;

    private readonly byte[] _nonce = Encoding.ASCII.GetBytes(random.NextUInt64().ToString("x16", CultureInfo.InvariantCulture));
    private readonly Dictionary<string, bool> _isReported = [];
    private readonly HashSet<Ipv4Endpoint> _answered = [];

    public void Ask(DateTimeOffset utc, Effects effects)
    {
        var envelope = new Envelope(default, utc.ToUnixTimeSeconds(), random.NextUInt64());
        (int, int) payload = effects.Commit(MessageWriter.Announcement(
            effects.Room(), envelope, new AnnouncementDetails { Port = port, Ask = _nonce, PadTo = QuestionSize }));
        foreach (uint address in network.Broadcasts)
        {
            effects.Send(payload, new Ipv4Endpoint(address, discoveryPort));
        }
    }

    /// <summary>Takes what came to the scan's socket; adds what is new to the findings.</summary>
    public void Receive(Ipv4Endpoint source, ReadOnlySpan<byte> bytes, List<ScanFinding> findings)
    {
        if (!source.IsUsable || (network.IsLoopbackOnly && !source.IsLoopback)
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
            bool isMatched = AddressRule.Match(network, datagram.Sender, source) == AddressMatch.Same;
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
