using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;

namespace LanPeer.Cmdlets;

/// <summary>
/// To whom something is sent that was addressed by a name. Names are chosen by whoever uses them, so one that has
/// belonged to a proven identity leads to nobody in the clear, and a user id in conflict leads to its owner or to nobody.
/// </summary>
/// <param name="session">Who sends, and knows the peers.</param>
/// <param name="allowUnsigned">The user's word that the clear will do.</param>
internal sealed class ReceiverChoice(LanSession session, bool allowUnsigned)
{
    /// <summary>
    /// For so long the lines of a pipeline share it: listing 1,000 peers for each line took ten times what sending it does.
    /// Nobody could tell whether a decision about trust came a tenth of a second before or after a line.
    /// </summary>
    private static readonly TimeSpan s_lifetime = TimeSpan.FromSeconds(0.1);

    private readonly bool _allowUnsigned = allowUnsigned || session.Options.AllowUnsigned;
    private readonly long _made = Stopwatch.GetTimestamp();
    private readonly long _version = session.PeersVersion;
    private readonly IReadOnlyList<LanPeer> _known = session.Peers;
    private IReadOnlyList<LanPin>? _pins;
    private LanPeerSelector? _lastSelector;
    private IReadOnlyList<LanPeer> _last = [];

    // Listed only where a name is in doubt: it is a copy of up to 10,000.
    private IReadOnlyList<LanPin> Pins => _pins ??= session.GetPins();

    /// <summary>Whether what it goes by holds for this session now.</summary>
    public bool IsCurrent(LanSession sender)
        => sender == session && sender.PeersVersion == _version && Stopwatch.GetElapsedTime(_made) < s_lifetime;

    /// <summary>The receivers a selector names.</summary>
    /// <param name="selector">What the user gave.</param>
    /// <param name="refuse">Told of those a wildcard matches who do not get it.</param>
    /// <exception cref="LanPeerException">There is none, several, or none that may be meant by a name.</exception>
    public IReadOnlyList<LanPeer> Of(LanPeerSelector selector, Action<LanPeerException> refuse)
    {
        if (ReferenceEquals(selector, _lastSelector))
        {
            return _last;
        }

        IReadOnlyList<LanPeer> found = Find(selector, refuse);
        if (!selector.IsPattern)
        {
            // Whom a wildcard matches and who is refused is told for each line.
            (_lastSelector, _last) = (selector, found);
        }

        return found;
    }

    private IReadOnlyList<LanPeer> Find(LanPeerSelector selector, Action<LanPeerException> refuse)
    {
        IReadOnlyList<LanPeer> found = selector.Find(_known);
        if (selector.PeerId is null)
        {
            found = [.. found.Where(peer => !IsUnderAnothersName(selector, peer))];
        }

        if (found.Count == 0)
        {
            throw Blocked(selector) ?? selector.NotFound(_known);
        }

        return selector.PeerId is not null ? found
            : selector.IsPattern ? Many(selector, found, refuse)
            : [One(selector, found)];
    }

    /// <summary>Who is blocked is not in the list of peers; that nobody knows it would be no answer.</summary>
    private LanPeerException? Blocked(LanPeerSelector selector)
    {
        LanPin? pin = selector.IsPattern ? null : Pins.FirstOrDefault(pin => pin.State == LanPinState.Blocked && selector.Matches(pin));
        return pin is null ? null : DeliveryErrors.Blocked(selector.Text, pin.PeerId);
    }

    private List<LanPeer> Many(LanPeerSelector selector, IReadOnlyList<LanPeer> found, Action<LanPeerException> refuse)
    {
        var chosen = new List<LanPeer>(found.Count);
        foreach (LanPeer peer in found)
        {
            LanPeerException? error = IsInConflict(peer) ? InConflict(peer) : IsDowngrade(selector, peer) ? Downgrade(selector, peer) : null;
            if (error is null)
            {
                chosen.Add(peer);
            }
            else
            {
                refuse(error);
            }
        }

        return chosen;
    }

    private LanPeer One(LanPeerSelector selector, IReadOnlyList<LanPeer> found)
    {
        LanPeer[] proven = [.. found.Where(peer => peer.PeerId is not null && !IsInConflict(peer))];
        LanPeer[] plain = [.. found.Where(peer => peer.PeerId is null && !IsDowngrade(selector, peer)
            && (proven.Length == 0 || !peer.UsesProtectedName))];
        if (proven.Length == 0 && found.FirstOrDefault(IsInConflict) is LanPeer newcomer)
        {
            throw InConflict(newcomer);
        }

        LanPeer[] chosen = [.. proven, .. plain];
        return chosen.Length switch
        {
            0 => throw Downgrade(selector, found[0]),
            1 => chosen[0],
            _ => throw selector.Ambiguous(chosen),
        };
    }

    /// <summary>
    /// Of those in the clear nobody is more himself than another; between them Conflict is told by their messages, and the
    /// last one that announced itself is written to, as always.
    /// </summary>
    private static bool IsInConflict(LanPeer peer) => peer is { PeerId: not null, Trust: LanTrust.Conflict };

    /// <summary>Whether sending to this peer would be sending in the clear what was meant for somebody proven.</summary>
    private bool IsDowngrade(LanPeerSelector selector, LanPeer peer)
        => peer is { PeerId: null, UsesProtectedName: true } && !_allowUnsigned && !IsTypedInFull(selector, peer);

    /// <summary>Two people may share a name. Who types out the user id of the other one means him, unless it is pinned.</summary>
    private bool IsTypedInFull(LanPeerSelector selector, LanPeer peer)
        => selector.IsText && selector.Text == peer.UserId && PeerLists.OwnerOf(Pins, peer.UserId) is null;

    /// <summary>Whether only its display name fits, and that is the name of an identity that is pinned.</summary>
    private bool IsUnderAnothersName(LanPeerSelector selector, LanPeer peer)
        => selector.IsText && peer.DisplayName != peer.Name && !selector.MatchesName(peer)
            && !(peer.PeerId is null && _allowUnsigned) && PeerLists.IsNameOfAnother(Pins, peer.DisplayName, peer);

    private static LanPeerException Downgrade(LanPeerSelector selector, LanPeer peer) => new(LanErrorId.DowngradeRefused,
        $"'{selector.Text}' would be written to in the clear: {peer.UserId} has proven nothing, and the name '{peer.Name}' belongs to somebody who has.",
        $"Wait until its owner is here again. If {peer.UserId} is meant: name the whole user id, or use -AllowUnsigned, and anybody on the network can read it.");

    private LanPeerException InConflict(LanPeer peer)
    {
        string owner = PeerLists.OwnerOf(Pins, peer.UserId) is LanPin pin && pin.PeerId != peer.PeerId
            ? $"it is pinned to {pin.PeerId}, and {peer.PeerId} uses it now"
            : $"{peer.PeerId} is not the only one who uses it";
        return new LanPeerException(LanErrorId.PeerInConflict, $"Nothing was sent to {peer.UserId}: {owner}.",
            $"Compare PEER_IDs with its owner. If the new one is right: Approve-LanPeer {peer.PeerId}. If not: Block-LanPeer {peer.PeerId}. The PEER_ID itself can be written to in any case.");
    }
}
