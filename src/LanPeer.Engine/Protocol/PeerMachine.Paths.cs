using System;
using System.Buffers.Binary;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>Where a peer with a session is reached (docs/protocol.md, "Paths").</content>
internal sealed partial class PeerMachine
{
    /// <summary>One probe a second and peer at most.</summary>
    private static readonly TimeSpan s_probeInterval = TimeSpan.FromSeconds(1);

    /// <summary>How long a place that is asked may take to answer.</summary>
    private static readonly TimeSpan s_answerPatience = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long a path that worked is kept without a sign of life: two and a half announce intervals, so that one lost
    /// datagram does not give it up.
    /// </summary>
    private TimeSpan PathPatience => _settings.AnnounceInterval * 2.5;

    /// <summary>
    /// Something authentic came. Where it came from proves nothing: a source is easily forged, and whoever stands between
    /// can send on what he holds from anywhere. So another place is asked first, and only a place that returns what was
    /// sent there is believed (RFC 9000, 8.2). Asked is the place the peer itself names, or any when the path in use is silent.
    /// </summary>
    private void Heard(PeerEntry peer, Ipv4Endpoint source, Moment now, Effects effects)
    {
        peer.LastSeen = now.Elapsed;
        peer.LastSeenUtc = now.Utc;
        NoteLife(peer, now, effects);
        if (IsSamePlace(peer.Endpoint, source))
        {
            peer.PathHeard = now.Elapsed;
            peer.EndpointAsked = null;
            if (!peer.IsReachable)
            {
                ProbePlaces(peer, now, effects);
            }
        }
        else if (!peer.IsReachable)
        {
            ProbePlaces(peer, now, effects);
        }
        else if (IsClaimed(peer, source) && !IsClaimed(peer, peer.Endpoint))
        {
            Probe(peer, source, now, effects);
        }
        else if (IsSilent(peer, now))
        {
            // The place in use is asked first: whoever is nearer may send on copies so early that what comes from there
            // only looks like repetitions.
            bool isAsked = now.Elapsed - peer.EndpointAsked > s_answerPatience;
            peer.EndpointAsked ??= now.Elapsed;
            Probe(peer, isAsked ? source : peer.Endpoint, now, effects);
        }
    }

    /// <summary>
    /// Whether a handshake has shown that a peer is where our datagram went. If the next one came from elsewhere, it may have
    /// come from another of its addresses, or somebody may have carried the one or forged the source of the other.
    /// </summary>
    private bool IsProven(Place place) => IsSamePlace(place.Source, place.Asked);

    /// <summary>Puts a peer where a handshake found it. Before the place is proven nothing of any size is sent there.</summary>
    private void Settle(PeerEntry peer, Place place, Moment now)
    {
        peer.PathHeard = now.Elapsed;
        peer.IsReachable = IsProven(place);
        peer.IsAddressMatched = peer.IsReachable && IsClaimed(peer, place.Asked);
    }

    private void ProbePlaces(PeerEntry peer, Moment now, Effects effects)
    {
        if (peer.IsReachable)
        {
            ProbeClaim(peer, now, effects);
        }
        else
        {
            // In turn where it seems to be and where it says it is, until one of them answers.
            bool isClaimsTurn = IsAskable(peer.Claimed) && !IsSamePlace(peer.Probe.Place, peer.Claimed);
            Probe(peer, isClaimsTurn ? peer.Claimed : peer.Endpoint, now, effects);
        }
    }

    /// <summary>A place has returned what was sent there, so it is the peer's.</summary>
    private void OnPong(PeerEntry peer, ReadOnlySpan<byte> body, Moment now, Effects effects)
    {
        if (body.Length != Frames.TokenLength)
        {
            return;
        }

        ulong token = BinaryPrimitives.ReadUInt64BigEndian(body);
        peer.Watch!.NoteRoundTrip(now.Elapsed, token);
        if (peer.Probe.Token != 0 && token == peer.Probe.Token)
        {
            Ipv4Endpoint place = peer.Probe.Place;
            peer.Probe = default;
            Proven(peer, place, now, effects);
        }
    }

