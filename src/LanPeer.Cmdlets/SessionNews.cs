using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Runtime.CompilerServices;

namespace LanPeer.Cmdlets;

/// <summary>
/// What sessions have to tell their user, taken one by one: an error that ends a command (-ErrorAction Stop) leaves the
/// others for the next.
/// </summary>
internal sealed class SessionNews
{
    private static readonly ConditionalWeakTable<LanSession, SessionNews> s_all = [];

    private readonly ConcurrentQueue<LanTrustEventArgs> _events = new();
    private readonly ConcurrentQueue<string> _warnings = new();

    /// <summary>Hands out each event and each warning of a session once.</summary>
    /// <param name="session">Whose.</param>
    /// <param name="happened">Told of each event. What it throws ends the telling.</param>
    /// <param name="warn">Told of each warning.</param>
    public static void Tell(LanSession session, Action<LanTrustEventArgs> happened, Action<string> warn)
    {
        SessionNews news = s_all.GetOrCreateValue(session);
        Tell(news._warnings, session.TakeWarnings(), warn);
        Tell(news._events, session.TakeTrustEvents(), happened);
    }

    private static void Tell<T>(ConcurrentQueue<T> queue, IReadOnlyList<T> latest, Action<T> tell)
    {
        foreach (T item in latest)
        {
            queue.Enqueue(item);
        }

        while (queue.TryDequeue(out T? next))
        {
            tell(next);
        }
    }
}
