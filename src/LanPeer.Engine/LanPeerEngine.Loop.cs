using System;
using System.Collections.Generic;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Threading;
using LanPeer.Protocol;
using LanPeer.Transport;
using LanPeer.Wire;

namespace LanPeer;

/// <content>The threads: two that receive, one timer that ticks.</content>
internal sealed partial class LanPeerEngine
{
    private static readonly TimeSpan s_discoveryRetry = TimeSpan.FromSeconds(5);

    /// <summary>Interfaces come and go in several steps; the last one within this time is the one that counts.</summary>
    private static readonly TimeSpan s_networkSettles = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// The systems tell of addresses that come and go, not all of them of a cable that is plugged in: so the interfaces
    /// are also looked at without a hint. Reading them takes about a millisecond.
    /// </summary>
    private static readonly TimeSpan s_networkLook = TimeSpan.FromSeconds(30);

    /// <summary>While a machine boots, its links come up about when its programs start.</summary>
    private static readonly TimeSpan s_firstNetworkLook = TimeSpan.FromSeconds(2);

    private TimeSpan _networkCheck = TimeSpan.MaxValue;

    /// <summary>Who announces more often wants to be found sooner.</summary>
    private TimeSpan NetworkLook => _options.AnnounceInterval < s_networkLook ? _options.AnnounceInterval : s_networkLook;

    private void Run(bool callsNeighbours)
    {
        // The machine is started before anything can arrive: it must know its port to answer. Its first announcement is
        // sent when the sockets listen.
        Effects effects = RentEffects();
        lock (_gate)
        {
            _machine.Start(Now(), _unicast.Port, effects);
            _networkCheck = _options.Network != LanNetwork.Lan ? TimeSpan.MaxValue
                : Elapsed + (NetworkLook < s_firstNetworkLook ? NetworkLook : s_firstNetworkLook);
            _nextNeighbourCall = callsNeighbours ? TimeSpan.Zero : TimeSpan.MaxValue;
        }

        StartReceiving(_unicast, Inlet.Unicast);
        TryOpenDiscovery();
        lock (_gate)
        {
            Schedule();
            BeginSending(effects);
        }

        Finish(effects);
        if (_options.Network == LanNetwork.Lan)
        {
            NetworkChange.NetworkAddressChanged += OnAddressChanged;
            NetworkChange.NetworkAvailabilityChanged += OnAvailabilityChanged;
        }
    }

    private void StartReceiving(UdpPort port, Inlet inlet)
    {
        var thread = new Thread(() => ReceiveAll(port, inlet))
        {
            Name = $"LanPeer {_options.Name} {inlet}",

            // A foreground thread would keep pwsh alive after `exit`.
            IsBackground = true,
        };
        _threads.Add(thread);
        thread.Start();
    }

    /// <summary>The life of a receiving thread. Nothing may leave it: an unhandled exception on any thread ends the process.</summary>
    private void ReceiveAll(UdpPort port, Inlet inlet)
    {
        var batch = new ReceiveBatch();
        var effects = new Effects();
        while (true)
        {
            try
            {
                if (!port.Receive(batch))
                {
                    return;
                }
            }
            catch (SocketException)
            {
                // The stack complains (an ICMP error, no memory): the socket still works. Do not spin on it.
                if (_stopping.WaitOne(50))
                {
                    return;
                }

                continue;
            }

            if (!HandleBatch(batch, inlet, effects))
            {
                return;
            }
        }
    }

    /// <summary>One batch from lock to sending; false when the engine has stopped.</summary>
    private bool HandleBatch(ReceiveBatch batch, Inlet inlet, Effects effects)
    {
        bool isWatched;
        lock (_gate)
        {
            if (_isStopped)
            {
                return false;
            }

            isWatched = _watchers > 0;
            try
            {
                Take(batch, inlet, effects);
            }
#pragma warning disable CA1031 // Memory may run out while messages are made; the process must not end by it.
            catch (Exception)
#pragma warning restore CA1031
            {
                _counters.Dropped(DropReason.Fault);
            }

            Schedule();
            BeginSending(effects);
        }

        Finish(effects, isWatched);
        effects.Clear();
        return true;
    }

