using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace LanPeer.Cmdlets;

/// <summary>
/// How a user names peers: a user id, a name, a display name or a peer id, with wildcards where it may be many; or an
/// object that comes from a peer.
/// </summary>
public sealed class LanPeerSelector
{
    private readonly string? _userId;
    private readonly WildcardPattern? _pattern;

    /// <summary>By text.</summary>
    /// <param name="text">A user id, name, display name or peer id; * ? [ ] are wildcards.</param>
    public LanPeerSelector(string text)
    {
        Text = text ?? throw new ArgumentNullException(nameof(text));
        _pattern = WildcardPattern.ContainsWildcardCharacters(text) ? MakePattern(text) : null;
    }

    /// <summary>This very peer.</summary>
    /// <param name="peer">From Get-LanPeer or Find-LanPeer.</param>
    public LanPeerSelector(LanPeer peer)
        : this(peer?.UserId, isExact: true)
    {
    }

    /// <summary>The author of a message: to answer it.</summary>
    /// <param name="message">From Receive-LanMessage.</param>
    public LanPeerSelector(LanMessage message)
        : this(message?.From, isExact: true)
    {
    }

    /// <summary>The owner of a profile.</summary>
    /// <param name="profile">From Get-LanProfile.</param>
    public LanPeerSelector(LanProfile profile)
        : this(profile?.UserId, isExact: true)
    {
    }

    private LanPeerSelector(string? userId, bool isExact)
    {
        Text = userId ?? throw new ArgumentNullException(nameof(userId));
        _userId = isExact ? userId : null;
    }

    /// <summary>What was given.</summary>
    public string Text { get; }

    /// <summary>
    /// Whether it is, or matches, user ids alone. Anyone can choose somebody else's user id for a display name, and must
    /// not be written to, or believed, in his place.
    /// </summary>
    private bool IsId => Text.Contains('@', StringComparison.Ordinal);

    /// <summary>Whether it may name many.</summary>
    public bool IsPattern => _pattern is not null;

    /// <summary>Whether it names this peer.</summary>
    /// <param name="peer">Any peer.</param>
    public bool Matches(LanPeer peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        return _userId is not null ? peer.UserId == _userId
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

        return _userId is not null ? message.From == _userId
            : Is(message.From) || (!IsId && Is(message.From[..Math.Max(0, message.From.LastIndexOf('@'))]));
    }

    /// <summary>
    /// All peers it names. Without wildcards an id comes before a name and a name before a display name, which anyone can
    /// choose to be somebody else's name.
    /// </summary>
    /// <param name="peers">The known peers.</param>
    public IReadOnlyList<LanPeer> Find(IReadOnlyList<LanPeer> peers)
    {
        ArgumentNullException.ThrowIfNull(peers);
        LanPeer? byId = peers.FirstOrDefault(peer => peer.UserId.Equals(Text, StringComparison.Ordinal));
        if (byId is not null)
        {
            return [byId];
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

        return found.Count == 1 || IsPattern ? found : throw new LanPeerException(LanErrorId.AmbiguousPeer,
            $"'{Text}' names {found.Count} peers: {List(found)}.", "Use the user id of the one you mean, or a wildcard for all of them.");
    }

    internal LanPeerException NotFound(IReadOnlyList<LanPeer> peers) => new(LanErrorId.PeerNotFound,
        IsPattern ? $"No known peer matches '{Text}'." : $"No peer '{Text}' is known.",
        peers.Count == 0 ? "No peers are known yet: look for them with Find-LanPeer."
            : $"Known are {List(peers)}. Find-LanPeer looks for others.");

    private static string List(IReadOnlyList<LanPeer> peers)
    {
        const int shown = 10;
        string ids = string.Join(", ", peers.Take(shown).Select(peer => peer.UserId));
        return peers.Count > shown ? $"{ids} and {peers.Count - shown} more" : ids;
    }

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

    /// <summary>By what is not the peer's to choose freely: all but the display name.</summary>
    private bool MatchesName(LanPeer peer)
        => Is(peer.UserId) || (!IsId && (Is(peer.Name) || (peer.PeerId is not null && Is(peer.PeerId))));

    private bool Is(string text)
        => _pattern?.IsMatch(text) == true || text.Equals(Text, StringComparison.OrdinalIgnoreCase);
}
