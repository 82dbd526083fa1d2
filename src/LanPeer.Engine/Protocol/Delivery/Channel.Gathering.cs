using System;

namespace LanPeer.Protocol.Delivery;

/// <content>
/// Small messages that follow each other closely share datagrams (RFC 1122, section 4.2.3.4, by Minshall's rule): a
/// datagram that is not full waits while another one that is not full is on the way, for its acknowledgement, for more, or
/// for a millisecond. A message alone waits for nothing, nor does the end of a large one.
/// </content>
internal sealed partial class Channel
{
    /// <summary>With this much left a datagram is full: there is no place for a message worth waiting for.</summary>
    private const int Scrap = 128;

    /// <summary>Ten round trips of a LAN; nobody sees it.</summary>
    private static readonly TimeSpan s_gather = TimeSpan.FromMilliseconds(1);

    private ulong _small;
    private TimeSpan _smallAt;

    /// <summary>When what waits leaves, full or not; <see cref="TimeSpan.MinValue"/> when nothing has to wait.</summary>
    public TimeSpan GathersUntil
        => _small == 0 || Outbound.HasLosses || Outbound.Fills(FrameRoom) ? TimeSpan.MinValue : _smallAt + s_gather;

    private void NoteSmall(SentDatagram datagram)
    {
        if (datagram.Size < Window.DatagramSize - Scrap && datagram.Parts.Exists(static part => part.Kind == PartKind.Piece))
        {
            (_small, _smallAt) = (datagram.Order, datagram.SentAt);
        }
    }

    private void NoteOver(SentDatagram datagram) => _small = _small == datagram.Order ? 0 : _small;
}
