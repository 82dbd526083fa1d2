using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace LanPeer.SeedStandIn;

/// <summary>
/// A peer that behaves on the wire like the seed's program, its defects included: it answers every
/// PEER_DISCOVERY, also answers (D1), lets any datagram move a peer (D4, D7), believes every sender (D5),
/// shows duplicates (D19) and leaves without a word (D22). It is the other side in tests, nothing more.
/// </summary>
public sealed partial class SeedPeer : IDisposable
{
    private readonly SeedPeerOptions _options;
    private readonly SeedPeerTable _table = new();
    private readonly SeedHappeningLog _log;
    private readonly SeedAnswerLimit _answerLimit;
    private readonly ManualResetEventSlim _stopping = new();
    private readonly List<Thread> _threads = [];
    private SeedSockets? _sockets;

    /// <summary>Prepares a peer; nothing is opened before <see cref="Start"/>.</summary>
    public SeedPeer(SeedPeerOptions options)
    {
        _options = options;
        _log = new SeedHappeningLog(options.MaxKeptHappenings, Counters);
        _answerLimit = new SeedAnswerLimit(options.AnswerCap);
        UserId = $"{options.UserName}@{FindAddress(options)}";
    }

    /// <summary>Prepares a peer of this name that stays inside 127.0.0.0/8.</summary>
    public static SeedPeer OnLoopback(string userName, int discoveryPort = SeedPeerOptions.DefaultDiscoveryPort) =>
        new(new SeedPeerOptions { UserName = userName, Loopback = true, DiscoveryPort = discoveryPort });

    /// <summary>Raised for every happening, on a receiving thread; a slow handler loses datagrams.</summary>
    public event EventHandler<SeedHappeningEventArgs>? Happened;

    /// <summary>The id this peer goes by: name, at sign, address.</summary>
    public string UserId { get; }

    /// <summary>The own port, 8000 to 9999; 0 before the start.</summary>
    public int Port => _sockets?.Port ?? 0;

    /// <summary>Why the discovery port could not be opened, or null. The peer runs on, deaf to announcements (D14).</summary>
    public string? DiscoveryError => _sockets?.DiscoveryError;

    /// <summary>What was counted so far.</summary>
    public SeedCounters Counters { get; } = new();

    /// <summary>The peer table, oldest entry first.</summary>
    public IReadOnlyList<SeedPeerEntry> KnownPeers => _table.Snapshot();

    /// <summary>The profiles received, and the own one once set.</summary>
    public IReadOnlyDictionary<string, SeedProfile> Profiles => _table.Profiles();

    /// <summary>The kept happenings in order.</summary>
    public IReadOnlyList<SeedHappening> Happenings => _log.Since(0);

    /// <summary>Opens the sockets, listens and announces. Once only.</summary>
    public void Start()
    {
        if (_sockets is not null || _stopping.IsSet)
        {
            throw new InvalidOperationException("A stand-in starts once.");
        }

        SeedSockets sockets = _sockets = new SeedSockets(_options, Counters);
        if (sockets.DiscoveryError is { } problem)
        {
            ReportError($"discovery port {_options.DiscoveryPort}: {problem}");
        }
        else
        {
            Run("discovery", () => ReceiveLoop(sockets.Discovery!, SeedSocketKind.Discovery));
        }

        Run("unicast", () => ReceiveLoop(sockets.Unicast, SeedSocketKind.Unicast));
        Run("announce", AnnounceLoop);
    }

    /// <summary>Closes the sockets. Nothing is sent: nobody learns that this peer left (D22).</summary>
    public void Stop()
    {
        if (_stopping.IsSet)
        {
            return;
        }

        _stopping.Set();
        _sockets?.Dispose();
        foreach (Thread thread in _threads)
        {
            // The threads are background threads, so one stuck in a foreign handler cannot hold the process.
            if (thread != Thread.CurrentThread)
            {
                thread.Join(TimeSpan.FromSeconds(2));
            }
        }

        _log.Close();
    }

    /// <inheritdoc/>
    public void Dispose() => Stop();

    /// <summary>
    /// The first happening that fits, among those kept and those to come within the time; else null.
    /// Give the sequence of an earlier happening to look only at what came after it.
    /// </summary>
    public SeedHappening? WaitFor(Func<SeedHappening, bool> predicate, TimeSpan timeout, long after = 0) =>
        _log.WaitFor(predicate, timeout, after);

    /// <summary>Waits until the id is in the peer table.</summary>
    public bool WaitForPeer(string userId, TimeSpan timeout)
    {
        long started = Stopwatch.GetTimestamp();
        while (_table.Find(userId) is null)
        {
            if (Stopwatch.GetElapsedTime(started) >= timeout || _stopping.Wait(5))
            {
                return false;
            }
        }

        return true;
    }

    private static IPAddress FindAddress(SeedPeerOptions options)
    {
        if (options.LocalAddress is { } given)
        {
            return given;
        }

        if (!options.BindAddress.Equals(IPAddress.Any))
        {
            return options.BindAddress;
        }

        return options.Loopback ? IPAddress.Loopback : SeedSockets.FindLocalAddress();
    }

    private void Run(string name, ThreadStart body)
    {
        var thread = new Thread(body) { IsBackground = true, Name = $"seed {_options.UserName} {name}" };
        _threads.Add(thread);
        thread.Start();
    }

    private void AnnounceLoop()
    {
        do
        {
            Announce();
            _table.RemoveOlderThan(_options.Expiry);
        }
        while (!_stopping.Wait(_options.AnnounceInterval));
    }

    private void ReceiveLoop(Socket socket, SeedSocketKind kind)
    {
        byte[] buffer = new byte[65536];
        EndPoint source = new IPEndPoint(IPAddress.Any, 0);
        while (!_stopping.IsSet)
        {
            try
            {
                int length = socket.ReceiveFrom(buffer, ref source);
                Receive(buffer.AsSpan(0, length).ToArray(), (IPEndPoint)source, kind);
            }
            catch (Exception) when (_stopping.IsSet)
            {
                // Stop closes the socket under the waiting call: the ordinary end.
            }
            catch (Exception e)
            {
                // The seed's program prints a line and goes on, whatever went wrong. Only the log is told:
                // the failure may be that of a handler of the event.
                _log.Add(new SeedHappening { Kind = SeedHappeningKind.Error, Text = e.Message, Socket = kind });
            }
        }
    }
}
