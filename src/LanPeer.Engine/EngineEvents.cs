using System;
using System.Collections.Generic;
using System.Threading;

namespace LanPeer;

/// <summary>What a session has events for.</summary>
internal enum EngineEventKind
{
    Message,
    Peer,
    Trust,
    Delivery,
}

/// <summary>
/// Raises the events of a session on a thread of the pool, outside of every lock, one after the other in the order in
/// which things happened. A handler that takes its time delays other handlers, and nothing of the peer.
/// </summary>
/// <param name="capacity">How many may wait for their handlers; more are counted and not raised.</param>
internal sealed class EngineEvents(int capacity)
{
    private readonly object _gate = new();
    private readonly Queue<EventArgs> _waiting = new();
    private bool _isRaising;
    private long _missed;

    /// <summary>Whether anybody listens; what nobody hears is not made.</summary>
    public Predicate<EngineEventKind> IsHeard { get; set; } = static _ => false;

    /// <summary>Calls the handlers. It does not throw.</summary>
    public Action<EventArgs> Raise { get; set; } = static _ => { };

    /// <summary>Something happened. Called under the engine's lock, so that events keep their order.</summary>
    public void Add(EventArgs happened)
    {
        lock (_gate)
        {
            if (_waiting.Count >= capacity)
            {
                _missed++;
                return;
            }

            _waiting.Enqueue(happened);
            if (!_isRaising)
            {
                _isRaising = true;
                ThreadPool.UnsafeQueueUserWorkItem(static events => events.RaiseAll(), this, preferLocal: false);
            }
        }
    }

    /// <summary>How many were not raised since the last call, because too many waited for their handlers.</summary>
    public long TakeMissed()
    {
        lock (_gate)
        {
            long missed = _missed;
            _missed = 0;
            return missed;
        }
    }

    private void RaiseAll()
    {
        while (true)
        {
            EventArgs? next;
            lock (_gate)
            {
                if (!_waiting.TryDequeue(out next))
                {
                    _isRaising = false;
                    return;
                }
            }

            Raise(next);
        }
    }
}
