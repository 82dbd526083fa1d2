using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Tests.Engine;
using Xunit;

namespace LanPeer.Tests.Attacks;

/// <summary>Two engines in session over real sockets, and what no attack on them may change.</summary>
public abstract class SocketTest : EngineTest
{
    private string? _before;

    protected SocketTest()
    {
        Alice = Join("alice");
        Bob = Join("bob");
        WaitToKnow(Alice, Bob.UserId);
        WaitToKnow(Bob, Alice.UserId);
    }

    protected LanSession Alice { get; }

    protected LanSession Bob { get; }

    private protected SocketMallory Mallory => field ??= Keep(new SocketMallory());

    /// <summary>Remembers whom Alice knows and trusts.</summary>
    protected void Remember() => _before = StateOf(Alice);

    /// <summary>Alice knows and trusts whom she did, and has found no fault in herself.</summary>
    protected void AssertUnchanged()
    {
        Assert.Equal(_before, StateOf(Alice));
        Assert.False(Alice.Counters.Dropped.ContainsKey("Fault"));
        Assert.False(Bob.Counters.Dropped.ContainsKey("Fault"));
    }

    /// <summary>Both write and both are heard.</summary>
    protected void AssertTheyTalk()
    {
        Alice.SendDM(Bob.UserId, "are you there");
        Assert.Equal("are you there", Receive(Bob, LanMessageType.DM).Content);
        Bob.SendDM(Alice.UserId, "still here");
        Assert.Equal("still here", Receive(Alice, LanMessageType.DM).Content);
    }

    /// <summary>What Alice has dropped for these reasons, or for all but her own broadcasts come back.</summary>
    protected long Dropped(params string[] reasons)
        => Alice.Counters.Dropped.Where(pair => reasons.Length == 0 ? pair.Key != "Own" : reasons.Contains(pair.Key)).Sum(pair => pair.Value);

    private static string StateOf(LanSession session)
    {
        IEnumerable<string> peers = session.Peers.Select(peer => $"{peer.UserId} is {peer.PeerId} at {peer.Address}:{peer.Port}, {peer.Trust}");
        IEnumerable<string> pins = session.GetPins().Select(pin => $"{pin.PeerId} is {pin.State}, {string.Join(' ', pin.UserIds)}");
        return string.Join('\n', peers.Concat(pins).Append($"inbox {session.Inbox.Count}"));
    }

    private LanSession Join(string name) => Start(name, options => options with { StatePath = null, Ephemeral = true });
}
