using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using LanPeer.Protocol;
using LanPeer.Protocol.Delivery;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;

namespace LanPeer.Fuzz;

/// <summary>Looks at alice after each step: bounds, amplification, and that nobody changed what she knows of honest peers.</summary>
internal sealed class Witness
{
    /// <summary>docs/protocol.md, "Amplification and rates".</summary>
    private const int Amplification = 3;

    /// <summary>New identities of one host that are pinned at once, and what comes to that in the hours of a case.</summary>
    private const int MaxNewPins = 64 + 120;

    /// <summary>Bytes of alice's state at most: 10 MB of avatars and 64 MB of the inbox are not in it, as nobody sends them here.</summary>
    private const long MaxState = 24 * 1_048_576;

    private readonly World _world;
    private readonly Dictionary<uint, long> _heard = [];
    private readonly Dictionary<uint, long> _told = [];
    private readonly HashSet<uint> _friends;
    private readonly HashSet<string> _arrived = [];
    private readonly Dictionary<string, (string UserId, Ipv4Endpoint Endpoint, uint Boot, PinVerdict Verdict)> _honest = [];
    private readonly HashSet<string> _nonces = [];
    private readonly int _firstPins;
    private HashSet<uint> _knownBefore = [];

    public Witness(World world)
    {
        _world = world;
        _friends = [.. world.Lan.Hosts.SelectMany(host => host.Addresses), Ipv4Endpoint.LoopbackAddress];
        foreach (VirtualPeer peer in world.Honest)
        {
            PeerEntry entry = world.Alice.Machine.FindPeer(peer.Machine.Identity.PeerId) ?? throw new RuleBrokenException($"{peer.Name} is not known at the start");
            _honest[peer.Machine.Identity.PeerId] = (entry.UserId, entry.Endpoint, entry.Boot, entry.Verdict);
        }

        _firstPins = world.Alice.Machine.Pins.Count;
        StateAtFirst = StateSize.Of(world.Alice.Machine);
        world.Alice.Forget();
    }

    /// <summary>Bytes of alice's state before anything was done to her.</summary>
    public long StateAtFirst { get; }

    /// <summary>Before time passes, or users do something.</summary>
    public void Before() => Before(default, []);

    /// <summary>Before a datagram of somebody arrives.</summary>
    public void Before(Ipv4Endpoint source, byte[] bytes)
    {
        _world.Alice.Forget();
        _knownBefore = Known();
        _heard[source.Address] = _heard.GetValueOrDefault(source.Address) + bytes.Length;

        // Whoever returns a nonce, overheard or not, counts as one who can receive there.
        string text = Encoding.Latin1.GetString(bytes);
        if (_nonces.Any(nonce => text.Contains(nonce, StringComparison.Ordinal)))
        {
            _friends.Add(source.Address);
        }
    }

    /// <param name="source">Whose datagram it was; default when time passed.</param>
    public void After(Ipv4Endpoint source)
    {
        LookAtSends(source);
        LookAtTable();
        foreach (Arrival arrival in _world.Alice.Arrivals)
        {
            LookAt(arrival);
        }

        foreach (PeerChange change in _world.Alice.Changes.Where(change => change.Peer is not null))
        {
            _ = PublicViews.Peer(change.Peer!);
            _ = PublicViews.TrustEvent(change, _world.Alice.Machine, new LanPeerOptions { Name = "alice" }, DateTimeOffset.UnixEpoch);
        }
    }

    /// <summary>What takes too long to be looked at after each step.</summary>
    public void LookAtSize()
    {
        long bytes = StateSize.Of(_world.Alice.Machine);
        Require(bytes <= MaxState, $"the state has {bytes:N0} bytes");
        foreach (VirtualPeer peer in _world.Honest)
        {
            Pin? pin = _world.Alice.Machine.Pins.Find(peer.Machine.Identity.PeerId);
            Require(pin is { State: PinState.Pinned } && pin.UserIds.Contains(peer.UserId) && _world.Alice.Machine.Pins.OwnerOf(peer.UserId) == pin.PeerId,
                $"the pin of {peer.Name} has changed");
        }

        int news = _world.Alice.Machine.Pins.Count - _firstPins;
        Require(news <= MaxNewPins, $"{news} pins came from one host");
    }

