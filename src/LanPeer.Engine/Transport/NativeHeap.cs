using System;
using System.Runtime.InteropServices;

namespace LanPeer.Transport;

/// <summary>The C library's memory, which the platform's cryptography takes its own from.</summary>
internal static partial class NativeHeap
{
    private static bool s_isMissing = !OperatingSystem.IsLinux();

    /// <summary>
    /// Gives back to the system what is free between the pieces in use. A handshake frees some 10 KB between the 3 KB that
    /// stay, and the library keeps those for later: 10 MB after 1,000 handshakes. Takes some milliseconds; does nothing
    /// where the C library does not offer it.
    /// </summary>
    public static void Trim()
    {
        if (s_isMissing)
        {
            return;
        }

        try
        {
            _ = Trim(0);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            s_isMissing = true;
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keep);
}
