using LanPeer.Security.Noise;
using Xunit;

namespace LanPeer.Tests.Security;

/// <summary>Both ways there are to AES-256-GCM.</summary>
internal static class Ciphers
{
    /// <summary>The BCL's, or the one that calls OpenSSL; skips the test where there is none.</summary>
    public static AesGcmAead Of(bool isManaged)
    {
        if (!isManaged && AesGcmAead.OpenSsl is null)
        {
            Assert.Skip("This system has no OpenSSL 3 that the BCL works with.");
        }

        return isManaged ? AesGcmAead.Bcl : AesGcmAead.OpenSsl!;
    }
}
