using System;
using System.Collections.Generic;
using LanPeer.Security;
using LanPeer.State;

namespace LanPeer;

/// <summary>Opens what a peer keeps on disk, and says in a user's words why it cannot be opened.</summary>
internal static class IdentityOpener
{
    /// <exception cref="LanPeerException">The identity is in use, damaged, exposed, or cannot be kept.</exception>
    public static StateStore Open(LanPeerOptions options, DateTimeOffset now)
    {
        if (options.Ephemeral)
        {
            return StateStore.Ephemeral(now);
        }

        try
        {
            return StateStore.Open(options.StatePath, options.Name, now);
        }
        catch (StateException error)
        {
            throw new LanPeerException(error.ErrorId, error.Message, error.RecommendedAction, error);
        }
    }
}

/// <summary>From the options to the network the peer is on.</summary>
internal static class EngineSecrets
{
    /// <summary>Derives the keys of a closed network: 0.2 s for each, which is what makes guessing them slow.</summary>
    public static PeerNetwork NetworkOf(LanPeerOptions options)
    {
        if (options.NetworkName.Length == 0)
        {
            return PeerNetwork.Open;
        }

        var keys = new List<byte[]>(options.NetworkKeys.Count);
        foreach (LanNetworkKey key in options.NetworkKeys)
        {
            keys.Add(key.Bytes);
        }

        return PeerNetwork.Closed(options.NetworkName, keys);
    }
}
