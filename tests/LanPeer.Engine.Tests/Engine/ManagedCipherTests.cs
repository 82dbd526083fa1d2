using System.Linq;
using LanPeer.Security.Noise;
using LanPeer.Tests.Security;
using Xunit;

namespace LanPeer.Tests.Engine;

/// <summary>Whole peers with the BCL's cipher, as on Windows and macOS, and with peers that call OpenSSL.</summary>
[Collection(Alone.Name)]
public sealed class ManagedCipherTests() : ManagedWayTest(AesGcmAead.SwitchName)
{
    private protected override bool IsManagedNow => HandshakeSuite.Default.Aead == AesGcmAead.Bcl;

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Messages_arrive_whichever_cipher_the_peers_use(bool isAliceManaged, bool isBobManaged)
        => Talk(isAliceManaged, isBobManaged, [.. Enumerable.Range(0, 60).Select(i => $"{i} {new string('x', i * i * 40)}")]);

    private protected override void SkipWithout(bool isManaged)
        => Assert.SkipWhen(!isManaged && AesGcmAead.Instance != Ciphers.Of(isManaged), "This run does without OpenSSL.");
}
