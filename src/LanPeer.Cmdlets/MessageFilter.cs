using System;

namespace LanPeer.Cmdlets;

/// <summary>Which messages a command wants: by type and by author. What is empty leaves nobody out.</summary>
internal static class MessageFilter
{
    public static bool IsWanted(LanMessage message, LanMessageType[] types, LanPeerSelector[] authors)
        => (types.Length == 0 || Array.IndexOf(types, message.Type) >= 0)
            && (authors.Length == 0 || Array.Exists(authors, author => author.MatchesAuthor(message)));
}
