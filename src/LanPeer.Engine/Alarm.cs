using System;
using System.Diagnostics;
using System.Threading;

namespace LanPeer;

/// <summary>Rings once at a time that may be moved; then it has to be set again.</summary>
internal abstract class Alarm : IDisposable
{
    /// <summary>For the machine's own clock a thread; for any other clock, as tests have, what that clock offers.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="ring">Called each time, never twice at once; it must not throw.</param>
    /// <param name="name">Of the thread.</param>
    public static Alarm Create(TimeProvider time, Action ring, string name)
        => time == TimeProvider.System ? new ThreadAlarm(ring, name) : new ProviderAlarm(time, ring);

    /// <summary>Sets it, or moves it. Cheap where the time is later than the one it is set to.</summary>
    /// <param name="delay">From now; zero or less is now.</param>
    public abstract void Set(TimeSpan delay);

    /// <summary>It does not ring any more; when it rings just now, that may go on.</summary>
    public abstract void Dispose();
}

/// <summary>
/// A thread of its own. A timer of .NET wakes the timers' thread and that a thread of the pool, which then looks around
/// for more work some hundred times before it sleeps: nine tenths of what a peer at rest took. And it is exact to the
/// kernel's 50 us where timers count milliseconds, which datagrams that are to leave evenly need.
/// </summary>
internal sealed class ThreadAlarm : Alarm
{
    /// <summary>Naps in a row, if nobody wakes it again.</summary>
    private const int MostNaps = 8;

    /// <summary>
    /// Who was woken for an earlier time sleeps no longer than this for a while: in a burst the next earlier time is a
    /// millisecond away, and nobody has to be woken for it, which costs the sender more than a message does.
    /// </summary>
    private static readonly long s_nap = Stopwatch.Frequency / 1_000;

    private readonly Sleeper _sleeper = Sleeper.Create();
    private readonly Action _ring;
    private readonly Thread _thread;
    private long _due = long.MaxValue;

    /// <summary>When the thread looks again by itself; who sets an earlier time has to wake it.</summary>
    private long _looks = long.MinValue;
    private volatile bool _isDisposed;

    public ThreadAlarm(Action ring, string name)
    {
        _ring = ring;

        // A foreground thread would keep pwsh alive after `exit`.
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    public override void Set(TimeSpan delay)
    {
        double ticks = delay.TotalSeconds * Stopwatch.Frequency;
        long due = Stopwatch.GetTimestamp() + (long)Math.Clamp(ticks, 0, long.MaxValue / 4);

        // With a full fence between the two, here and there: one of both sees what the other has written.
        Interlocked.Exchange(ref _due, due);
        if (due < Volatile.Read(ref _looks))
        {
            _sleeper.Wake();
        }
    }

    public override void Dispose()
    {
        _isDisposed = true;
        _sleeper.Wake();
        if (Thread.CurrentThread != _thread)
        {
            _ = _thread.Join(TimeSpan.FromSeconds(2));
        }
    }

    private void Run()
    {
        int naps = 0;
        while (!_isDisposed)
        {
            long due = Volatile.Read(ref _due);
            long now = Stopwatch.GetTimestamp();
            if (due > now)
            {
                long looks = naps > 0 ? Math.Min(due, now + s_nap) : due;
                Interlocked.Exchange(ref _looks, looks);
                if (Volatile.Read(ref _due) < looks)
                {
                    continue;
                }

                _sleeper.Sleep(Stopwatch.GetElapsedTime(now, looks));
                naps = Volatile.Read(ref _due) < looks ? MostNaps : Math.Max(0, naps - 1);
            }
            else if (Interlocked.CompareExchange(ref _due, long.MaxValue, due) == due)
            {
                _ring();
            }
        }
    }
}

/// <summary>By a timer of a clock that is not the machine's.</summary>
internal sealed class ProviderAlarm : Alarm
{
    private readonly ITimer _timer;

    public ProviderAlarm(TimeProvider time, Action ring)
        => _timer = time.CreateTimer(static ring => ((Action)ring!)(), ring, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public override void Set(TimeSpan delay)
    {
        // Timers cut fractions of a millisecond off, and would ring too early again and again; more than 49 days they do not take.
        double milliseconds = Math.Clamp(Math.Ceiling(delay.TotalMilliseconds), 0, TimeSpan.FromDays(1).TotalMilliseconds);
        _ = _timer.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }

    public override void Dispose() => _timer.Dispose();
}
