using System;
using System.Collections.Generic;

namespace LanPeer.Security;

/// <summary>The network a peer is on: the open one, or a closed one with a name and one or two keys.</summary>
internal sealed class PeerNetwork
{
    private readonly NetworkSecret[] _secrets;

    private PeerNetwork(string name, NetworkSecret[] secrets)
    {
        Name = name;
        Tag = name.Length == 0 ? 0 : NetworkSecret.TagOf(name);
        _secrets = secrets;
    }

    /// <summary>Everybody's.</summary>
    public static PeerNetwork Open { get; } = new("", [NetworkSecret.Open]);

    /// <summary>Empty for the open network.</summary>
    public string Name { get; }

    /// <summary>On the wire in the place of the name; 0 for the open network.</summary>
    public uint Tag { get; }

    public bool IsClosed => Name.Length != 0;

    /// <summary>Its secrets, newest first.</summary>
    public IReadOnlyList<NetworkSecret> Secrets => _secrets;

    /// <summary>The secret that seals what is sent.</summary>
    public NetworkSecret Newest => _secrets[0];

    /// <summary>A closed network.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="keys">UTF-8 of its keys, newest first; more than one while the key is being changed.</param>
    public static PeerNetwork Closed(string name, IReadOnlyList<byte[]> keys)
    {
        ArgumentOutOfRangeException.ThrowIfZero(keys.Count);
        var secrets = new NetworkSecret[keys.Count];
        for (int i = 0; i < secrets.Length; i++)
        {
            secrets[i] = NetworkSecret.Derive(name, keys[i]);
        }

        return new PeerNetwork(name, secrets);
    }

    /// <summary>The secret of that id, or null when it is none of ours.</summary>
    public NetworkSecret? Find(uint keyId)
    {
        foreach (NetworkSecret secret in _secrets)
        {
            if (secret.KeyId == keyId)
            {
                return secret;
            }
        }

        return null;
    }
}
