using System.Management.Automation;

namespace LanPeer.Cmdlets;

/// <summary>PowerShell paths to files: its current location and drives are not the process's.</summary>
internal static class LanPaths
{
    /// <exception cref="LanPeerException">The path leads to something else than the file system.</exception>
    public static string ToFile(PSCmdlet cmdlet, string path)
    {
        try
        {
            string file = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
            return provider.Name == "FileSystem" ? file
                : throw new LanPeerException(LanErrorId.FileNotFound, $"'{path}' is no path of the file system.", "Name a file.");
        }
        catch (System.Exception error) when (error is DriveNotFoundException or ProviderNotFoundException or ItemNotFoundException)
        {
            throw new LanPeerException(LanErrorId.FileNotFound, $"'{path}' leads nowhere: {error.Message}", "Check the path.", error);
        }
    }
}
