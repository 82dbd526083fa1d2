using System;

namespace LanPeer.Protocol.Delivery;

/// <content>
/// Small messages that follow each other closely share datagrams (RFC 1122, section 4.2.3.4, by Minshall's rule): a
/// datagram that is not full waits while another one that is not full is on the way, for its acknowledgement, for more, or
/// for a millisecond. A message alone waits for nothing, nor does the end of a large one. A post waits as long if the one
/// before it is on the way to anybody (<see cref="Hold"/>): by the time it is sealed for the last of many, the first has
/// acknowledged, and no two would ever meet.
/// </content>
internal sealed partial class Channel
{
    /// <summary>With this much left a datagram is full: there is no place for a message worth waiting for.</summary>
    private const int Scrap = 128;

    private ulong _small;
    private TimeSpan _smallAt;
    private TimeSpan _heldUntil = TimeSpan.MinValue;

    /// <summary>How long a message waits for others at most: ten round trips of a LAN; nobody sees it.</summary>
    public static TimeSpan MostGathering { get; } = TimeSpan.FromMilliseconds(1);

    /// <summary>When what waits leaves, full or not; <see cref="TimeSpan.MinValue"/> when nothing has to wait.</summary>
    public TimeSpan GathersUntil
    {
        get
        {
            TimeSpan until = _small == 0 ? TimeSpan.MinValue : _smallAt + MostGathering;
            until = _heldUntil > until ? _heldUntil : until;
            return until == TimeSpan.MinValue || Outbound.HasLosses || Outbound.Fills(FrameRoom) ? TimeSpan.MinValue : until;
        }
    }

    /// <summary>What was queued last waits for more until then; together with what waits already, until that leaves.</summary>
    public void Hold(TimeSpan until) => _heldUntil = _heldUntil == TimeSpan.MinValue ? until : _heldUntil;

    /// <summary>What was queued last waits for nobody, nor does what is before it.</summary>
    public void Release() => _heldUntil = TimeSpan.MinValue;

    private void NoteSmall(SentDatagram datagram)
    {
        // Pieces come last.
        if (datagram.Parts.Count > 0 && datagram.Parts[datagram.Parts.Count - 1].Kind == PartKind.Piece)
        {
            // A datagram that others have filled leaves the last of them; the end of a large message waits for nothing.
            _heldUntil = _heldUntil != TimeSpan.MinValue && Outbound.Next is { Next: 0 } ? datagram.SentAt + MostGathering : TimeSpan.MinValue;
            if (datagram.Size < Window.DatagramSize - Scrap)
            {
                (_small, _smallAt) = (datagram.Order, datagram.SentAt);
            }
        }
    }

    private void NoteOver(SentDatagram datagram) => _small = _small == datagram.Order ? 0 : _small;
}
