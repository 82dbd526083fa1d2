using System;
using System.Collections.Generic;
using System.Threading;
using LanPeer.Wire;

namespace LanPeer;

/// <summary>Counts what happens on the wire. Receiving is counted under the engine's lock, sending outside of it.</summary>
internal sealed class EngineCounters
{
    private readonly long[] _dropped = new long[Enum.GetValues<DropReason>().Length];
    private long _received;
    private long _receivedBytes;
    private long _delivered;
    private long _sent;
    private long _sentBytes;
    private long _sendErrors;

    public void Received(int bytes, DropReason reason)
    {
        _received++;
        _receivedBytes += bytes;
        _dropped[(int)reason]++;
    }

    public void Dropped(DropReason reason, int count = 1) => _dropped[(int)reason] += count;

    public void Delivered(int count) => _delivered += count;

    /// <param name="count">Datagrams the kernel took.</param>
    /// <param name="bytes">Bytes of them.</param>
    /// <param name="errors">Datagrams it did not take.</param>
    public void Sent(int count, long bytes, int errors)
    {
        Interlocked.Add(ref _sent, count);
        Interlocked.Add(ref _sentBytes, bytes);
        Interlocked.Add(ref _sendErrors, errors);
    }

    public LanCounters Snapshot()
    {
        var dropped = new SortedDictionary<string, long>(StringComparer.Ordinal);
        for (int i = 1; i < _dropped.Length; i++)
        {
            if (_dropped[i] > 0)
            {
                dropped[((DropReason)i).ToString()] = _dropped[i];
            }
        }

        return new LanCounters(dropped)
        {
            Received = _received,
            ReceivedBytes = _receivedBytes,
            Delivered = _delivered,
            Sent = Interlocked.Read(ref _sent),
            SentBytes = Interlocked.Read(ref _sentBytes),
            SendErrors = Interlocked.Read(ref _sendErrors),
        };
    }
}
