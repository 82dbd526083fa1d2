using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Threading;
using LanPeer.Transport;

namespace LanPeer;

/// <summary>
/// What one thread sleeps on until another wakes it. To be woken before it sleeps counts: it does not sleep then, once.
/// It may also return early, so its owner looks again.
/// </summary>
internal abstract class Sleeper
{
    /// <summary>More than 49 days are not taken by the systems, and nobody minds a look each minute.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    [ThreadStatic]
    private static Sleeper? t_own;

    /// <summary>That of the thread that asks.</summary>
    public static Sleeper OfThisThread => t_own ??= Create();

    /// <summary>The best there is on this system.</summary>
    public static Sleeper Create() => Futex.IsThere ? new FutexSleeper() : new EventSleeper();

    /// <summary>Wakes the owner, or keeps it from falling asleep; by any thread.</summary>
    public abstract void Wake();

    /// <summary>Sleeps until woken, at most for that long; by its owner alone. A minute is the longest: it may return early.</summary>
    public void Sleep(TimeSpan time) => SleepFor(time < s_longest ? time : s_longest);

    /// <param name="time">Not longer than a minute.</param>
    protected abstract void SleepFor(TimeSpan time);
}

/// <summary>By the BCL, on all systems.</summary>
[SuppressMessage("Design", "CA1001", Justification = "It lives as long as its thread; the handle has a finalizer.")]
internal sealed class EventSleeper : Sleeper
{
    private readonly AutoResetEvent _wake = new(false);

    public override void Wake() => _wake.Set();

    /// <inheritdoc/>
    /// <remarks>In whole milliseconds, rounded up: a fraction of one would be no sleep.</remarks>
    protected override void SleepFor(TimeSpan time) => _ = _wake.WaitOne((int)Math.Max(1, Math.Ceiling(time.TotalMilliseconds)));
}

/// <summary>
/// By futex(2). An event of .NET on Linux is a mutex and a condition: who is woken at once, as on one core, finds the mutex
/// taken by who woke it, and goes back to sleep. That is two more turns of the scheduler and three more system calls for
/// each message that is waited for.
/// </summary>
internal sealed unsafe class FutexSleeper : Sleeper
{
    private const int Awake = 0;
    private const int Woken = 1;
    private const int Asleep = -1;

    /// <summary>Its address is the kernel's name for it, so it must not move.</summary>
    private readonly int[] _state = GC.AllocateArray<int>(1, pinned: true);

    public override void Wake()
    {
        if (Interlocked.Exchange(ref _state[0], Woken) == Asleep)
        {
            Futex.WakeOne(Word);
            GC.KeepAlive(_state);
        }
    }

    protected override void SleepFor(TimeSpan time)
    {
        if (Interlocked.CompareExchange(ref _state[0], Asleep, Awake) == Awake)
        {
            Futex.WaitWhile(Word, Asleep, time);
        }

        // With a full fence: what the owner looks at next must not be read before this, or it goes back to sleep over a
        // wake-up that this has wiped out.
        Interlocked.Exchange(ref _state[0], Awake);
    }

    private int* Word => (int*)Marshal.UnsafeAddrOfPinnedArrayElement(_state, 0);
}
