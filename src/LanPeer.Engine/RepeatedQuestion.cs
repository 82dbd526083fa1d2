using System;
using System.Collections.Generic;
using System.Threading;

namespace LanPeer;

/// <summary>A question to the whole network, asked twice, whose answers are given as they come.</summary>
/// <param name="ask">Asks it.</param>
/// <param name="news">Raised when there may be another answer.</param>
/// <param name="time">The clock.</param>
internal sealed class RepeatedQuestion(Action ask, Signal news, TimeProvider time)
{
    /// <summary>A question asked once may be lost; asked again after this time it costs the others nothing.</summary>
    private static readonly TimeSpan s_repeat = TimeSpan.FromMilliseconds(300);

    /// <summary>Asks, waits, asks again, and gives what is found.</summary>
    /// <param name="found">What was found since it was last called.</param>
    /// <param name="isOver">Whether nothing more can come.</param>
    /// <param name="timeout">How long to listen.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="whileWaiting">Called every 50 ms or more often while waiting; null for nothing.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IEnumerable<LanPeer> Run(
        Func<IEnumerable<LanPeer>> found, Func<bool> isOver, TimeSpan timeout, CancellationToken cancellation, Action? whileWaiting = null)
    {
        long began = time.GetTimestamp();
        bool isRepeated = false;
        ask();
        while (true)
        {
            long version = news.Version;
            foreach (LanPeer peer in found())
            {
                yield return peer;
            }

            TimeSpan elapsed = time.GetElapsedTime(began);
            if (elapsed >= timeout || isOver())
            {
                yield break;
            }

            if (!isRepeated && elapsed >= s_repeat)
            {
                isRepeated = true;
                ask();
            }

            TimeSpan wait = isRepeated || s_repeat > timeout ? timeout - elapsed : s_repeat - elapsed;
            news.WaitAfter(version, wait, cancellation, whileWaiting);
        }
    }
}
