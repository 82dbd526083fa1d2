using System;
using System.Collections.Generic;
using System.Text;
using LanPeer.Security;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>Profiles: ours to everyone, also to those who come later (REFERENCE D24), and theirs to us.</content>
internal sealed partial class PeerMachine
{
    /// <summary>A profile is an answer larger than its question, so an endpoint gets one unasked in this time.</summary>
    private const double ProfileIntervalSeconds = 300;

    /// <summary>Endpoints of one other host that get a profile unasked in that time: several users share a machine.</summary>
    private const int ProfilesPerAddress = 8;

    /// <summary>Sources the limits remember: twice the peers there can be, so that no newcomer shares another's.</summary>
    private const int MaxRemembered = 8_192;

    /// <summary>Bytes a second of unasked profiles and peer lists to all together.</summary>
    private const double UnaskedBytesPerSecond = 64 * 1_024;

    /// <summary>How long a peer with a session may take to get it.</summary>
    private static readonly TimeSpan s_profilePatience = TimeSpan.FromSeconds(60);

    private readonly SourceLimiter<Ipv4Endpoint> _profilesToEndpoint = new(1 / ProfileIntervalSeconds, 1, MaxRemembered);
    private readonly SourceLimiter<uint> _profilesToAddress = new(ProfilesPerAddress / ProfileIntervalSeconds, ProfilesPerAddress, MaxRemembered);
    private readonly Dictionary<WriteForm, (int Start, int Length)> _profilePayloads = [];
    private TokenBucket _unasked;
    private TimeSpan _nextProfile = TimeSpan.MaxValue;
    private ProfileDetails? _profile;
    private int _avatarBytes;

    /// <summary>Sets the own profile and sends it to all peers known now; later ones get it when they come.</summary>
    /// <returns>The message id, or null when it does not fit one datagram; then the old profile stands.</returns>
    public string? SetProfile(Moment now, ProfileDetails profile, Effects effects)
    {
        Envelope envelope = NewEnvelope(now);
        if (MessageWriter.Profile(effects.Room(), envelope, profile, default) == 0)
        {
            return null;
        }

        _profile = profile;
        _profilePayloads.Clear();
        byte[]? body = null;
        foreach (PeerEntry peer in _peers.Entries)
        {
            if (peer.Contact is not null)
            {
                body ??= SealedProfile(envelope, profile);
                Queue(NewMessage(peer, MessageIdText(envelope), body, _sealedPeers, now, s_profilePatience), now, effects);
                continue;
            }

            // An address nobody has proven to be somebody's may be a victim's; it gets the profile once it has answered.
            peer.NeedsProfile = !IsWithinReach(peer);
            if (!peer.NeedsProfile)
            {
                SendProfile(peer, envelope, effects);
            }
        }

        return MessageIdText(envelope);
    }

    private DropReason OnProfile(in Datagram datagram, in Inbound inbound)
    {
        // The RFC's peers announce themselves by their profile.
        if (datagram.Dialect == Dialect.Rfc && inbound.Peer is null)
        {
            DropReason met = Meet(datagram, inbound with { Inlet = Inlet.Unicast },
                new Ipv4Endpoint(inbound.Source.Address, PortOfRfcPeer(datagram)));
            if (met != DropReason.None)
            {
                return met;
            }
        }

        DropReason reason = FindSender(datagram, inbound, out PeerEntry? peer);
        if (reason != DropReason.None)
        {
            return reason;
        }

        if (peer is null)
        {
            // No table entry, no place to keep a profile: an announcement makes a seed peer announce itself.
            Introduce(inbound);
            return DropReason.UnknownSender;
        }

        if (!peer.Duplicates.TryAdd(datagram.Type, datagram[Field.MessageId]))
        {
            return DropReason.Duplicate;
        }

        byte[]? avatar = AvatarImage.Read(datagram);
        int room = _settings.MaxAvatarBytes - _avatarBytes + (peer.Profile?.Avatar?.Length ?? 0);
        var profile = new PeerProfile(
            VisibleText.Line(datagram.Text(Field.DisplayName)), VisibleText.Line(datagram.Text(Field.Status)),
            avatar?.Length <= room ? avatar : null);
        if (profile.Says(peer.Profile))
        {
            return DropReason.None;
        }

        SetProfileOf(peer, profile);
        inbound.Effects.Changes.Add(new PeerChange(PeerChangeKind.Updated, peer));
        inbound.Effects.Arrivals.Add(new Arrival(
            MessageType.Profile, peer.UserId, peer, "", profile.Status, profile, datagram.Timestamp,
            datagram.Text(Field.MessageId), inbound.Now.Utc, ShareKeyOf(datagram, inbound, peer), inbound.Peer is not null));
        return DropReason.None;
    }