    private void LookAtSends(Ipv4Endpoint source)
    {
        _knownBefore.UnionWith(Known());
        foreach (Packet packet in _world.Alice.Sent)
        {
            Require(packet.Bytes.Length is > 0 and <= WireLimits.MaxDatagram, $"a datagram of {packet.Bytes.Length} bytes");
            Require(packet.To.IsUsable || packet.IsBroadcast, $"a datagram to {packet.To}");
            uint to = packet.To.Address;
            if (packet["ASK"] is string nonce)
            {
                _nonces.Add(nonce);
            }

            bool isAnswer = source.Address == to || !IsQuestion(packet);
            if (packet.IsBroadcast || _friends.Contains(to) || _knownBefore.Contains(to) || !isAnswer)
            {
                continue;
            }

            _told[to] = _told.GetValueOrDefault(to) + packet.Bytes.Length;
            Require(_told[to] <= Amplification * _heard.GetValueOrDefault(to), $"{_told[to]} bytes to {packet.To} for {_heard.GetValueOrDefault(to)}");
        }
    }

    /// <summary>
    /// A question whether somebody is there, which no datagram of that place led to: an announcement that asks, or a PING
    /// at the place a peer says it is at.
    /// </summary>
    private static bool IsQuestion(Packet packet)
        => packet.Bytes[0] == WireLimits.BinaryMark
            ? packet.Bytes[1] == (byte)SealedType.Transport && packet.Bytes.Length == SessionWire.TransportOverhead + Frames.Header + Frames.TokenLength
            : packet["ASK"] is not null;

    private void LookAtTable()
    {
        PeerMachine machine = _world.Alice.Machine;
        IReadOnlyList<PeerEntry> peers = machine.Peers;
        var settings = _world.Alice.Plan.Settings;
        Require(peers.Count <= settings.MaxPeers, $"{peers.Count} peers");
        Require(!peers.Any(peer => peer.UserId == machine.UserId && peer.Who is null), "a peer under the own user id");
        foreach (IGrouping<uint, PeerEntry> host in peers.GroupBy(peer => peer.Endpoint.Address))
        {
            int max = _world.Alice.Host.Has(host.Key) || Ipv4Endpoint.IsLoopbackAddress(host.Key) ? settings.MaxPeersOnThisHost : settings.MaxPeersPerAddress;
            Require(host.Count() <= max, $"{host.Count()} peers at {host.First().Endpoint.AddressText}");
        }

        foreach (PeerEntry peer in peers)
        {
            Require(peer.Endpoint.IsUsable, $"{peer.UserId} is at {peer.Endpoint}");
            Require(peer.Contact is null || (peer.Contact.Channel.Outbound.Count <= OutboundStream.MaxMessages && peer.Contact.Channel.Outbound.Bytes <= OutboundStream.MaxBytes
                && peer.Contact.Channel.Inbound.PendingBytes <= InboundStream.MaxPending && peer.Contact.Channel.Sent.Count <= SentDatagrams.Capacity), "too much waits");
            Visible.Check(peer.UserId, isLine: true);
        }

        foreach ((string peerId, var was) in _honest)
        {
            PeerEntry entry = machine.FindPeer(peerId) ?? throw new RuleBrokenException($"{was.UserId} is not known any more");
            Require((entry.UserId, entry.Endpoint, entry.Boot, entry.Verdict) == was, $"{was} became {(entry.UserId, entry.Endpoint, entry.Boot, entry.Verdict)}");
            Require(entry.Who?.PeerId == peerId && !entry.IsConflicting, $"{was.UserId} is another one now");
        }
    }

    private void LookAt(Arrival arrival)
    {
        LanMessage message = PublicViews.Message(arrival);
        Visible.Check(message.Content, isLine: false);
        Visible.Check(message.From, isLine: true);
        if (arrival.Peer?.Who is PublicIdentity who && _honest.ContainsKey(who.PeerId) && arrival.Type != MessageType.Profile)
        {
            Require(_world.Sent.Contains(arrival.Content), $"{arrival.From} is said to have said what it did not");
            Require(_arrived.Add(arrival.Content), $"'{arrival.Content}' came twice");
        }
        else
        {
            Require(arrival.Peer?.Who is not null || !_honest.Values.Any(honest => honest.UserId == arrival.From), $"plain text of {arrival.From} was taken");
        }
    }

    private HashSet<uint> Known() => [.. _world.Alice.Machine.Peers.Select(peer => peer.Endpoint.Address)];

    private static void Require(bool holds, string rule)
    {
        if (!holds)
        {
            throw new RuleBrokenException(rule);
        }
    }
}
