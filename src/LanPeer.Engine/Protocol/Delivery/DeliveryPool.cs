using System;
using System.Collections.Generic;

namespace LanPeer.Protocol.Delivery;

/// <summary>
/// Messages and records of datagrams that are over, for the next ones: a post to 1,000 peers would else make 1,000 of either.
/// One for all peers of a machine, so that those who are at rest keep none.
/// </summary>
internal sealed class DeliveryPool
{
    /// <summary>Of each kind, at most: what a post to as many peers as there may be takes, 1.5 MB; direct messages have 256 bytes to 1 KB of their own.</summary>
    public const int Capacity = 4_096;

    private readonly Stack<OutboundMessage> _messages = new();
    private readonly Stack<SentDatagram> _datagrams = new();
    private readonly List<SentDatagram> _list = [];
    private bool _isUsed;

    /// <summary>A message that nobody else has, to be begun.</summary>
    public OutboundMessage NewMessage()
    {
        _isUsed = true;
        return _messages.TryPop(out OutboundMessage? spare) ? spare : new OutboundMessage();
    }

    /// <summary>Takes back a message that is delivered. Records of datagrams that still name it do not mean it any more.</summary>
    public void Return(OutboundMessage message)
    {
        if (message is { Outcome: Outcome.Delivered, IsKept: false } && _messages.Count < Capacity)
        {
            message.End();
            _messages.Push(message);
        }
    }

    /// <summary>A record without parts; it counts once it is handed to <see cref="SentDatagrams.Add"/>.</summary>
    public SentDatagram NewDatagram() => _datagrams.TryPop(out SentDatagram? spare) ? spare : new SentDatagram();

    /// <summary>An empty list, the same each time: one channel looks at its datagrams at a time, and none needs them for longer.</summary>
    public List<SentDatagram> NewList()
    {
        _list.Clear();
        return _list;
    }

    public void Return(SentDatagram datagram)
    {
        datagram.Parts.Clear();
        if (_datagrams.Count < Capacity)
        {
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

        _messages.Clear();
        _messages.TrimExcess();
        _datagrams.Clear();
        _datagrams.TrimExcess();
        _list.Clear();
        _list.TrimExcess();
    }
}
