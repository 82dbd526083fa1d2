using System;
using System.Collections.Generic;
using System.Linq;

namespace LanPeer.Cmdlets;

/// <summary>An identity a user has named, to decide about it.</summary>
/// <param name="PeerId">In groups of four.</param>
/// <param name="Peer">The peer, when it is here.</param>
/// <param name="Pin">Its pin, when it has one.</param>
/// <param name="IsByName">Whether the user gave a name, and may not have seen the PEER_ID yet.</param>
internal sealed record ChosenIdentity(string PeerId, LanPeer? Peer, LanPin? Pin, bool IsByName)
{
    /// <summary>What it calls itself, or has called itself.</summary>
    public string Name => Peer?.UserId ?? (Pin is { UserIds.Count: > 0 } ? Pin.UserIds[0] : "an identity not met yet");

    /// <summary>Name and whole PEER_ID.</summary>
    public override string ToString() => $"{Name}, PEER_ID {PeerId}";
}

/// <summary>Finds the one identity that is meant. A decision about somebody is never spread over many by a wildcard.</summary>
internal static class IdentityChoice
{
    /// <summary>Among those who are here, then among the pins; a PEER_ID also means somebody never met.</summary>
    /// <exception cref="LanPeerException">None, several, or one without an identity.</exception>
    public static ChosenIdentity Of(LanPeerSelector selector, LanSession session)
    {
        IReadOnlyList<LanPeer> peers = session.Peers;
        IReadOnlyList<LanPin> pins = session.GetPins();
        if (selector.PeerId is string peerId)
        {
            return Make(peerId, peers, pins, isByName: false);
        }

        IReadOnlyList<LanPeer> found = selector.Find(peers);
        LanPeer[] proven = [.. found.Where(peer => peer.PeerId is not null)];
        return proven.Length switch
        {
            1 => Make(proven[0].PeerId!, peers, pins, isByName: true),
            > 1 => throw Ambiguous(selector, PeerLists.WithPeerIds(proven), proven.Length),
            _ when found.Count > 0 => throw NoIdentity(found[0]),
            _ => OfPins(selector, session, null) ?? throw NotFound(selector, selector.NotFound(peers)),
        };
    }

    /// <summary>Among the pins alone.</summary>
    /// <param name="selector">What the user gave.</param>
    /// <param name="session">Whose pins.</param>
    /// <param name="state">Only pins of this state; a PEER_ID is found in any.</param>
    /// <exception cref="LanPeerException">None, or several.</exception>
    public static ChosenIdentity Pinned(LanPeerSelector selector, LanSession session, LanPinState? state = null)
        => OfPins(selector, session, state) ?? throw NotFound(selector, NoPin(selector, state));

    /// <summary>No pin, of that state where one is asked for.</summary>
    public static LanPeerException NoPin(LanPeerSelector selector, LanPinState? state = null)
        => NotFound(selector, new(LanErrorId.PinNotFound,
            state is null ? $"There is no pin of '{selector.Text}'." : $"There is no pin of '{selector.Text}' that is {state}.",
            "Get-LanPin lists the pins. A PEER_ID finds one whatever its owner calls himself."));

    private static ChosenIdentity? OfPins(LanPeerSelector selector, LanSession session, LanPinState? state)
    {
        IReadOnlyList<LanPin> pins = session.GetPins();
        LanPin[] found = [.. pins.Where(pin => selector.Matches(pin) && (state is null || pin.State == state || selector.PeerId is not null))];
        return found.Length switch
        {
            0 => null,
            1 => Make(found[0].PeerId, session.Peers, pins, isByName: selector.PeerId is null),
            _ => throw Ambiguous(selector, PeerLists.WithPeerIds(found), found.Length),
        };
    }

    private static ChosenIdentity Make(string peerId, IReadOnlyList<LanPeer> peers, IReadOnlyList<LanPin> pins, bool isByName)
        => new(peerId, peers.FirstOrDefault(peer => peer.PeerId == peerId), pins.FirstOrDefault(pin => pin.PeerId == peerId), isByName);

    /// <summary>A PEER_ID with a slip in it is called that, and not a name nobody has.</summary>
    private static LanPeerException NotFound(LanPeerSelector selector, LanPeerException otherwise)
        => !PeerIdText.IsMistyped(selector.Text) ? otherwise : new LanPeerException(LanErrorId.InvalidPeerId,
            $"'{selector.Text}' is no PEER_ID.",
            "A PEER_ID has 32 letters A to Z and digits 2 to 7, in groups of four or not. Get-LanPeer and Get-LanPin show those that are known.");

    private static LanPeerException NoIdentity(LanPeer peer) => new(LanErrorId.PeerHasNoIdentity,
        $"{peer.UserId} has no PEER_ID: it speaks in the clear, and anybody could in its name.",
        "Only identities can be approved or blocked. Start-LanPeer -RequireTrust listens to nobody without one.");

    private static LanPeerException Ambiguous(LanPeerSelector selector, string candidates, int count) => new(LanErrorId.AmbiguousPeer,
        $"'{selector.Text}' names {count} identities: {candidates}.", "Use the PEER_ID of the one you mean.");
}
