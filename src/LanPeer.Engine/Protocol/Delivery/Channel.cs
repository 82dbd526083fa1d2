using System;
using System.Collections.Generic;

namespace LanPeer.Protocol.Delivery;

/// <summary>
/// Delivery to and from one peer: both streams, what is on the way, and when to send it again (docs/protocol.md,
/// "Delivery"; RFC 9002).
/// </summary>
internal sealed class Channel
{
    /// <summary>Time-outs do not grow beyond this: who is there again is to be noticed.</summary>
    private static readonly TimeSpan s_maxTimeout = TimeSpan.FromSeconds(2);

    private readonly PacketNumbers[] _came = [new(), new()];
    private readonly List<SentDatagram> _found = [];
    private RoundTripEstimate _roundTrip;
    private TimeSpan _lossDue = TimeSpan.MaxValue;
    private TimeSpan _probeSince;
    private int _probesSent;
    private int _current;

    public OutboundStream Outbound { get; } = new();

    public InboundStream Inbound { get; } = new();

    public SentDatagrams Sent { get; } = new();

    public CongestionWindow Window { get; } = new();

    /// <summary>Datagrams that may be sent beyond the window, to provoke an answer.</summary>
    public int Probes { get; private set; }

    /// <summary>Datagrams the network has taken for this peer.</summary>
    public long Taken { get; private set; }

    /// <summary>Time-outs in a row.</summary>
    public int Timeouts => _probesSent;

    /// <summary>Whether an ACK has to be sent.</summary>
    public bool IsAckDue => _came[0].IsDue || _came[1].IsDue;

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

    /// <summary>Whether the receiver has still to settle something it may know of.</summary>
    private bool IsUnsettled => Outbound.Id != 0 && Outbound.Oldest is { } oldest && (oldest.Next > 0 || oldest.Outcome != Outcome.Open);

    /// <summary>When something is sent because no sign has come for too long.</summary>
    private TimeSpan ProbeDue
    {
        get
        {
            if (Sent.Count == 0 && !IsUnsettled)
            {
                return TimeSpan.MaxValue;
            }

            TimeSpan timeout = _roundTrip.ProbeTimeout * (1 << Math.Min(_probesSent, 10));
            TimeSpan since = Sent.LastSentAt > _probeSince ? Sent.LastSentAt : _probeSince;
            return since + (timeout < s_maxTimeout ? timeout : s_maxTimeout);
        }
    }

    /// <summary>Notes a datagram that came.</summary>
    /// <param name="index">The receiver index it came under.</param>
    /// <param name="counter">Its packet number.</param>
    /// <param name="wantsAck">Whether it has something in it that has to arrive.</param>
    /// <param name="now">Now.</param>
    public void Came(uint index, ulong counter, bool wantsAck, TimeSpan now)
    {
        if (_came[_current].Index != index)
        {
            if (_came[1 - _current].Index == index)
            {
                // Late, under the keys before.
                _came[1 - _current].Add(counter, now);
                _came[1 - _current].IsDue |= wantsAck;
                return;
            }

            _current = 1 - _current;
            _came[_current].Begin(index);
        }

        _came[_current].Add(counter, now);
        _came[_current].IsDue |= wantsAck;
    }

    /// <summary>Writes the ACKs that are due.</summary>
    public int WriteAcks(Span<byte> room, TimeSpan now)
    {
        int length = 0;
        foreach (PacketNumbers came in _came)
        {
            if (came.IsDue && came.Ranges.Count > 0)
            {
                length += AckFrame.Write(room[length..], came, Inbound.Id, Inbound.Told, now);
                came.IsDue = false;
            }
        }

        return length;
    }

    /// <summary>Something has changed that the other side has to know, and no datagram of it asks for an ACK.</summary>
    public void AckAgain() => _came[_current].IsDue = _came[_current].Ranges.Count > 0;

    /// <summary>A datagram is on its way.</summary>
    public void OnSent(SentDatagram datagram)
    {
        foreach (SentPart part in datagram.Parts)
        {
            if (part is { Kind: PartKind.Piece, Offset: 0, Message.Tries: 1 })
            {
                part.Message.TakenBefore = Taken;
            }
        }

        Taken++;
        Sent.Add(datagram);
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
        _found.Clear();
        Sent.Take(ack, _found);
        if (_found.Count > 0)
        {
            SentDatagram newest = _found[0];
            foreach (SentDatagram datagram in _found)
            {
                newest = datagram.Order > newest.Order ? datagram : newest;
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

    /// <summary>Does what is due: finds losses, and sees to it that something is sent when there was no sign for too long.</summary>
    public void Tick(TimeSpan now)
    {
        if (now >= _lossDue)
        {
            DetectLoss(now);
            Sent.Trim();
        }

        if (now >= ProbeDue)
        {
            Probe(now);
        }
    }

    /// <summary>All that is on the way does not count any more, and neither does what was measured.</summary>
    public void Restart()
    {
        Forget();
        _roundTrip = default;
        _probesSent = 0;
        Probes = 0;
    }

    private void Forget()
    {
        _found.Clear();
        Sent.Clear(_found);
        foreach (SentDatagram datagram in _found)
        {
            Window.Forgotten(datagram.Size);
            Sent.Return(datagram);
        }

        _lossDue = TimeSpan.MaxValue;
    }

    private void DetectLoss(TimeSpan now)
    {
        _found.Clear();
        _lossDue = Sent.FindLost(now, _roundTrip.LossDelay, _found);
        foreach (SentDatagram datagram in _found)
        {
            Window.Lost(datagram.Size, datagram.SentAt, now);
            _ = Lost(datagram);
        }
    }

    /// <summary>RFC 9002, 6.2.4: new data, or what is on the way for longest, is sent again; twice, as it may be lost too.</summary>
    private void Probe(TimeSpan now)
    {
        _probesSent++;
        _probeSince = now;
        Probes = 2;
        if (Outbound.HasLosses || HasControl)
        {
            return;
        }

        int repeated = 0;
        _found.Clear();
        Sent.FindOpen(_found);
        foreach (SentDatagram datagram in _found)
        {
            // What was in it may be settled or given up since.
            repeated += Lost(datagram) ? 1 : 0;
            if (repeated == Probes)
            {
                return;
            }
        }

        if (repeated == 0 && IsUnsettled)
        {
            Outbound.Repeat(Outbound.Oldest!);
        }
        else if (repeated == 0)
        {
            // All that was in them has arrived in others: no answer would tell anything, and none may ever come.
            Forget();
            _probesSent = 0;
            Probes = 0;
        }
    }

    /// <returns>Whether anything of it has to be sent again.</returns>
    private bool Lost(SentDatagram datagram)
    {
        bool isAny = false;
        foreach (SentPart part in datagram.Parts)
        {
            switch (part.Kind)
            {
                case PartKind.Credit:
                    isAny = Inbound.IsCreditDue = true;
                    break;
                case PartKind.Reject:
                    isAny |= Inbound.IsRejectDue |= Inbound.Rejected.Count > 0;
                    break;
                default:
                    isAny |= Outbound.Lost(part);
                    break;
            }
        }

        return isAny;
    }

    private void Arrived(SentDatagram datagram)
    {
        foreach (SentPart part in datagram.Parts)
        {
            if (part.Kind == PartKind.Reject)
            {
                Inbound.RejectArrived((ulong)part.Offset);
                AckAgain();
            }
        }
    }
}
