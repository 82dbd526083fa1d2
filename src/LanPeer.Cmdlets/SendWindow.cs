using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Text;
using System.Threading;

namespace LanPeer.Cmdlets;

/// <summary>
/// The messages of a command that are on their way, in the order of their sending. Waiting for each before the next is
/// sent would cost a pipeline one round trip a line; sending all before any is waited for would have no bound.
/// </summary>
/// <param name="tell">Told of each message, in order: when it is settled, or at once when nobody waits for that.</param>
/// <param name="isWaiting">Whether the command ends only when all are settled.</param>
/// <param name="whileWaiting">Called every 50 ms or more often while it waits.</param>
/// <param name="cancellation">Ends all waiting; the messages go on.</param>
internal sealed class SendWindow(Action<LanSending> tell, bool isWaiting, Action whileWaiting, CancellationToken cancellation)
{
    /// <summary>A session holds eight times as many for one receiver: so many commands may send to it at once.</summary>
    private const int MaxMessages = 1_000;

    /// <summary>Bytes, half of what a session holds for one receiver: eight of the largest messages.</summary>
    private const int MaxBytes = 8 * 1_048_576;

    /// <summary>
    /// What a message takes for each receiver besides its text. A session holds 64 MiB for all of them: lines of one word to
    /// 1,000 receivers would be more, and fail, before 1,000 lines were on their way.
    /// </summary>
    private const int Overhead = 256;

    /// <summary>
    /// A pipeline whose lines come slower than that has somebody behind it who looks at each, such as a log that is
    /// followed: its receipts are waited for at once, as the next line may come in an hour.
    /// </summary>
    private static readonly TimeSpan s_slow = TimeSpan.FromMilliseconds(50);

    private readonly Queue<(LanSending Sending, int Bytes)> _open = [];
    private long _bytes;
    private long _done;
    private long _idleSince = Stopwatch.GetTimestamp();
    private bool _isSlow;

    /// <summary>How far the messages are that are waited for.</summary>
    public (string Status, double Part) Progress
    {
        get
        {
            if (!_open.TryPeek(out (LanSending Sending, int Bytes) oldest))
            {
                return ("Done", 1);
            }

            LanSending sending = oldest.Sending;
            string status = _open.Count > 1 ? $"{_open.Count} messages on their way" : $"{sending.Deliveries.Count} of {sending.Receivers} settled";
            return (status, (_done + sending.Progress) / (_done + _open.Count));
        }
    }

    /// <summary>A record has come from the pipeline.</summary>
    public void BeginRecord() => _isSlow = Stopwatch.GetElapsedTime(_idleSince) >= s_slow;

    /// <summary>Takes a message that was put on its way; waits as long as there are too many.</summary>
    /// <param name="sending">The message.</param>
    /// <param name="text">Its text.</param>
    /// <param name="receivers">How many keep a copy of it on its way.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Add(LanSending sending, string text, int receivers = 1)
    {
        if (!isWaiting)
        {
            tell(sending);
        }

        int bytes = (int)Math.Min((long)(Encoding.UTF8.GetByteCount(text) + Overhead) * receivers, MaxBytes);
        _open.Enqueue((sending, bytes));
        _bytes += bytes;
        while (_open.TryPeek(out (LanSending Sending, int Bytes) oldest)
            && (_open.Count > MaxMessages || _bytes > MaxBytes || oldest.Sending.IsSettled))
        {
            TakeOldest();
        }
    }

    /// <summary>The record is dealt with; in a slow pipeline that includes its receipts.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void EndRecord()
    {
        if (_isSlow)
        {
            End();
        }

        _idleSince = Stopwatch.GetTimestamp();
    }

    /// <summary>Waits for what is left, when it is to be waited for.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void End()
    {
        while (isWaiting && _open.Count > 0)
        {
            TakeOldest();
        }
    }

    private void TakeOldest()
    {
        (LanSending sending, int bytes) = _open.Peek();
        _ = sending.Wait(Timeout.InfiniteTimeSpan, cancellation, whileWaiting);
        _ = _open.Dequeue();
        _done++;
        _bytes -= bytes;
        if (isWaiting)
        {
            tell(sending);
        }
    }
}
