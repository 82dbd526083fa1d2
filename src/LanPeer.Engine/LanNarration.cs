using System;
using System.Collections.Generic;
using System.Globalization;

namespace LanPeer;

/// <summary>
/// What a session sends (<c>SEND &gt;</c>), receives (<c>RECV &lt;</c>) and drops (<c>DROP !</c>), a line each, from
/// <see cref="LanSession.Narrate"/> to its disposal. It may be used from several threads at once.
/// </summary>
public sealed class LanNarration : IDisposable
{
    /// <summary>Lines that wait to be taken: about 100 KB.</summary>
    private const int Capacity = 1_000;

    private readonly Queue<string> _lines = new();
    private readonly Action<LanNarration> _close;
    private readonly object _engine;
    private long _missed;

    internal LanNarration(Action<LanNarration> close, object engine)
    {
        _close = close;
        _engine = engine;
    }

    /// <summary>Takes what happened since the last call, with control characters made visible.</summary>
    /// <returns>Oldest first. When more happened than is kept, 1,000 lines, the last one says how much is left out.</returns>
    public IReadOnlyList<string> Take()
    {
        // Whoever has seen a message or what became of one finds its line here, although the line is written second.
        lock (_engine)
        lock (_lines)
        {
            if (_missed > 0)
            {
                _lines.Enqueue(string.Create(CultureInfo.InvariantCulture, $"... and {_missed:N0} more."));
                _missed = 0;
            }

            string[] taken = [.. _lines];
            _lines.Clear();
            return taken;
        }
    }

    /// <summary>Ends it.</summary>
    public void Dispose() => _close(this);

    internal void Add(string line)
    {
        lock (_lines)
        {
            if (_lines.Count < Capacity)
            {
                _lines.Enqueue(line);
            }
            else
            {
                _missed++;
            }
        }
    }
}
