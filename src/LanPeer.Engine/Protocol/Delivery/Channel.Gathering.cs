using System;

namespace LanPeer.Protocol.Delivery;

/// <content>
/// Small messages that follow each other closely share datagrams (RFC 1122, section 4.2.3.4, by Minshall's rule): a
/// datagram that is not full waits while another one that is not full is on the way, for its acknowledgement, for more, or
/// for a millisecond. A message alone waits for nothing, nor does the end of a large one. A post waits if the one before it
/// is on the way to anybody (<see cref="Hold"/>): by the time it is sealed for the last of many, the first has acknowledged,
/// and no two would ever meet.
/// </content>
internal sealed partial class Channel
{
    /// <summary>With this much left a datagram is full: there is no place for a message worth waiting for.</summary>
    private const int Scrap = 128;

    private ulong _small;
    private TimeSpan _smallAt;
    private TimeSpan _heldAt;
    private TimeSpan _holds;

    /// <summary>How long a message waits for others at most: ten round trips of a LAN; nobody sees it.</summary>
    public static TimeSpan MostGathering { get; } = TimeSpan.FromMilliseconds(1);

    /// <summary>When what waits leaves, full or not; <see cref="TimeSpan.MinValue"/> when nothing has to wait.</summary>
    public TimeSpan GathersUntil
    {
        get
        {
            TimeSpan until = _small == 0 ? TimeSpan.MinValue : _smallAt + MostGathering;
            until = _holds > TimeSpan.Zero && _heldAt + _holds > until ? _heldAt + _holds : until;
            return until == TimeSpan.MinValue || Outbound.HasLosses || Outbound.Fills(FrameRoom) ? TimeSpan.MinValue : until;
        }
    }

    /// <summary>What was queued last waits for more; together with what waits already, until that leaves.</summary>
    /// <param name="now">Now.</param>
    /// <param name="time">How long, if nothing is before it.</param>
    public void Hold(TimeSpan now, TimeSpan time)
    {
        if (_holds == TimeSpan.Zero)
        {
            (_heldAt, _holds) = (now, time);
        }
    }

    /// <summary>What was queued last waits for nobody, nor does what is before it.</summary>
    public void Release() => _holds = TimeSpan.Zero;

    private void NoteSmall(SentDatagram datagram)
    {
        // Pieces come last.
        if (datagram.Parts.Count > 0 && datagram.Parts[datagram.Parts.Count - 1].Kind == PartKind.Piece)
        {
            // What filled it may leave the last of them behind; the end of a large message waits for nothing.
            _heldAt = datagram.SentAt;
            _holds = Outbound.Next is { Next: 0 } ? _holds : TimeSpan.Zero;
            if (datagram.Size < Window.DatagramSize - Scrap)
            {
                (_small, _smallAt) = (datagram.Order, datagram.SentAt);
            }
        }
    }

    private void NoteOver(SentDatagram datagram) => _small = _small == datagram.Order ? 0 : _small;
}
