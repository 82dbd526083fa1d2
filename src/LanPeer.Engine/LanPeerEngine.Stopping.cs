using System;
using System.Diagnostics;
using System.Net.NetworkInformation;
using System.Threading;
using LanPeer.Protocol;

namespace LanPeer;

/// <content>The end: what is on the way gets a moment, then everything is closed.</content>
internal sealed partial class LanPeerEngine
{
    /// <summary>How long stopping waits for what is on the way.</summary>
    private static readonly TimeSpan s_flushPatience = TimeSpan.FromSeconds(2);

    private readonly object _disposal = new();

    /// <summary>Says goodbye, closes the sockets, ends the threads. Idempotent, from any thread.</summary>
    public void Dispose()
    {
        // A second caller waits for the first: when it returns, port and name are free.
        lock (_disposal)
        {
            StopOnce();
        }
    }

    private void StopOnce()
    {
        LetSettle();
        Effects effects = RentEffects();
        lock (_gate)
        {
            if (_isStopped)
            {
                return;
            }

            _isStopped = true;
            _machine.Stop(Now(), effects);
            TakeSettled(effects);
            BeginSending(effects);
        }

        if (_options.Network == LanNetwork.Lan)
        {
            NetworkChange.NetworkAddressChanged -= OnAddressChanged;
            NetworkChange.NetworkAvailabilityChanged -= OnAvailabilityChanged;
        }

        _ = Carry(effects);
        DeliveriesChanged.Raise();
        Inbox.Wake();
        _stopping.Set();
        _checksEnd.Cancel();
        _alarm.Dispose();
        _unicast.Dispose();
        _discovery?.Dispose();
        foreach (Thread thread in _threads)
        {
            if (thread != Thread.CurrentThread)
            {
                thread.Join(TimeSpan.FromSeconds(2));
            }
        }

        SavePins();
        _machine.Dispose();
        _store.Dispose();
        _runFolder?.Dispose();
        Inbox.Wake();
        PeersChanged.Raise();
        DeliveriesChanged.Raise();
    }

    /// <summary>What is on the way gets a moment to arrive: a script that sends and ends at once loses nothing.</summary>
    private void LetSettle()
    {
        lock (_gate)
        {
            _isStopping = true;
        }

        long began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) is TimeSpan waited && waited < s_flushPatience)
        {
            long seen = DeliveriesChanged.Version;
            lock (_gate)
            {
                if (_isStopped || _machine.UnsettledCount == 0)
                {
                    return;
                }
            }

            _ = DeliveriesChanged.WaitAfter(seen, s_flushPatience - waited, CancellationToken.None);
        }
    }
}
