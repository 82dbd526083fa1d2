using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace LanPeer.Cmdlets.Completion;

/// <summary>Somebody who can be named in an argument.</summary>
/// <param name="UserId">The user id; empty for an identity that has none yet.</param>
/// <param name="Name">The part of it before the @.</param>
/// <param name="DisplayName">What its profile calls it; the name when there is none.</param>
/// <param name="PeerId">Who it is; null when it has proven nothing.</param>
internal readonly record struct NamedPeer(string UserId, string Name, string DisplayName, string? PeerId)
{
    public static NamedPeer Of(LanPeer peer) => new(peer.UserId, peer.Name, peer.DisplayName, peer.PeerId);

    public static NamedPeer Of(LanPin pin)
    {
        string userId = pin.UserIds.Count > 0 ? pin.UserIds[0] : "";
        string name = PeerLists.NameOf(userId);
        return new(userId, name, name, pin.PeerId);
    }
}

/// <summary>
/// What each of many can be called so that nobody else is meant: the name where one alone has it, else the user id, else
/// the PEER_ID. Made in one pass over them, and asked in another.
/// </summary>
internal sealed class PeerNames
{
    private readonly Dictionary<string, int> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, int> _userIds = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, int> _displayNames = new(StringComparer.OrdinalIgnoreCase);
    private readonly bool _givesPeerIds;

    /// <param name="all">All who could be meant.</param>
    /// <param name="givesPeerIds">Whether a PEER_ID may be given; not where it must be compared first.</param>
    public PeerNames(IEnumerable<NamedPeer> all, bool givesPeerIds = true)
    {
        _givesPeerIds = givesPeerIds;
        foreach (NamedPeer one in all)
        {
            Count(_names, one.Name);
            Count(_userIds, one.UserId);
            Count(_displayNames, one.DisplayName);
        }
    }

    /// <summary>What to complete a word to for one of them; null when the word does not fit.</summary>
    public string? Of(NamedPeer one, CompletionWord word)
    {
        if (one.Name.Length > 0 && word.Fits(one.Name))
        {
            return IsAlone(_names, one.Name) && IsReadAsName(one.Name) ? one.Name : UserIdOf(one);
        }

        if (one.UserId.Length > 0 && word.Fits(one.UserId))
        {
            return UserIdOf(one);
        }

        if (word.Fits(one.DisplayName) && one.DisplayName.Length > 0)
        {
            bool isSure = IsAlone(_displayNames, one.DisplayName) && !_names.ContainsKey(one.DisplayName) && IsReadAsName(one.DisplayName);
            return isSure ? one.DisplayName : UserIdOf(one);
        }

        return _givesPeerIds && one.PeerId is string id && (word.Fits(id) || Plain(id).StartsWith(Plain(word.Text), StringComparison.OrdinalIgnoreCase))
            ? id : null;
    }

    private static string Plain(string id) => id.Replace("-", "", StringComparison.Ordinal);

    private static void Count(Dictionary<string, int> counts, string text) => counts[text] = counts.GetValueOrDefault(text) + 1;

    private static bool IsAlone(Dictionary<string, int> counts, string text) => counts.GetValueOrDefault(text) == 1;

    /// <summary>Whether a selector of that text goes by names: not a wildcard, a user id or a PEER_ID.</summary>
    private static bool IsReadAsName(string text)
        => !text.Contains('@', StringComparison.Ordinal) && !WildcardPattern.ContainsWildcardCharacters(text) && !PeerIdText.TryRead(text, out _);

    private string? UserIdOf(NamedPeer one)
        => IsAlone(_userIds, one.UserId) || !_givesPeerIds ? (one.UserId.Length > 0 ? one.UserId : null) : one.PeerId ?? one.UserId;
}
