using System;
using System.Collections.Generic;
using LanPeer.Protocol.Delivery;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <summary>A datagram to be sent. Several may share one payload: a post is encoded once, not once per receiver.</summary>
/// <param name="Start">Where its bytes start in the arena of <see cref="Effects"/>.</param>
/// <param name="Length">How many there are.</param>
/// <param name="To">Where it goes.</param>
/// <param name="Peer">The peer it is meant for; null for broadcasts and answers to strangers.</param>
internal readonly record struct Outgoing(int Start, int Length, Ipv4Endpoint To, PeerEntry? Peer);

/// <summary>A message for the user.</summary>
/// <param name="Type">Post, DM or Profile.</param>
/// <param name="From">The sender's user id.</param>
/// <param name="Peer">The sender, when it is in the table.</param>
/// <param name="To">The receiver's user id in a DM, else empty.</param>
/// <param name="Content">The text, exact; the status in a profile.</param>
/// <param name="Profile">The profile, in a profile.</param>
/// <param name="Timestamp">When it was sent by the sender's clock, Unix seconds; null when it did not say.</param>
/// <param name="MessageId">The sender's id for it; may be empty.</param>
/// <param name="ReceivedAt">When it arrived.</param>
/// <param name="ShareKey">Whose share of the inbox it counts to.</param>
/// <param name="IsCredited">Whether it came through a session, whose credit has made room for it.</param>
/// <param name="Signed">A POST with its author's signature, as it came.</param>
/// <param name="IsJson">Whether its text is said to be JSON that stands for data.</param>
internal readonly record struct Arrival(
    MessageType Type, string From, PeerEntry? Peer, string To, string Content, PeerProfile? Profile,
    long? Timestamp, string MessageId, DateTimeOffset ReceivedAt,
    string ShareKey, bool IsCredited = false, byte[]? Signed = null, bool IsJson = false);

internal enum PeerChangeKind
{
    Joined,
    Updated,
    Left,

    /// <summary>It was not heard of any more, and given up.</summary>
    Expired,

    /// <summary>It does not answer.</summary>
    Suspected,

    /// <summary>It does again.</summary>
    Recovered,

    /// <summary>Two programs use one user id.</summary>
    Conflict,

    /// <summary>A user id that belongs to another identity is used by this one.</summary>
    KeyChanged,

    /// <summary>Somebody uses the name of our closed network with a key we do not have.</summary>
    WrongNetworkKey,

    /// <summary>A member of our closed network uses a key we do not have: it is being changed, and we have only the old one.</summary>
    NetworkKeyChange,
}

/// <summary>Something happened to a peer.</summary>
/// <param name="Kind">What.</param>
/// <param name="Peer">To whom; null when it is about our own id or network.</param>
/// <param name="Source">Where it was seen, when there is no peer.</param>
internal readonly record struct PeerChange(PeerChangeKind Kind, PeerEntry? Peer, Ipv4Endpoint Source = default);

/// <summary>The peer list of another peer, for whoever asked.</summary>
internal sealed record ListAnswer(PeerEntry From, IReadOnlyList<ReportedPeer> Peers);

/// <summary>The answer to a PING.</summary>
/// <param name="From">Who gave it.</param>
/// <param name="Token">What it returns.</param>
/// <param name="At">When it came.</param>
internal readonly record struct Pong(PeerEntry From, ulong Token, TimeSpan At);

/// <summary>
/// What a step of the protocol wants done: datagrams to send, messages to deliver, things to tell. Filled under the
/// engine's lock, carried out outside of it, then reused.
/// </summary>
internal sealed class Effects
{
    /// <summary>What one begins with: the largest datagram behind some small ones.</summary>
    private const int FirstBytes = 2 * 65_536;

    /// <summary>What an idle one keeps: a post sealed for 3,000 peers, 600 bytes each. A batch with many profiles makes it larger.</summary>
    private const int KeptBytes = 2 * 1_048_576;

    private byte[] _arena = new byte[FirstBytes];
    private int _used;

    public List<Outgoing> Sends { get; } = [];

    public List<Arrival> Arrivals { get; } = [];

    public List<PeerChange> Changes { get; } = [];

    public List<ListAnswer> Lists { get; } = [];

    public List<Pong> Pongs { get; } = [];

    /// <summary>Messages a command has put on their way to peers with a session.</summary>
    public List<OutboundMessage> Queued { get; } = [];

    /// <summary>Messages of which it is known now what has become of them.</summary>
    public List<OutboundMessage> Settled { get; } = [];

    /// <summary>Peers without a session for which a message is too long: they read one datagram.</summary>
    public List<PeerEntry> TooLongFor { get; } = [];

    /// <summary>
    /// Places that do not answer: their hosts are to be asked whether the port is open. If one says no, the machine wants
    /// to hear it by <see cref="PeerMachine.Refused"/>.
    /// </summary>
    public List<Ipv4Endpoint> Checks { get; } = [];

    /// <summary>Where the bytes of all <see cref="Sends"/> are.</summary>
    public ReadOnlySpan<byte> Arena => _arena;

    public ReadOnlySpan<byte> Payload(in Outgoing send) => _arena.AsSpan(send.Start, send.Length);

    /// <summary>
    /// The user ids of the receivers without a session of a post to everybody; null for everything else. Their datagrams
    /// are the first of <see cref="Sends"/>, in this order. The array is shared by all posts to the same peers.
    /// </summary>
    public string[]? Audience { get; set; }

    /// <summary>Room to write a datagram into; <see cref="Commit"/> keeps what was written.</summary>
    /// <param name="length">The longest it may become; without it the longest there are.</param>
    public Span<byte> Room(int length = WireLimits.MaxDatagram)
    {
        if (_arena.Length - _used < length)
        {
            // Doubled: a post to 1,000 peers would else be copied ten times over.
            Array.Resize(ref _arena, Math.Max(2 * _arena.Length, _used + length));
        }

        return _arena.AsSpan(_used, length);
    }

    /// <summary>Keeps the first <paramref name="length"/> bytes of <see cref="Room"/>.</summary>
    /// <returns>Their place, to be put into any number of <see cref="Outgoing"/>.</returns>
    public (int Start, int Length) Commit(int length)
    {
        (int, int) place = (_used, length);
        _used += length;
        return place;
    }

    public void Send((int Start, int Length) payload, Ipv4Endpoint to, PeerEntry? peer = null)
        => Sends.Add(new Outgoing(payload.Start, payload.Length, to, peer));

    public void Clear()
    {
        Sends.Clear();
        Arrivals.Clear();
        Changes.Clear();
        Lists.Clear();
        Pongs.Clear();
        Queued.Clear();
        Settled.Clear();
        TooLongFor.Clear();
        Checks.Clear();
        Audience = null;
        _used = 0;
        if (_arena.Length > KeptBytes)
        {
            _arena = new byte[FirstBytes];
        }
    }
}