    /// <summary>The peer receives what is sent to a place, by a probe or by a handshake.</summary>
    private void Proven(PeerEntry peer, Ipv4Endpoint place, Moment now, Effects effects)
    {
        if (!IsSamePlace(peer.Endpoint, place) && IsWanted(peer, place, now)
            && (peer.Endpoint.Address == place.Address || _peers.HasPlaceAt(place.Address, isProven: true)))
        {
            _peers.Move(peer, place);
            effects.Changes.Add(new PeerChange(PeerChangeKind.Updated, peer));
        }

        if (IsSamePlace(peer.Endpoint, place))
        {
            peer.PathHeard = now.Elapsed;
            peer.EndpointAsked = null;
            if (!peer.IsReachable)
            {
                peer.IsReachable = true;
                MarkDirty(peer.Contact!);
            }

            if (IsClaimed(peer, place) && !peer.IsAddressMatched)
            {
                peer.IsAddressMatched = true;
                Meet(peer, now, effects);
            }
        }
    }

    /// <summary>Asks at the place the peer names, when it is reached at another one: an answer from there moves it.</summary>
    private void ProbeClaim(PeerEntry peer, Moment now, Effects effects)
    {
        if (IsAskable(peer.Claimed) && !IsClaimed(peer, peer.Endpoint))
        {
            Probe(peer, peer.Claimed, now, effects);
        }
    }

    private bool IsAskable(Ipv4Endpoint place)
        => place.IsUsable && !_network.IsBroadcast(place.Address) && !(_network.IsLoopbackOnly && !place.IsLoopback)
            && !(place.Port == _port && _network.IsOwn(place.Address));

    private void Probe(PeerEntry peer, Ipv4Endpoint place, Moment now, Effects effects)
    {
        bool isRecent = peer.Probe.Token != 0 && now.Elapsed - peer.Probe.At < s_probeInterval;
        if (isRecent || peer.Contact!.Current is not { } keys || !keys.MaySeal(now.Elapsed))
        {
            return;
        }

        peer.Probe = (place, now.Elapsed, _random.NextUInt64() | 1);

        // Not in the buffer for frames: a post that goes to many may lie there.
        Span<byte> frame = stackalloc byte[Frames.Header + Frames.TokenLength];
        _ = Frames.WriteHeader(frame, FrameType.Ping, Frames.TokenLength);
        BinaryPrimitives.WriteUInt64BigEndian(frame[Frames.Header..], peer.Probe.Token);
        effects.Send(effects.Commit(keys.Seal(frame, effects.Room())), place);
    }

    /// <summary>Whether a peer would be moved there: to the place it names from any other, to any other only when its own is silent.</summary>
    private bool IsWanted(PeerEntry peer, Ipv4Endpoint place, Moment now)
        => (IsClaimed(peer, place) && !IsClaimed(peer, peer.Endpoint)) || IsSilent(peer, now);

    private bool IsSilent(PeerEntry peer, Moment now) => now.Elapsed - peer.PathHeard > PathPatience;

    private bool IsClaimed(PeerEntry peer, Ipv4Endpoint endpoint)
        => peer.Claimed.Address != 0 && endpoint.Port == peer.Claimed.Port
            && _network.IsSameHost(peer.Claimed.Address, endpoint.Address);

    private bool IsSamePlace(Ipv4Endpoint one, Ipv4Endpoint other)
        => one == other || (one.Port == other.Port && _network.IsSameHost(one.Address, other.Address));

    /// <summary>Where a handshake was with somebody.</summary>
    /// <param name="Source">Where its last datagram came from.</param>
    /// <param name="Asked">Where our datagram in front of it went.</param>
    private readonly record struct Place(Ipv4Endpoint Source, Ipv4Endpoint Asked);
}
