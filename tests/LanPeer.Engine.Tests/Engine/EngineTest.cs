using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security;
using LanPeer.SeedStandIn;
using Xunit;

namespace LanPeer.Tests.Engine;

/// <summary>A discovery port and a state folder of its own for each test, and an end to everything it started.</summary>
public abstract class EngineTest : IDisposable
{
    private readonly Stack<IDisposable> _toDispose = new();
    private readonly List<LanSession> _sessions = [];
    private bool _isDisposed;

    protected int DiscoveryPort { get; } = TestEnvironment.NewPort();

    /// <summary>
    /// Where this test's peers keep who they are. Tests run side by side and all name their peers alike; and whom one
    /// test has pinned, another must meet for the first time.
    /// </summary>
    protected string StatePath { get; } = TestEnvironment.NewStatePath();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        foreach (IDisposable thing in _toDispose)
        {
            thing.Dispose();
        }

        if (Directory.Exists(StatePath))
        {
            Directory.Delete(StatePath, recursive: true);
        }

        // A fault is counted where a datagram provoked an exception; none may ever.
        Assert.All(_sessions, session => Assert.False(session.Counters.Dropped.ContainsKey("Fault"), $"{session} counted a fault"));
    }

    protected T Keep<T>(T thing)
        where T : IDisposable
    {
        _toDispose.Push(thing);
        return thing;
    }

    protected LanPeerOptions Options(string name)
        => new() { Name = name, Network = LanNetwork.Loopback, DiscoveryPort = DiscoveryPort, StatePath = StatePath };

    protected LanSession Start(string name, Func<LanPeerOptions, LanPeerOptions>? tweak = null)
    {
        LanSession session = Keep(LanSession.Start(tweak?.Invoke(Options(name)) ?? Options(name)));
        _sessions.Add(session);
        return session;
    }

    /// <summary>A peer of the seed's program. Its answers are capped: what is tested is ours.</summary>
    protected SeedPeer StartSeed(string name, int answerCap = 50)
    {
        SeedPeer seed = Keep(new SeedPeer(new SeedPeerOptions { UserName = name, Loopback = true, DiscoveryPort = DiscoveryPort, AnswerCap = answerCap }));
        seed.Start();
        return seed;
    }

    private protected RawSocket OpenRaw(string address = "127.0.0.1") => Keep(new RawSocket(address));

    /// <summary>Two sessions that know each other.</summary>
    protected (LanSession Alice, LanSession Bob) StartTwo()
    {
        LanSession alice = Start("alice");
        LanSession bob = Start("bob");
        WaitToKnow(alice, bob.UserId);
        WaitToKnow(bob, alice.UserId);
        return (alice, bob);
    }

    protected static void WaitToKnow(LanSession session, string userId)
        => Wait.Until(() => session.Peers.Any(peer => peer.UserId == userId), $"{session} hears of {userId}");

    /// <summary>Waits for the next message of that type, and leaves others where they are.</summary>
    protected static LanMessage Receive(LanSession session, LanMessageType type)
    {
        IReadOnlyList<LanMessage> taken = [];
        Wait.Until(() => (taken = session.Inbox.Take(message => message.Type == type, 1)).Count > 0, $"{session} receives a {type}");
        return taken[0];
    }

    /// <summary>The key of a closed network.</summary>
    protected static LanNetworkKey NewKey(string text)
    {
        using var key = new SecureString();
        foreach (char c in text)
        {
            key.AppendChar(c);
        }

        return LanNetworkKey.FromSecureString(key);
    }

    protected static string ErrorOf(Action action) => Assert.Throws<LanPeerException>(action).ErrorId;
}
