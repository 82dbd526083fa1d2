using System;
using System.Collections.Generic;
using LanPeer.Security.Sessions;

namespace LanPeer.Protocol.Delivery;

/// <summary>
/// Delivery to and from one peer: both streams, what is on the way, and when to send it again (docs/protocol.md,
/// "Delivery"; RFC 9002).
/// </summary>
/// <param name="pool">Where records of datagrams come from and go to.</param>
internal sealed partial class Channel(DeliveryPool pool)
{
    private PacketNumbers _came = new();
    private PacketNumbers? _cameBefore;
    private RoundTripEstimate _roundTrip;
    private PathSize _pathSize;

    public OutboundStream Outbound { get; } = new();

    public InboundStream Inbound { get; } = new();

    public SentDatagrams Sent { get; } = new(pool);

    public CongestionWindow Window { get; } = new();

    /// <summary>Bytes of frames in a full datagram.</summary>
    public int FrameRoom => Window.DatagramSize - SessionWire.TransportOverhead;

    /// <summary>Datagrams the network has taken for this peer.</summary>
    public long Taken { get; private set; }

    /// <summary>Round trips, smoothed.</summary>
    public TimeSpan RoundTrip => _roundTrip.Smoothed;

    /// <summary>Whether anything is under way or waits.</summary>
    public bool IsActive => Sent.Count > 0 || Outbound.Count > 0 || Inbound.PendingBytes > 0 || HasControl;

    /// <summary>Whether small frames have to be sent that no window holds back.</summary>
    public bool HasControl => Outbound.HasSkips || Inbound.IsCreditDue || Inbound.IsRejectDue;

    /// <summary>When <see cref="Tick"/> has something to do.</summary>
    public TimeSpan Due
    {
        get
        {
            TimeSpan due = _lossDue < ProbeDue ? _lossDue : ProbeDue;
            return Outbound.Deadline < due ? Outbound.Deadline : due;
        }
    }

    /// <summary>Notes a datagram that came.</summary>
    /// <param name="index">The receiver index it came under.</param>
    /// <param name="counter">Its packet number.</param>
    /// <param name="wantsAck">Whether it has something in it that has to arrive.</param>
    /// <param name="now">Now.</param>
    public void Came(uint index, ulong counter, bool wantsAck, TimeSpan now)
    {
        if (_came.Index != index)
        {
            if (_cameBefore?.Index == index)
            {
                // Late, under the keys before.
                _cameBefore.Add(counter, now);
                _cameBefore.IsDue |= wantsAck;
                return;
            }

            if (_came.Ranges.Count > 0)
            {
                (_cameBefore, _came) = (_came, _cameBefore ?? new PacketNumbers());
            }

            _came.Begin(index);
        }

        _came.Add(counter, now);
        _came.IsDue |= wantsAck;
    }

    /// <summary>Fits the size of datagrams to the path.</summary>
    /// <param name="most">Bytes of the largest datagram that the way to the peer's endpoint takes.</param>
    /// <param name="now">Now.</param>
    public void FitPath(int most, TimeSpan now)
    {
        int size = _pathSize.Choose(most, Timeouts, now);
        if (size != Window.DatagramSize)
        {
            Window.SetDatagramSize(size);
        }
    }

    /// <summary>Writes the ACKs that are due.</summary>
    public int WriteAcks(Span<byte> room, TimeSpan now)
    {
        int length = WriteAck(_came, room, now);
        return _cameBefore is null ? length : length + WriteAck(_cameBefore, room[length..], now);
    }

    /// <summary>Something has changed that the other side has to know, and no datagram of it asks for an ACK.</summary>
    public void AckAgain() => _came.IsDue = _came.Ranges.Count > 0;

    /// <summary>A datagram is on its way.</summary>
    public void OnSent(SentDatagram datagram)
    {
        for (int i = 0; i < datagram.Parts.Count; i++)
        {
            if (datagram.Parts[i] is { Kind: PartKind.Piece, Offset: 0, Message: { Tries: 1 } message })
            {
                message.TakenBefore = Taken;
            }
        }

        Taken++;
        Sent.Add(datagram);
        NoteSmall(datagram);
        Window.Sent(datagram.Size);
        Probes = Math.Max(0, Probes - 1);
    }

    /// <summary>The network did not take a datagram.</summary>
    public void OnNotTaken() => Taken--;

    /// <summary>The other side says what has come.</summary>
    /// <param name="ack">What it says.</param>
    /// <param name="now">Now.</param>
    /// <param name="settled">Receives the messages it has settled.</param>
    public void OnAck(in AckFrame ack, TimeSpan now, List<OutboundMessage> settled)
    {
        List<SentDatagram> found = pool.NewList();
        Sent.Take(ack, found);
        if (found.Count > 0)
        {
            SentDatagram newest = found[0];
            foreach (SentDatagram datagram in found)
            {
                newest = datagram.Order > newest.Order ? datagram : newest;
                NoteOver(datagram);
                Window.Acknowledged(datagram.Size, datagram.SentAt, datagram.WasLimited);
                Arrived(datagram);
            }

            if (newest.Counter == ack.Largest)
            {
                _roundTrip.Add(now - newest.SentAt, ack.Delay);
            }

            _probesSent = 0;
            _probeSince = now;
            DetectLoss(now);
        }

        if (ack.Stream == Outbound.Id && ack.Stream != 0 && (ack.Settled == 0 || Outbound.WasSent(ack.Settled)))
        {
            int before = settled.Count;
            Outbound.SettleUpTo(ack.Settled, settled);
            if (settled.Count > before)
            {
                _probesSent = 0;
                _probeSince = now;
            }
        }

        Sent.Trim();
    }

    /// <summary>All that is on the way does not count any more, and neither does what was measured.</summary>
    public void Restart()
    {
        Forget();
        _roundTrip = default;
        _probesSent = 0;
        Probes = 0;
    }

    private int WriteAck(PacketNumbers came, Span<byte> room, TimeSpan now)
    {
        if (!came.IsDue || came.Ranges.Count == 0)
        {
            return 0;
        }

        came.IsDue = false;
        return AckFrame.Write(room, came, Inbound.Id, Inbound.Told, now);
    }

    private void Arrived(SentDatagram datagram)
    {
        for (int i = 0; i < datagram.Parts.Count; i++)
        {
            if (datagram.Parts[i] is { Kind: PartKind.Reject, Offset: long sequence })
            {
                Inbound.RejectArrived((ulong)sequence);
                AckAgain();
            }
        }
    }
}
