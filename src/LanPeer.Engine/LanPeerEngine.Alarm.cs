using System;
using System.Collections.Generic;
using System.Net.NetworkInformation;
using System.Threading;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.Transport;
using LanPeer.Wire;

namespace LanPeer;

/// <content>What is due at a time: the protocol's deadlines, the interfaces, the discovery port, the neighbours.</content>
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
    private uint _overflow;

    /// <summary>Who announces more often wants to be found sooner.</summary>
    private TimeSpan NetworkLook => _options.AnnounceInterval < s_networkLook ? _options.AnnounceInterval : s_networkLook;

    /// <summary>The alarm rings. Nothing may leave it: an unhandled exception on any thread ends the process.</summary>
    private void OnAlarm()
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
                    _alarm.Set(TimeSpan.FromSeconds(1));
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
            NoticeOverflow(now);
            _machine.Tick(now, effects);
            Deliver(effects);
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

    /// <summary>Before anybody is judged by their silence: we may not have listened.</summary>
    private void NoticeOverflow(Moment now)
    {
        uint overflow = _unicast.Overflow;
        if (overflow != _overflow)
        {
            _overflow = overflow;
            _machine.Overflowed(now);
        }
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
            StartReceiving(new Reception(port, (batch, effects) => HandleBatch(batch, Inlet.Discovery, effects)), Inlet.Discovery);
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

    /// <summary>Sets the alarm to what is due next. Called under the lock.</summary>
    private void Schedule(bool force = false)
    {
        WakeHandshakes();
        TimeSpan due = _machine.NextDeadline;
        due = _networkCheck < due ? _networkCheck : due;
        due = _nextNeighbourCall < due ? _nextNeighbourCall : due;
        due = _discovery is null && _nextDiscoveryTry < due ? _nextDiscoveryTry : due;
        if (due >= _scheduled && !force)
        {
            // It rings earlier, and looks again then: each message moves a deadline on by a little.
            return;
        }

        _scheduled = due;

        _alarm.Set(due - Elapsed);
    }
}