    private void Take(ReceiveBatch batch, Inlet inlet, Effects effects)
    {
        Moment now = Now();
        for (int i = 0; i < batch.Count; i++)
        {
            ReadOnlySpan<byte> datagram = batch.Datagram(i);
            DropReason reason;
            try
            {
                reason = _machine.Receive(now, inlet, batch.Source(i), datagram, effects);
            }
#pragma warning disable CA1031 // Whatever a datagram provokes is counted and costs that datagram alone.
            catch (Exception)
#pragma warning restore CA1031
            {
                reason = DropReason.Fault;
            }

            _counters.Received(datagram.Length, reason);
        }

        Deliver(effects);
    }

    /// <summary>The timer's callback. Nothing may leave it, for the same reason.</summary>
    private void OnTimer()
    {
        Effects effects = RentEffects();
        try
        {
            DoWhatIsDue(effects);
        }
#pragma warning disable CA1031 // An unforeseen fault costs this tick; it is counted, and the next one comes in a second.
        catch (Exception)
#pragma warning restore CA1031
        {
            lock (_gate)
            {
                _counters.Dropped(DropReason.Fault);
                if (!_isStopped)
                {
                    _timer.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
                }
            }
        }

        ReturnEffects(effects);
    }

    private void DoWhatIsDue(Effects effects)
    {
        Moment now;
        bool looksForNetwork;
        bool looksForDiscovery;
        bool callsNeighbours;
        lock (_gate)
        {
            if (_isStopped)
            {
                return;
            }

            now = Now();
            _machine.Tick(now, effects);
            looksForNetwork = now.Elapsed >= _networkCheck;
            _networkCheck = looksForNetwork ? now.Elapsed + NetworkLook : _networkCheck;
            looksForDiscovery = _discovery is null && now.Elapsed >= _nextDiscoveryTry;
            _nextDiscoveryTry = looksForDiscovery ? now.Elapsed + s_discoveryRetry : _nextDiscoveryTry;
            callsNeighbours = now.Elapsed >= _nextNeighbourCall;
            if (callsNeighbours)
            {
                // Twice early, as a neighbour may be starting too, then as often as announcements.
                _nextNeighbourCall = now.Elapsed + (now.Elapsed < TimeSpan.FromSeconds(2)
                    ? TimeSpan.FromSeconds(2) : _options.AnnounceInterval);
            }
        }

        // Files, interfaces and sockets are looked at outside of the lock.
        if (looksForDiscovery)
        {
            TryOpenDiscovery();
        }

        if (callsNeighbours)
        {
            CallNeighbours(effects);
        }

        if (looksForNetwork)
        {
            ReadNetwork(effects);
        }

        lock (_gate)
        {
            if (!_isStopped)
            {
                Schedule(force: true);
            }

            BeginSending(effects);
        }

        Finish(effects);
    }

    private void TryOpenDiscovery()
    {
        UdpPort? port = PortOpener.TryOpenDiscovery((ushort)_options.DiscoveryPort);
        lock (_gate)
        {
            _nextDiscoveryTry = Elapsed + s_discoveryRetry;
            if (port is null || _isStopped || _discovery is not null)
            {
                port?.Dispose();
                return;
            }

            _discovery = port;
            StartReceiving(port, Inlet.Discovery);
        }
    }

    private void CallNeighbours(Effects effects)
    {
        List<RunEntry> neighbours = _runFolder?.Others() ?? [];
        lock (_gate)
        {
            AskNeighbours(neighbours, effects);
        }
    }

