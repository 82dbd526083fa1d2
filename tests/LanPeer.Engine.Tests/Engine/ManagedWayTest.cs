using System;
using System.Linq;
using Xunit;

namespace LanPeer.Tests.Engine;

/// <summary>Whole peers that do something by the BCL alone, as on Windows and macOS, and peers that call the system, together.</summary>
/// <param name="switchName">The switch (AppContext) that keeps a peer to the BCL from its start.</param>
public abstract class ManagedWayTest(string switchName) : EngineTest
{
    /// <summary>Skips the test where a peer cannot be started in this way.</summary>
    private protected abstract void SkipWithout(bool isManaged);

    /// <summary>Which way a peer that is started now goes.</summary>
    private protected abstract bool IsManagedNow { get; }

    private protected LanSession StartOn(string name, bool isManaged)
    {
        SkipWithout(isManaged);
        AppContext.SetSwitch(switchName, isManaged);
        try
        {
            Assert.Equal(isManaged, IsManagedNow);
            return Start(name);
        }
        finally
        {
            AppContext.SetSwitch(switchName, false);
        }
    }

    /// <summary>Messages arrive in order and once one way, and a post the other.</summary>
    private protected void Talk(bool isAliceManaged, bool isBobManaged, string[] texts)
    {
        LanSession alice = StartOn("alice", isAliceManaged);
        LanSession bob = StartOn("bob", isBobManaged);
        WaitToKnow(alice, bob.UserId);
        WaitToKnow(bob, alice.UserId);

        LanSending[] sendings = [.. texts.Select(text => alice.BeginDM(bob.UserId, text))];

        Assert.All(sendings, sending => Assert.True(sending.Wait(Wait.Long, TestContext.Current.CancellationToken)));
        Assert.All(sendings, sending => Assert.Equal(LanDeliveryState.Delivered, sending.Deliveries.Single().State));
        Assert.Equal(texts, bob.Inbox.Take(_ => true, 1_000).Select(message => message.Content));
        Assert.Equal(LanDeliveryState.Delivered, bob.Post("back", Wait.Long).Single().State);
        Assert.Equal("back", Receive(alice, LanMessageType.Post).Content);
    }
}