    private void SetProfileOf(PeerEntry peer, PeerProfile? profile)
    {
        _avatarBytes += (profile?.Avatar?.Length ?? 0) - (peer.Profile?.Avatar?.Length ?? 0);
        peer.Profile = profile;
    }

    /// <summary>Sends the profile to newcomers, as far as the limits allow; the rest waits for the next second.</summary>
    private void SendDueProfiles(Moment now, Effects effects)
    {
        if (now.Elapsed < _nextProfile)
        {
            return;
        }

        _nextProfile = TimeSpan.MaxValue;
        _profilePayloads.Clear();
        Envelope envelope = NewEnvelope(now);
        foreach (PeerEntry peer in _peers.Entries)
        {
            if (!peer.NeedsProfile || !IsWithinReach(peer))
            {
                continue;
            }

            if (MaySendUnasked(peer, now.Elapsed, ProfileSize))
            {
                peer.NeedsProfile = false;
                SendProfile(peer, envelope, effects);
            }
            else
            {
                _nextProfile = now.Elapsed + TimeSpan.FromSeconds(1);
            }
        }
    }

    /// <summary>
    /// Whether something larger than three times the question may go to a peer: only on the same link or to an address
    /// proven to receive, once per endpoint and eight times per host in five minutes, 64 KiB a second in all
    /// (docs/protocol.md, "Amplification"). Peers on this host cost nobody anything.
    /// </summary>
    private bool MaySendUnasked(PeerEntry peer, TimeSpan now, int bytes)
    {
        uint address = peer.Endpoint.Address;
        if (_network.IsOwn(address))
        {
            return true;
        }

        // All are asked before anything is taken: who has to wait must not use up what others could have.
        return IsWithinReach(peer)
            && _profilesToEndpoint.Has(peer.Endpoint, now)
            && _profilesToAddress.Has(address, now)
            && _unasked.TryTake(now, bytes, UnaskedBytesPerSecond, 2 * UnaskedBytesPerSecond)
            && _profilesToEndpoint.TryTake(peer.Endpoint, now)
            && _profilesToAddress.TryTake(address, now);
    }

    /// <summary>On the same link, or proven to receive what is sent to its address.</summary>
    private bool IsWithinReach(PeerEntry peer) => peer.IsReachable || _network.IsOnLink(peer.Endpoint.Address);

    /// <summary>Where an RFC peer is written to: it sends from changing ports and listens on the discovery port, unless it announced another.</summary>
    private ushort PortOfRfcPeer(in Datagram datagram)
        => _peers.Find(datagram.Sender) is { Dialect: Dialect.Rfc } known ? known.Endpoint.Port : _settings.DiscoveryPort;

    private int ProfileSize => 256 + (_profile?.AvatarBase64.Length ?? 0);

    /// <summary>The profile as peers with a session get it.</summary>
    private byte[] SealedProfile(in Envelope envelope, in ProfileDetails profile)
    {
        Span<byte> room = TextRoom();
        return room[..MessageWriter.Profile(room, envelope, profile, default)].ToArray();
    }

    private void SendProfile(PeerEntry peer, in Envelope envelope, Effects effects)
    {
        if (!_profilePayloads.TryGetValue(peer.Form, out (int, int) payload))
        {
            ProfileDetails profile = _profile ?? new ProfileDetails(_settings.Name, "", null, default);
            int length = MessageWriter.Profile(effects.Room(), envelope, profile, peer.Form);
            if (length == 0)
            {
                // Fits in the lean form, not with the RFC's blanks: cannot happen within the field limits.
                return;
            }

            payload = effects.Commit(length);
            _profilePayloads[peer.Form] = payload;
        }

        effects.Send(payload, peer.Endpoint, peer);
    }
}
