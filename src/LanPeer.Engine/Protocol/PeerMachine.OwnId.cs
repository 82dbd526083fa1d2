using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <content>The own user id: how it follows the host's address, and who else uses it.</content>
internal sealed partial class PeerMachine
{
    /// <summary>Former own ids that DMs are still accepted for after a change of address.</summary>
    private const int FormerIds = 4;

    private readonly List<byte[]> _formerIds = [];
    private TimeSpan _nextOwnIdWarning;

    /// <summary>The own id, name@address. Changes when the host loses the address.</summary>
    public string UserId { get; private set; }

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

            Call(UserIdOf(_settings.Name, _network));
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

    /// <summary>The user id of a peer of that name on that host.</summary>
    public static string UserIdOf(string name, LocalNetwork network)
        => $"{name}@{new Ipv4Endpoint(network.PrimaryAddress, 0).AddressText}";

    [MemberNotNull(nameof(_userId), nameof(UserId))]
    private void Call(string userId)
    {
        UserId = userId;
        _userId = Encoding.UTF8.GetBytes(userId);
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
}
