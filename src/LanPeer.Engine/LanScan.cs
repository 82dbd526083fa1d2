using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.Transport;
using LanPeer.Wire;

namespace LanPeer;

/// <summary>
/// Looks who is on the network without being a peer: asks under no name, leaves no trace in anyone's table, and closes
/// its socket when done. Peers of the seed's kind do not answer such a question; those that LanPeer peers know are
/// reported by them.
/// </summary>
public sealed class LanScan : IDisposable
{
    private static readonly TimeSpan s_repeat = TimeSpan.FromMilliseconds(300);

    private readonly ScanMachine _machine;
    private readonly UdpPort _port;
    private readonly Signal _heard = new();
    private readonly object _gate = new();
    private readonly List<ScanFinding> _found = [];

    private LanScan(ScanMachine machine, UdpPort port)
    {
        _machine = machine;
        _port = port;
        new Thread(ReceiveAll) { IsBackground = true, Name = "LanPeer scan" }.Start();
    }

    /// <summary>Opens a socket for a scan.</summary>
    /// <param name="network">How far to look.</param>
    /// <param name="discoveryPort">The port peers listen on for announcements.</param>
    /// <exception cref="LanPeerException">LANPEER_NETWORK forbids that network, or there is no socket to be had.</exception>
    public static LanScan Open(LanNetwork network, int discoveryPort = LanPeerOptions.DefaultDiscoveryPort)
    {
        var options = new LanPeerOptions { Name = "scan", Network = network, DiscoveryPort = discoveryPort };
        options.Validate();
        LocalNetwork local = EngineNetwork.Read(options);
        UdpPort port = PortOpener.OpenUnicast(options);
        return new LanScan(new ScanMachine(local, (ushort)discoveryPort, port.Port, new SystemRandom()), port);
    }

    /// <summary>Asks, and gives each peer as soon as it answers or is reported.</summary>
    /// <param name="timeout">How long to listen.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IEnumerable<LanPeer> Run(TimeSpan timeout, CancellationToken cancellation)
    {
        long began = Stopwatch.GetTimestamp();
        int given = 0;
        bool isRepeated = false;
        Ask();
        while (true)
        {
            long version = _heard.Version;
            while (Next(given) is LanPeer peer)
            {
                given++;
                yield return peer;
            }

            TimeSpan elapsed = Stopwatch.GetElapsedTime(began);
            if (elapsed >= timeout)
            {
                yield break;
            }

            if (!isRepeated && elapsed >= s_repeat)
            {
                isRepeated = true;
                Ask();
            }

            TimeSpan wait = isRepeated || s_repeat > timeout ? timeout - elapsed : s_repeat - elapsed;
            _heard.WaitAfter(version, wait, cancellation);
        }
    }

    /// <summary>Closes the socket.</summary>
    public void Dispose() => _port.Dispose();

    private LanPeer? Next(int index)
    {
        lock (_gate)
        {
            return index < _found.Count ? PublicViews.Found(_found[index]) : null;
        }
    }

    private void Ask()
    {
        var effects = new Effects();
        lock (_gate)
        {
            _machine.Ask(DateTimeOffset.UtcNow, effects);
        }

        foreach (Outgoing send in effects.Sends)
        {
            // A network without a route is no reason not to look at the others.
            _ = _port.Send(effects.Payload(send), send.To);
        }
    }

    private void Receive(ReceiveBatch batch, int index)
    {
        try
        {
            lock (_gate)
            {
                _machine.Receive(batch.Source(index), batch.Datagram(index), _found);
            }
        }
#pragma warning disable CA1031 // Nothing may leave a thread: it would end the process. The datagram is lost, the scan is not.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private void ReceiveAll()
    {
        var batch = new ReceiveBatch();
        while (true)
        {
            try
            {
                if (!_port.Receive(batch))
                {
                    return;
                }
            }
            catch (SocketException)
            {
                Thread.Sleep(20);
                continue;
            }

            for (int i = 0; i < batch.Count; i++)
            {
                Receive(batch, i);
            }

            _heard.Raise();
        }
    }
}
