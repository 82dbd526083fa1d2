using System;

namespace LanPeer.Protocol.Delivery;

/// <summary>
/// How much each sender may send: what it was promised always has a place in the inbox (docs/protocol.md, "Credit"). The
/// inbox's free room is given out by halves, so that one sender never gets all that is left; and promises may go beyond it
/// by half of the inbox, so that those who were promised something once and send nothing do not keep it empty.
/// </summary>
internal sealed class InboxCredit(int messages, long bytes)
{
    /// <summary>The most one sender gets at a time: what a burst on a LAN has on the way, many times.</summary>
    private const long MostMessages = 1_024;
    private const long MostBytes = 4 * 1_048_576;

    /// <summary>What a sender gets first; each time it has used half, it gets twice as much as before.</summary>
    private const long FirstMessages = 32;
    private const long FirstBytes = 64 * 1_024;

    private long _promisedMessages;
    private long _promisedBytes;

    /// <summary>Messages of senders with a session in the inbox now.</summary>
    public int UsedMessages { get; set; }

    /// <summary>Bytes of them.</summary>
    public long UsedBytes { get; set; }

    /// <summary>Whether some sender would get more if there were room.</summary>
    public bool IsShort { get; private set; }

    /// <summary>Gives a sender more, when it has used half of what it may have.</summary>
    public void TopUp(InboundStream stream)
    {
        long messagesLeft = Left(stream.CreditMessages, stream.Settled);
        long bytesLeft = Math.Max(0, stream.CreditBytes - stream.Bytes);
        long messagesFree = Free(messages, UsedMessages, _promisedMessages - Promised(messagesLeft, (long)OutboundStream.InitialMessages));
        long bytesFree = Free(bytes, UsedBytes, _promisedBytes - Promised(bytesLeft, OutboundStream.InitialBytes));
        long messagesGoal = Math.Min(Math.Clamp(2 * stream.GrantedMessages, FirstMessages, MostMessages), (messagesFree + 1) / 2);
        long bytesGoal = Math.Min(Math.Clamp(2 * stream.GrantedBytes, FirstBytes, MostBytes), (bytesFree + 1) / 2);
        bool isMore = (messagesLeft <= messagesGoal / 2 && messagesGoal > messagesLeft) || (bytesLeft <= bytesGoal / 2 && bytesGoal > bytesLeft);
        IsShort |= messagesGoal < FirstMessages || bytesGoal < FirstBytes || messagesFree < MostMessages || bytesFree < MostBytes;
        if (isMore)
        {
            Withdraw(stream);
            stream.CreditMessages = Math.Max(stream.CreditMessages, stream.Settled + (ulong)Math.Max(0, messagesGoal));
            stream.CreditBytes = Math.Max(stream.CreditBytes, stream.Bytes + Math.Max(0, bytesGoal));
            stream.GrantedMessages = messagesGoal;
            stream.GrantedBytes = bytesGoal;
            stream.IsCreditDue = true;
            Promise(stream);
        }
    }

    /// <summary>Takes back what a sender was promised beyond what everybody has: before it changes, and when it goes.</summary>
    public void Withdraw(InboundStream stream)
    {
        _promisedMessages -= Promised(Left(stream.CreditMessages, stream.Settled), (long)OutboundStream.InitialMessages);
        _promisedBytes -= Promised(Math.Max(0, stream.CreditBytes - stream.Bytes), OutboundStream.InitialBytes);
    }

    /// <summary>Counts what a sender is promised.</summary>
    public void Promise(InboundStream stream)
    {
        _promisedMessages += Promised(Left(stream.CreditMessages, stream.Settled), (long)OutboundStream.InitialMessages);
        _promisedBytes += Promised(Math.Max(0, stream.CreditBytes - stream.Bytes), OutboundStream.InitialBytes);
    }

    /// <summary>There is room again: whoever was short is to be looked at.</summary>
    public void Relieve() => IsShort = false;

    private static long Free(long capacity, long used, long promised)
        => Math.Max(0, Math.Min(capacity - used, capacity + (capacity / 2) - used - promised));

    private static long Left(ulong credit, ulong settled) => credit > settled ? (long)Math.Min(credit - settled, int.MaxValue) : 0;

    /// <summary>What everybody may send at first is not counted: the inbox holds it beyond its bounds.</summary>
    private static long Promised(long left, long initial) => Math.Max(0, left - initial);
}
