using System;
using System.Collections.Generic;
using System.Threading;

namespace LanPeer;

/// <summary>
/// A running peer. Start-LanPeer gives it, every command takes it as -Session, and it may be used from several threads
/// and runspaces at once.
/// </summary>
public sealed partial class LanSession : IDisposable
{
    private readonly LanPeerEngine _engine;

    private LanSession(LanPeerEngine engine, LanPeerOptions options)
    {
        _engine = engine;
        Options = options;
        PeerId = Security.PeerId.Grouped(engine.Identity.PeerId);
        engine.Events.IsHeard = IsHeard;
        engine.Events.Raise = Raise;
    }

    /// <summary>The name before the @ of the user id.</summary>
    public string Name => Options.Name;

    /// <summary>The label others know this peer by, <c>name@address</c>. It changes when the machine's address does.</summary>
    public string UserId => _engine.UserId;

    /// <summary>Who this peer is: its PEER_ID, 32 characters in groups of four. Others compare it before they approve it.</summary>
    public string PeerId { get; }

    /// <summary>The agreement key others are told, base64: for programs that measure this one.</summary>
    internal string AgreementKeyText => Convert.ToBase64String(_engine.Identity.AgreementKey);

    /// <summary>The UDP port everything is sent from and received on.</summary>
    public int Port => _engine.Port;

    /// <summary>How far it reaches.</summary>
    public LanNetwork Network => Options.Network;

    /// <summary>Running, DiscoveryBlocked or Stopped.</summary>
    public LanSessionState State => _engine.State;

    /// <summary>The peers known now.</summary>
    public IReadOnlyList<LanPeer> Peers => _engine.GetPeers();

    /// <summary>Counts what happens to peers: it grows when one came, went or changed. As long as it does not, who was read from <see cref="Peers"/> is there.</summary>
    public long PeersVersion => _engine.PeersChanged.Version;

    /// <summary>What has arrived and was not received yet.</summary>
    public LanInbox Inbox => _engine.Inbox;

    /// <summary>What was seen on the wire so far.</summary>
    public LanCounters Counters => _engine.GetCounters();

    /// <summary>Begins to tell what happens on the wire, in words. It costs time while somebody listens.</summary>
    /// <returns>Lines to be taken until it is disposed.</returns>
    public LanNarration Narrate() => _engine.Trace.Open();

    /// <summary>What it was started with.</summary>
    public LanPeerOptions Options { get; }

    /// <summary>Whether another program on the network was heard using this peer's user id.</summary>
    public bool HasIdConflict => _engine.HasIdConflict;

    /// <summary>The network this process is confined to by LANPEER_NETWORK; null when it is not.</summary>
    /// <exception cref="LanPeerException">The variable has a value that is no network.</exception>
    public static LanNetwork? Confinement => EngineNetwork.Confinement();

    /// <summary>Starts a peer.</summary>
    /// <param name="options">How.</param>
    /// <returns>The running peer; dispose it to stop.</returns>
    /// <exception cref="LanPeerException">An option, a port, the name or the network does not permit it.</exception>
    public static LanSession Start(LanPeerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new LanSession(LanPeerEngine.Start(options, TimeProvider.System), options);
    }

    /// <summary>The profile last received of a peer, or the own one; null when there is none.</summary>
    /// <param name="userId">Whose; null for the own one.</param>
    public LanProfile? GetProfile(string? userId = null)
        => userId is null || userId == UserId ? _engine.OwnProfile : _engine.GetProfile(userId);

    /// <summary>Asks the network who is there, and gives each peer as soon as it is heard.</summary>
    /// <param name="timeout">How long to listen.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="whileWaiting">Called every 50 ms or more often while it waits, on the caller's thread; null for nothing.</param>
    /// <returns>Peers heard since the call, each once.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IEnumerable<LanPeer> Find(TimeSpan timeout, CancellationToken cancellation, Action? whileWaiting = null)
        => PeerQueries.Find(_engine, timeout, cancellation, whileWaiting);

    /// <summary>Asks all known peers whom they know.</summary>
    /// <param name="timeout">How long to wait for the slowest.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="whileWaiting">Called every 50 ms or more often while it waits, on the caller's thread; null for nothing.</param>
    /// <returns>All peers: those known at first hand, then those only reported.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IReadOnlyList<LanPeer> AskForPeers(TimeSpan timeout, CancellationToken cancellation, Action? whileWaiting = null)
        => PeerQueries.AskForPeers(_engine, timeout, cancellation, whileWaiting);

    /// <summary>Asks peers through their sessions whether they are there, and gives each answer as it comes.</summary>
    /// <param name="userIds">Their user ids or PEER_IDs. All are asked at once.</param>
    /// <param name="count">How often, at least once. A peer without a session is named once.</param>
    /// <param name="interval">From one question to the next.</param>
    /// <param name="timeout">How long an answer may take.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="whileWaiting">Called every 50 ms or more often while it waits, on the caller's thread; null for nothing.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="LanPeerException">The session was stopped.</exception>
    public IEnumerable<LanPing> Ping(
        IReadOnlyList<string> userIds, int count, TimeSpan interval, TimeSpan timeout, CancellationToken cancellation, Action? whileWaiting = null)
        => new PingQuery(_engine, timeout, cancellation, whileWaiting).Run(userIds, count, interval);

    /// <summary>Says goodbye and stops. What has arrived stays in the inbox. Idempotent.</summary>
    public void Dispose() => _engine.Dispose();

    /// <summary>The user id.</summary>
    public override string ToString() => UserId;
}
