using System.IO;
using System.Linq;
using System.Management.Automation;

namespace LanPeer.Cmdlets;

/// <summary>The keys that -NetworkName, -NetworkKey and -NetworkKeyPath mean together.</summary>
internal static class NetworkChoice
{
    /// <param name="cmdlet">Whose parameters they are.</param>
    /// <param name="name">The closed network; null for the open one.</param>
    /// <param name="keys">Its keys, newest first; null when not given.</param>
    /// <param name="paths">Files with them; null when not given.</param>
    /// <returns>The keys; none for the open network.</returns>
    /// <exception cref="LanPeerException">They do not go together (InvalidOption), or a file is none of a key.</exception>
    public static LanNetworkKey[] ReadKeys(PSCmdlet cmdlet, string? name, LanNetworkKey[]? keys, string[]? paths)
    {
        bool hasKey = keys is not null || paths is not null;
        if (name is null && hasKey)
        {
            throw new LanPeerException(LanErrorId.InvalidOption, "A network key is given, but no network.", "Name the closed network with -NetworkName.");
        }

        if (name is not null && !hasKey)
        {
            throw new LanPeerException(LanErrorId.InvalidOption, $"The closed network '{name}' is given without its key.",
                "Give it with -NetworkKey (Read-Host -AsSecureString), or with -NetworkKeyPath.");
        }

        if (keys is not null && paths is not null)
        {
            throw new LanPeerException(LanErrorId.InvalidOption, "The network key is given twice: by -NetworkKey and by -NetworkKeyPath.",
                "Use one of the two. Each takes two keys while the key is being changed, the newest first.");
        }

        return keys ?? [.. (paths ?? []).Select(path => ReadKey(cmdlet, path))];
    }

    private static LanNetworkKey ReadKey(PSCmdlet cmdlet, string path)
    {
        string file = LanPaths.ToFile(cmdlet, path);
        return File.Exists(file) || Directory.Exists(file) ? LanNetworkKey.FromFile(file)
            : throw new LanPeerException(LanErrorId.FileNotFound, $"There is no key file '{path}'.", "Check the path.");
    }
}
