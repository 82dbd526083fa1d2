using System.Collections.Generic;
using LanPeer.Wire;

namespace LanPeer.Protocol.Delivery;

/// <summary>
/// How far the streams of those have come who are gone: somebody who was only cut off goes on with his stream when he is
/// back, and what he has got no receipt for must not be delivered twice.
/// </summary>
internal sealed class StreamMemory
{
    /// <summary>Senders remembered, twice as many as there can be peers; the longest forgotten goes first.</summary>
    private const int Capacity = 8_192;

    private readonly Dictionary<byte[], (ulong Stream, ulong Settled, long Bytes)> _streams = new(KeyComparer.Instance);
    private readonly Queue<byte[]> _order = new();

    /// <summary>Notes how far a stream has come.</summary>
    public void Keep(byte[] key, InboundStream stream)
    {
        if (stream.Id == 0)
        {
            return;
        }

        if (!_streams.ContainsKey(key))
        {
            _order.Enqueue(key);
        }

        _streams[key] = (stream.Id, stream.Settled, stream.Bytes);
        if (_order.Count > Capacity)
        {
            _streams.Remove(_order.Dequeue());
        }
    }

    /// <summary>Lets a stream that begins go on where it was.</summary>
    /// <param name="key">The sender's static key.</param>
    /// <param name="id">The number of the stream that is heard.</param>
    /// <param name="stream">Begins, unless the sender has gone on to a later stream since.</param>
    public void Begin(byte[] key, ulong id, InboundStream stream)
    {
        if (!_streams.TryGetValue(key, out (ulong Stream, ulong Settled, long Bytes) known) || known.Stream < id)
        {
            stream.Begin(id);
        }
        else if (known.Stream == id)
        {
            stream.Begin(id, known.Settled, known.Bytes);
        }
    }
}
