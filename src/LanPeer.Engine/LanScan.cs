using System;
using System.Collections.Generic;
using System.Net.Sockets;
using System.Threading;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.Security.Noise;
using LanPeer.Transport;
using LanPeer.Wire;

namespace LanPeer;

/// <summary>
/// Looks who is on the network without being a peer: asks under no name, leaves no trace in anyone's table, and closes
/// its socket when done. Peers of the seed's kind do not answer such a question; those that LanPeer peers know are
/// reported by them. On a closed network it is the members who answer, and the question shows that its asker has the key.
/// </summary>
public sealed class LanScan : IDisposable
{
    private readonly ScanMachine _machine;
    private readonly UdpPort _port;
    private readonly TimeProvider _time;
    private readonly Signal _heard = new();
    private readonly object _gate = new();
    private readonly List<ScanFinding> _findings = [];
    private readonly List<LanPeer> _found = [];
    private bool _isDisposed;

    private LanScan(ScanMachine machine, UdpPort port, TimeProvider time)
    {
        _machine = machine;
        _port = port;
        _time = time;
        new Thread(ReceiveAll) { IsBackground = true, Name = "LanPeer scan" }.Start();
    }

    /// <summary>Opens a socket for a scan.</summary>
    /// <param name="network">How far to look.</param>
    /// <param name="discoveryPort">The port peers listen on for announcements.</param>
    /// <param name="networkName">The closed network to look on; empty means the open one.</param>
    /// <param name="networkKeys">Its keys: one, or two while it is being changed. Members who have one of them answer.</param>
    /// <exception cref="LanPeerException">
    /// LANPEER_NETWORK forbids that network, an option is out of its range, or there is no socket to be had.
    /// </exception>
    public static LanScan Open(
        LanNetwork network,
        int discoveryPort = LanPeerOptions.DefaultDiscoveryPort,
        string networkName = "",
        IReadOnlyList<LanNetworkKey>? networkKeys = null)
        => Open(
            new LanPeerOptions
            {
                Name = "scan", Network = network, DiscoveryPort = discoveryPort, NetworkName = networkName, NetworkKeys = networkKeys ?? [],
            },
            TimeProvider.System);

    internal static LanScan Open(LanPeerOptions options, TimeProvider time)
    {
        options.Validate();
        LocalNetwork local = EngineNetwork.Read(options);
        PeerNetwork network = EngineSecrets.NetworkOf(options);
        UdpPort port = PortOpener.OpenUnicast(options);
        var machine = new ScanMachine(
            local, (ushort)options.DiscoveryPort, port.Port, network, HandshakeSuite.Default.Aead, new SystemRandom());
        return new LanScan(machine, port, time);
    }

    /// <summary>Asks, and gives each peer as soon as it answers or is reported.</summary>
    /// <param name="timeout">How long to listen.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="whileWaiting">Called every 50 ms or more often while it waits, on the caller's thread; null for nothing.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IEnumerable<LanPeer> Run(TimeSpan timeout, CancellationToken cancellation, Action? whileWaiting = null)
    {
        int given = 0;
        return new RepeatedQuestion(Ask, _heard, _time).Run(() => After(ref given), static () => false, timeout, cancellation, whileWaiting);
    }

    /// <summary>Closes the socket.</summary>
    public void Dispose()
    {
        _port.Dispose();
        lock (_gate)
        {
            _isDisposed = true;
            _machine.Dispose();
        }
    }

    /// <summary>What was found behind the first so many.</summary>
    private List<LanPeer> After(ref int given)
    {
        var news = new List<LanPeer>();
        lock (_gate)
        {
            for (; given < _found.Count; given++)
            {
                news.Add(_found[given]);
            }
        }

        return news;
    }

    private void Ask()
    {
        var effects = new Effects();
        lock (_gate)
        {
            if (!_isDisposed)
            {
                _machine.Ask(_time.GetUtcNow(), effects);
            }
        }

        // A network without a route is no reason not to look at the others.
        _port.Send(effects, []);
    }

    private void Receive(ReceiveBatch batch, int index)
    {
        try
        {
            lock (_gate)
            {
                _machine.Receive(batch.Source(index), batch.Datagram(index), _findings);
                DateTimeOffset now = _time.GetUtcNow();
                _findings.ForEach(finding => _found.Add(PublicViews.Found(finding, now)));
                _findings.Clear();
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