    private void AskNeighbours(List<RunEntry> neighbours, Effects effects)
    {
        foreach (RunEntry other in neighbours)
        {
            _machine.Ask(Now(), new Ipv4Endpoint(Ipv4Endpoint.LoopbackAddress, other.Port), effects);
        }
    }

    private void OnAvailabilityChanged(object? sender, NetworkAvailabilityEventArgs e) => OnAddressChanged(sender, e);

    private void OnAddressChanged(object? sender, EventArgs e)
    {
        lock (_gate)
        {
            if (!_isStopped)
            {
                _networkCheck = Elapsed + s_networkSettles;
                Schedule();
            }
        }
    }

    private void ReadNetwork(Effects effects)
    {
        LocalNetwork network;
        try
        {
            network = EngineNetwork.Read(_options);
        }
        catch (LanPeerException)
        {
            // A chosen interface is gone for now; its return is another change.
            return;
        }

        lock (_gate)
        {
            if (!_isStopped && !network.IsSameAs(_machine.Network))
            {
                _machine.NetworkChanged(Now(), network, effects);
            }
        }
    }

    /// <summary>Sets the timer to what is due next. Called under the lock.</summary>
    private void Schedule(bool force = false)
    {
        TimeSpan due = _machine.NextDeadline;
        due = _networkCheck < due ? _networkCheck : due;
        due = _nextNeighbourCall < due ? _nextNeighbourCall : due;
        due = _discovery is null && _nextDiscoveryTry < due ? _nextDiscoveryTry : due;
        if (due == _scheduled && !force)
        {
            return;
        }

        _scheduled = due;
        TimeSpan delay = due - Elapsed;
        _timer.Change(delay < TimeSpan.Zero ? TimeSpan.Zero : delay > TimeSpan.FromDays(1) ? TimeSpan.FromDays(1) : delay, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Puts what arrived into the inbox. Called under the lock, so that messages keep their order.</summary>
    private void Deliver(Effects effects)
    {
        foreach (Arrival arrival in effects.Arrivals)
        {
            bool isTaken = Inbox.TryAdd(PublicViews.Message(arrival), out int dropped);
            _counters.Delivered(isTaken ? 1 : 0);
            _counters.Dropped(DropReason.InboxFull, dropped + (isTaken ? 0 : 1));
        }

        foreach (ListAnswer answer in effects.Lists)
        {
            foreach (ListQuery query in _queries)
            {
                query.Add(answer);
            }
        }

        foreach (PeerChange change in effects.Changes)
        {
            HasIdConflict |= change is { Kind: PeerChangeKind.Conflict, Peer: null };
        }
    }

    /// <summary>
    /// Takes the turn to send, under the lock: what one thread has decided leaves before what another decides after it.
    /// Otherwise a command that sees a new peer could send to it before the answer by which that peer knows us.
    /// </summary>
    private void BeginSending(Effects effects)
    {
        if (effects.Sends.Count > 0)
        {
            Monitor.Enter(_turn);
        }
    }

    /// <summary>Sends, then tells. Called outside of the lock, after <see cref="BeginSending"/>.</summary>
    private void Finish(Effects effects, bool isWatched = false)
    {
        Carry(effects);
        if (isWatched || effects.Changes.Count > 0 || effects.Lists.Count > 0)
        {
            PeersChanged.Raise();
        }
    }

    /// <summary>Sends what is to be sent and passes the turn on; one failure stops none of the others.</summary>
    /// <param name="effects">What is to be sent.</param>
    /// <param name="sent">Told what became of each.</param>
    private void Carry(Effects effects, Action<Outgoing, SocketError>? sent = null)
    {
        if (effects.Sends.Count == 0)
        {
            return;
        }

        try
        {
            foreach (Outgoing send in effects.Sends)
            {
                SocketError error = _unicast.Send(effects.Payload(send), send.To);
                _counters.Sent(send.Length, error == SocketError.Success);
                sent?.Invoke(send, error);
            }
        }
        finally
        {
            Monitor.Exit(_turn);
        }
    }
}
