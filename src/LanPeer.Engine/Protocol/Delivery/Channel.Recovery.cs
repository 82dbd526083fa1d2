using System;
using System.Collections.Generic;

namespace LanPeer.Protocol.Delivery;

/// <content>What is lost, and what is done when no sign comes (RFC 9002, section 6).</content>
internal sealed partial class Channel
{
    /// <summary>
    /// Time-outs do not grow beyond this. Who is not there at all is gone after some seconds; whose acknowledgements are
    /// lost in a flood needs many tries, and with 2 s between them a message of 30 s had fifteen.
    /// </summary>
    private static readonly TimeSpan s_maxTimeout = TimeSpan.FromSeconds(0.5);

    private TimeSpan _lossDue = TimeSpan.MaxValue;
    private TimeSpan _probeSince;
    private int _probesSent;

    /// <summary>Datagrams that may be sent beyond the window, to provoke an answer.</summary>
    public int Probes { get; private set; }

    /// <summary>Time-outs in a row.</summary>
    public int Timeouts => _probesSent;

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

            var timeout = TimeSpan.FromTicks(_roundTrip.ProbeTimeout.Ticks << Math.Min(_probesSent, 10));
            TimeSpan since = Sent.LastSentAt > _probeSince ? Sent.LastSentAt : _probeSince;
            return since + (timeout < s_maxTimeout ? timeout : s_maxTimeout);
        }
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

    private void Forget()
    {
        List<SentDatagram> found = pool.NewList();
        Sent.Clear(found);
        foreach (SentDatagram datagram in found)
        {
            Window.Forgotten(datagram.Size);
            pool.Return(datagram);
        }

        _lossDue = TimeSpan.MaxValue;
        _small = 0;
    }

    private void DetectLoss(TimeSpan now)
    {
        List<SentDatagram> found = pool.NewList();
        _lossDue = Sent.FindLost(now, _roundTrip.LossDelay, found);
        foreach (SentDatagram datagram in found)
        {
            NoteOver(datagram);
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
        List<SentDatagram> open = pool.NewList();
        Sent.FindOpen(open);
        foreach (SentDatagram datagram in open)
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
        for (int i = 0; i < datagram.Parts.Count; i++)
        {
            SentPart part = datagram.Parts[i];
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
}
