using System;
using System.Linq;
using LanPeer.Security.Noise;
using LanPeer.Tests.Security;
using Xunit;

namespace LanPeer.Tests.Engine;

/// <summary>Whole peers with the BCL's cipher, as on Windows and macOS, and with peers that call OpenSSL.</summary>
[Collection(Alone.Name)]
public sealed class ManagedCipherTests : EngineTest
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Messages_arrive_whichever_cipher_the_peers_use(bool isAliceManaged, bool isBobManaged)
    {
        LanSession alice = StartOn("alice", isAliceManaged);
        LanSession bob = StartOn("bob", isBobManaged);
        WaitToKnow(alice, bob.UserId);
        WaitToKnow(bob, alice.UserId);
        string[] texts = [.. Enumerable.Range(0, 60).Select(i => $"{i} {new string('x', i * i * 40)}")];

        LanSending[] sendings = [.. texts.Select(text => alice.BeginDM(bob.UserId, text))];

        Assert.All(sendings, sending => Assert.True(sending.Wait(Wait.Long, TestContext.Current.CancellationToken)));
        Assert.All(sendings, sending => Assert.Equal(LanDeliveryState.Delivered, sending.Deliveries.Single().State));
        Assert.Equal(texts, bob.Inbox.Take(_ => true, 1_000).Select(message => message.Content));
        Assert.Equal(LanDeliveryState.Delivered, bob.Post("back", Wait.Long).Single().State);
        Assert.Equal("back", Receive(alice, LanMessageType.Post).Content);
    }

    private LanSession StartOn(string name, bool isManaged)
    {
        Aead aead = Ciphers.Of(isManaged);
        Assert.SkipWhen(!isManaged && AesGcmAead.Instance != aead, "This run does without OpenSSL.");
        AppContext.SetSwitch(AesGcmAead.SwitchName, isManaged);
        try
        {
            Assert.Same(aead, HandshakeSuite.Default.Aead);
            return Start(name);
        }
        finally
        {
            AppContext.SetSwitch(AesGcmAead.SwitchName, false);
        }
    }
}
