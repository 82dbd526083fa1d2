using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Net.NetworkInformation;
using System.Text;
using System.Threading;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.State;
using LanPeer.Transport;
using LanPeer.Wire;

namespace LanPeer;

/// <summary>
/// Drives one <see cref="PeerMachine"/> over two sockets and an alarm. One lock guards the machine; it is taken per batch
/// of datagrams and per command, and nothing is sent or called back under it. docs/architecture.md tells the way of a
/// datagram through here.
/// </summary>
internal sealed partial class LanPeerEngine : IDisposable
{
    private readonly object _gate = new();
    private readonly object _turn = new();
    private readonly LanPeerOptions _options;
    private readonly TimeProvider _time;
    private readonly long _epoch;
    private readonly PeerMachine _machine;
    private readonly UdpPort _unicast;
    private readonly Reception _reception;
    private readonly StateStore _store;
    private readonly Alarm _alarm;
    private readonly ManualResetEvent _stopping = new(false);
    private readonly List<Thread> _threads = [];

    /// <summary>What the kernel did not take of the last batch; belongs to who has the turn.</summary>
    private readonly List<SendFailure> _failures = [];

    /// <summary>Each thread gets its own back: who posts to many has one that is large enough, and nobody else makes one so.</summary>
    private readonly ConcurrentBag<Effects> _spareEffects = [];
    private readonly EngineCounters _counters = new();
    private readonly List<ListQuery> _queries = [];
    private readonly EngineNotices _notices = new();
    private UdpPort? _discovery;
    private RunFolder? _runFolder;
    private TimeSpan _nextDiscoveryTry = TimeSpan.MaxValue;
    private TimeSpan _nextNeighbourCall = TimeSpan.MaxValue;
    private TimeSpan _scheduled = TimeSpan.MaxValue;
    private int _watchers;
    private bool _isStopped;
    private bool _isStopping;
    private LanProfile? _ownProfile;

    private LanPeerEngine(
        LanPeerOptions options, LocalNetwork network, IReadOnlyList<Ipv4Endpoint> seeds, UdpPort unicast, StateStore store, TimeProvider time)
    {
        _options = options;
        _time = time;
        _epoch = time.GetTimestamp();
        _unicast = unicast;
        _store = store;
        Events = new EngineEvents(options.InboxCapacity);
        Trace = new EngineTrace(_gate);
        _reception = new Reception(unicast, (batch, effects) => HandleBatch(batch, Inlet.Unicast, effects));
        PeersChanged = new Signal(_reception);
        DeliveriesChanged = new Signal(_reception);
        Inbox = new LanInbox(options.InboxCapacity, options.InboxBytes, _reception) { Taken = OnInboxTaken };
        _machine = new PeerMachine(
            new PeerSettings
            {
                Name = options.Name,
                DiscoveryPort = (ushort)options.DiscoveryPort,
                AnnounceInterval = options.AnnounceInterval,
                PeerTimeout = options.PeerTimeout,
                Seeds = seeds,
                InboxMessages = options.InboxCapacity,
                InboxBytes = options.InboxBytes,
            },
            network,
            new SystemRandom(),
            new PeerSecurity
            {
                Identity = store.Identity,
                Epochs = store.Epochs,
                Pins = store.Pins,
                Network = EngineSecrets.NetworkOf(options),
                RequireTrust = options.RequireTrust,
                AllowUnsigned = options.AllowUnsigned,
            });
        _alarm = Alarm.Create(time, OnAlarm, $"LanPeer {options.Name} alarm");
    }

    public LanInbox Inbox { get; }

    /// <summary>Who this peer is.</summary>
    public PublicIdentity Identity => _machine.Identity;

    /// <summary>Raised when a peer came, went, changed or, while somebody watches, was heard of.</summary>
    public Signal PeersChanged { get; }

    /// <summary>Raised when it became known what has become of messages.</summary>
    public Signal DeliveriesChanged { get; }

    public ushort Port => _unicast.Port;

