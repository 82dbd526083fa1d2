using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace LanPeer.Cmdlets;

/// <summary>
/// How a user names peers: a user id, a name, a display name or a PEER_ID, with wildcards in names where it may be many;
/// or an object that comes from a peer.
/// </summary>
public sealed class LanPeerSelector
{
    private readonly string? _peerId;
    private readonly bool _isObject;
    private readonly WildcardPattern? _pattern;

    /// <summary>By text. What has the form of a PEER_ID is one: nobody is meant by it who only calls himself so.</summary>
    /// <param name="text">A user id, name, display name or PEER_ID; * ? [ ] are wildcards.</param>
    public LanPeerSelector(string text)
    {
        Text = text ?? throw new ArgumentNullException(nameof(text));
        _peerId = PeerIdText.TryRead(text, out string peerId) ? peerId : null;
        _pattern = WildcardPattern.ContainsWildcardCharacters(text) ? MakePattern(text) : null;
    }

    /// <summary>This very peer.</summary>
    /// <param name="peer">From Get-LanPeer or Find-LanPeer.</param>
    public LanPeerSelector(LanPeer peer)
        : this(peer?.UserId, peer?.PeerId)
    {
    }

    /// <summary>The author of a message: to answer it.</summary>
    /// <param name="message">From Receive-LanMessage.</param>
    public LanPeerSelector(LanMessage message)
        : this(message?.From, message?.FromPeer?.PeerId)
    {
    }

    /// <summary>The owner of a profile.</summary>
    /// <param name="profile">From Get-LanProfile.</param>
    public LanPeerSelector(LanProfile profile)
        : this(profile?.UserId, null)
    {
    }

    /// <summary>The identity that is pinned.</summary>
    /// <param name="pin">From Get-LanPin.</param>
    public LanPeerSelector(LanPin pin)
        : this(pin?.PeerId, pin?.PeerId)
    {
    }

    private LanPeerSelector(string? text, string? peerId)
    {
        Text = text ?? throw new ArgumentNullException(nameof(text));
        _peerId = peerId;
        _isObject = true;
    }

    /// <summary>What was given.</summary>
    public string Text { get; }

    /// <summary>The PEER_ID it names, in groups of four; null when it goes by what peers call themselves.</summary>
    public string? PeerId => _peerId;

    /// <summary>Whether it may name many.</summary>
    public bool IsPattern => _pattern is not null;

    /// <summary>Whether somebody typed it, rather than picked an object.</summary>
    internal bool IsText => !_isObject;

    /// <summary>
    /// Whether it is, or matches, user ids alone. Anyone can choose somebody else's user id for a display name, and must
    /// not be written to, or believed, in his place.
    /// </summary>
    private bool IsId => Text.Contains('@', StringComparison.Ordinal);

    /// <summary>Whether it names this peer.</summary>
    /// <param name="peer">Any peer.</param>
    public bool Matches(LanPeer peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        return _peerId is not null ? peer.PeerId == _peerId
            : _isObject ? peer.UserId == Text
            : MatchesName(peer) || (!IsId && Is(peer.DisplayName));
    }

    /// <summary>Whether it names the author of this message, also one that was never announced.</summary>
    /// <param name="message">Any message.</param>
    public bool MatchesAuthor(LanMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.FromPeer is not null)
        {
            return Matches(message.FromPeer);
        }

        return _peerId is null && (_isObject ? message.From == Text : MatchesUserId(message.From));
    }

    /// <summary>Whether it names this identity, by PEER_ID or by a user id that is its own.</summary>
    /// <param name="pin">Any pin.</param>
    public bool Matches(LanPin pin)
    {
        ArgumentNullException.ThrowIfNull(pin);

        // A pin may have no user id at all: * is everybody still.
        return _peerId is not null ? pin.PeerId == _peerId
            : pin.UserIds.Any(_isObject ? id => id == Text : MatchesUserId) || _pattern?.IsMatch("") == true;
    }

    /// <summary>
    /// All peers it names. Without wildcards an id comes before a name and a name before a display name, which anyone can
    /// choose to be somebody else's name.
    /// </summary>
    /// <param name="peers">The known peers.</param>
    public IReadOnlyList<LanPeer> Find(IReadOnlyList<LanPeer> peers)
    {
        ArgumentNullException.ThrowIfNull(peers);
        if (_peerId is not null)
        {
            return [.. peers.Where(Matches)];
        }

        LanPeer[] byId = [.. peers.Where(peer => peer.UserId.Equals(Text, StringComparison.Ordinal))];
        if (byId.Length > 0)
        {
            // The object of a peer that had proven nothing is that peer, as long as it is there.
            LanPeer[] plain = _isObject ? [.. byId.Where(peer => peer.PeerId is null)] : [];
            return plain.Length > 0 ? plain : byId;
        }

        LanPeer[] found = [.. peers.Where(Matches)];
        LanPeer[] byName = IsPattern ? [] : [.. found.Where(MatchesName)];
        return byName.Length > 0 ? byName : found;
    }

    /// <summary>What was given.</summary>
    public override string ToString() => Text;

    /// <summary>Those it names, of whom there must be one unless it has wildcards.</summary>
    /// <exception cref="LanPeerException">None, or several for a name that should be one.</exception>
    internal IReadOnlyList<LanPeer> Resolve(IReadOnlyList<LanPeer> peers)
    {
        IReadOnlyList<LanPeer> found = Find(peers);
        if (found.Count == 0)
        {
            throw NotFound(peers);
        }

        return found.Count == 1 || IsPattern ? found : throw Ambiguous(found);
    }

    internal LanPeerException NotFound(IReadOnlyList<LanPeer> peers) => new(LanErrorId.PeerNotFound,
        IsPattern ? $"No known peer matches '{Text}'." : $"No peer '{Text}' is known.",
        peers.Count == 0 ? "No peers are known yet: look for them with Find-LanPeer."
            : $"Known are {PeerLists.UserIds(peers)}. Find-LanPeer looks for others.");

    internal LanPeerException Ambiguous(IReadOnlyList<LanPeer> found)
    {
        bool isOneId = found.All(peer => peer.UserId == found[0].UserId);
        return new(LanErrorId.AmbiguousPeer, $"'{Text}' names {found.Count} peers: {PeerLists.Told(found)}.",
            isOneId ? "Use the PEER_ID of the one you mean." : "Use the user id of the one you mean, or a wildcard for all of them.");
    }

    /// <summary>By what is not the peer's to choose freely: all but the display name.</summary>
    internal bool MatchesName(LanPeer peer) => Is(peer.UserId) || (!IsId && Is(peer.Name));

    private bool MatchesUserId(string userId) => Is(userId) || (!IsId && Is(PeerLists.NameOf(userId)));

    /// <summary>An open bracket that is never closed is no wildcard: display names may hold anything.</summary>
    private static WildcardPattern? MakePattern(string text)
    {
        try
        {
            var pattern = new WildcardPattern(text, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);

            // It is parsed at its first use only, and there must be no exception then.
            _ = pattern.IsMatch(text);
            return pattern;
        }
        catch (WildcardPatternException)
        {
            return null;
        }
    }

    private bool Is(string text)
        => _pattern?.IsMatch(text) == true || text.Equals(Text, StringComparison.OrdinalIgnoreCase);
}
