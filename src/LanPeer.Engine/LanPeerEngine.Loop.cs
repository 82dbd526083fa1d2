using System;
using System.Collections.Generic;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.Transport;
using LanPeer.Wire;

namespace LanPeer;

/// <content>The two threads that receive, and what follows from a batch.</content>
internal sealed partial class LanPeerEngine
{
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

        StartHandshakes();
        StartReceiving(_reception, Inlet.Unicast);
        TryOpenDiscovery();
        lock (_gate)
        {
            BeginSending(effects);
        }

        Finish(effects);
        if (_options.Network == LanNetwork.Lan)
        {
            NetworkChange.NetworkAddressChanged += OnAddressChanged;
            NetworkChange.NetworkAvailabilityChanged += OnAvailabilityChanged;
        }
    }

    private void StartReceiving(Reception reception, Inlet inlet)
    {
        var thread = new Thread(() => ReceiveAll(reception))
        {
            Name = $"LanPeer {_options.Name} {inlet}",

            // A foreground thread would keep pwsh alive after `exit`.
            IsBackground = true,
        };
        _threads.Add(thread);
        thread.Start();
    }

    /// <summary>The life of a receiving thread. Nothing may leave it: an unhandled exception on any thread ends the process.</summary>
    private void ReceiveAll(Reception reception)
    {
        while (true)
        {
            try
            {
                if (!reception.ReceiveNext())
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

            BeginSending(effects);
        }

        Finish(effects, isWatched);
        return true;
    }

    private void Take(ReceiveBatch batch, Inlet inlet, Effects effects)
    {
        Moment now = Now();
        _machine.SetInbox(Inbox.CreditedCount, Inbox.CreditedBytes);
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
            if (Trace.IsHeard)
            {
                Trace.Received(batch.Source(i), datagram, reason);
            }
        }

        Deliver(effects);

        // What is acknowledged has to be in the inbox; now it is.
        _machine.Flush(now, effects);
    }

    /// <summary>
    /// Sets the alarm and the handshakes' thread to what is due now, and takes the turn to send, under the lock: what one
    /// thread has decided leaves before what another decides after it. Otherwise a command that sees a new peer could send to it before the answer by which that peer knows us.
    /// </summary>
    private void BeginSending(Effects effects)
    {
        if (!_isStopped)
        {
            Schedule();
        }

        if (effects.Sends.Count > 0)
        {
            Monitor.Enter(_turn);
        }
    }

    /// <summary>Sends, then tells. Called outside of the lock, after <see cref="BeginSending"/>.</summary>
    private void Finish(Effects effects, bool isWatched = false)
    {
        _ = Carry(effects);
        Tell(effects, isWatched);
    }

    /// <summary>Sends what is to be sent and passes the turn on; one failure stops none of the others.</summary>
    /// <returns>The datagrams the kernel did not take; null when it took all.</returns>
    private List<SendFailure>? Carry(Effects effects)
    {
        if (effects.Sends.Count == 0)
        {
            return null;
        }

        List<SendFailure>? failures = null;
        try
        {
            _unicast.Send(effects, _failures);
            failures = _failures.Count > 0 ? [.. _failures] : null;
        }
        finally
        {
            Monitor.Exit(_turn);
        }

        long bytes = 0;
        foreach (ref readonly Outgoing send in CollectionsMarshal.AsSpan(effects.Sends))
        {
            bytes += send.Length;
        }

        foreach (SendFailure failure in failures ?? [])
        {
            bytes -= effects.Sends[failure.Index].Length;
        }

        if (Trace.IsHeard)
        {
            Narrate(effects, failures);
        }

        int failed = failures?.Count ?? 0;
        _counters.Sent(effects.Sends.Count - failed, bytes, failed);
        if (failures is not null)
        {
            // Not with the turn in hand: who has the lock may be waiting for it.
            NoteRefusals(effects, failures);
        }

        return failures;
    }

    private void Narrate(Effects effects, List<SendFailure>? failures)
    {
        for (int i = 0; i < effects.Sends.Count; i++)
        {
            Outgoing send = effects.Sends[i];
            SocketError error = failures?.Find(failure => failure.Index == i).Error ?? SocketError.Success;
            Trace.Sent(send.To, effects.Payload(send), error);
        }
    }

    private void NoteRefusals(Effects effects, List<SendFailure> failures)
    {
        lock (_gate)
        {
            foreach (SendFailure failure in failures)
            {
                if (effects.Sends[failure.Index].Peer is { Contact: not null } peer)
                {
                    PeerMachine.NotTaken(peer);
                }
            }
        }
    }
}
