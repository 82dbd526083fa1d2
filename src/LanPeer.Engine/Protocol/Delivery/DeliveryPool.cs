using System;
using System.Collections.Generic;

namespace LanPeer.Protocol.Delivery;

/// <summary>
/// Messages and records of datagrams that are over, for the next ones: a post to 1,000 peers would else make 1,000 of either.
/// One for all peers of a machine, so that those who are at rest keep none.
/// </summary>
internal sealed class DeliveryPool
{
    /// <summary>
    /// Of each kind, at most: 32 posts to 1,000 peers each, 9 MB until it rests. With an eighth of that the collector had to carry the
    /// rest from one generation to the next while it was on its way, and stopped everything for a tenth of the time, not a twentieth.
    /// </summary>
    public const int Capacity = 32_768;

    /// <summary>Bytes of texts that messages have of their own and keep for their next, all together.</summary>
    public const int MaxOwnBytes = 4 * 1_048_576;

    /// <summary>Places for parts that records of datagrams keep, all together: of 40 bytes each, and one datagram may need 252.</summary>
    public const int MaxParts = 65_536;

    private readonly Stack<OutboundMessage> _messages = new();
    private readonly Stack<SentDatagram> _datagrams = new();
    private readonly List<SentDatagram> _list = [];
    private long _ownBytes;
    private int _parts;
    private bool _isUsed;

    /// <summary>A message that nobody else has, to be begun.</summary>
    public OutboundMessage NewMessage()
    {
        _isUsed = true;
        if (!_messages.TryPop(out OutboundMessage? spare))
        {
            return new OutboundMessage();
        }

        _ownBytes -= spare.OwnBytes;
        return spare;
    }

    /// <summary>Takes back a message that is delivered. Records of datagrams that still name it do not mean it any more.</summary>
    public void Return(OutboundMessage message)
    {
        if (message is not { Outcome: Outcome.Delivered, IsKept: false } || _messages.Count >= Capacity)
        {
            return;
        }

        message.End();
        if (_ownBytes + message.OwnBytes <= MaxOwnBytes)
        {
            _ownBytes += message.OwnBytes;
            _messages.Push(message);
        }
    }

    /// <summary>A record without parts; it counts once it is handed to <see cref="SentDatagrams.Add"/>.</summary>
    public SentDatagram NewDatagram()
    {
        if (!_datagrams.TryPop(out SentDatagram? spare))
        {
            return new SentDatagram();
        }

        _parts -= spare.Parts.Room;
        return spare;
    }

    /// <summary>An empty list, the same each time: one channel looks at its datagrams at a time, and none needs them for longer.</summary>
    public List<SentDatagram> NewList()
    {
        _list.Clear();
        return _list;
    }

    public void Return(SentDatagram datagram)
    {
        datagram.Parts.Clear();
        if (_datagrams.Count < Capacity && _parts + datagram.Parts.Room <= MaxParts)
        {
            _parts += datagram.Parts.Room;
            _datagrams.Push(datagram);
        }
    }

    /// <summary>Called from time to time: what was not used since the last time is given back.</summary>
    public void Rest()
    {
        if (_isUsed)
        {
            _isUsed = false;
            return;
        }

        _ownBytes = 0;
        _parts = 0;
        _messages.Clear();
        _messages.TrimExcess();
        _datagrams.Clear();
        _datagrams.TrimExcess();
        _list.Clear();
        _list.TrimExcess();
    }
}