    /// <summary>Whether another program was heard that uses this peer's user id.</summary>
    public bool HasIdConflict { get; private set; }

    public string UserId
    {
        get
        {
            lock (_gate)
            {
                return _machine.UserId;
            }
        }
    }

    public LanSessionState State
    {
        get
        {
            lock (_gate)
            {
                return _isStopped ? LanSessionState.Stopped
                    : _discovery is null ? LanSessionState.DiscoveryBlocked : LanSessionState.Running;
            }
        }
    }

    /// <summary>Opens the sockets and begins to announce.</summary>
    /// <param name="options">Validated here.</param>
    /// <param name="time">The clock.</param>
    /// <param name="callsNeighbours">Whether to ask the user's other peers on this host by unicast; null decides by system.</param>
    /// <exception cref="LanPeerException">Something about the options, the ports or the name.</exception>
    public static LanPeerEngine Start(LanPeerOptions options, TimeProvider time, bool? callsNeighbours = null)
    {
        options.Validate();
        LocalNetwork network = EngineNetwork.Read(options);
        IReadOnlyList<Ipv4Endpoint> seeds = SeedResolver.Resolve(options);
        UdpPort unicast = PortOpener.OpenUnicast(options);
        RunFolder? runFolder = null;
        StateStore? store = null;
        LanPeerEngine? engine = null;
        try
        {
            runFolder = NameLock.Take(options, PeerMachine.UserIdOf(options.Name, network), unicast.Port);
            store = IdentityOpener.Open(options, time.GetUtcNow());
            engine = new LanPeerEngine(options, network, seeds, unicast, store, time) { _runFolder = runFolder };
            engine.Run(callsNeighbours ?? !OperatingSystem.IsLinux());
            return engine;
        }
        catch
        {
            if (engine is not null)
            {
                engine.Dispose();
            }
            else
            {
                store?.Dispose();
                runFolder?.Dispose();
                unicast.Dispose();
            }

            throw;
        }
    }

    /// <summary>Tells what happens on the wire.</summary>
    public EngineTrace Trace { get; }

    /// <summary>What is raised for whoever listens.</summary>
    public EngineEvents Events { get; }

    /// <summary>What users are to be told of trust, and warnings.</summary>
    public EngineNotices Notices => _notices;

    /// <summary>The known peers, oldest acquaintance first.</summary>
    /// <param name="heardSince">Only those heard of at or after this time of <see cref="Elapsed"/>.</param>
    public List<LanPeer> GetPeers(TimeSpan? heardSince = null)
    {
        lock (_gate)
        {
            var peers = new List<LanPeer>(_machine.Peers.Count);
            foreach (PeerEntry peer in _machine.Peers)
            {
                if (heardSince is null || peer.LastSeen >= heardSince)
                {
                    peers.Add(PublicViews.Peer(peer, _machine.IsProtectedName(peer.Name)));
                }
            }

            return peers;
        }
    }

    /// <summary>The profile last received of a peer; null when it sent none or is not known.</summary>
    public LanProfile? GetProfile(string userId)
    {
        lock (_gate)
        {
            return _machine.FindPeer(userId) is { Profile: not null } peer ? PublicViews.Profile(peer) : null;
        }
    }

    /// <summary>The own profile; null as long as none was set.</summary>
    public LanProfile? OwnProfile
    {
        get
        {
            lock (_gate)
            {
                return _ownProfile;
            }
        }
    }

    /// <summary>Its clock.</summary>
    public TimeProvider Time => _time;

    /// <summary>Time since this engine started, by its own clock.</summary>
    public TimeSpan Elapsed => _time.GetElapsedTime(_epoch);

    public LanCounters GetCounters()
    {
        lock (_gate)
        {
            return _counters.Snapshot();
        }
    }

    private Moment Now() => new(Elapsed, _time.GetUtcNow());

    private Effects RentEffects() => _spareEffects.TryTake(out Effects? effects) ? effects : new Effects();

    private void ReturnEffects(Effects effects)
    {
        effects.Clear();
        _spareEffects.Add(effects);
    }
}
