using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Net.Sockets;
using System.Threading;
using LanPeer.Protocol;
using LanPeer.Transport;

namespace LanPeer;

/// <summary>
/// Who receives from a port. That is its thread, but while a program talks back and forth it is the thread that waits for
/// the answer (Leader/Followers; Schmidt et al., Pattern-Oriented Software Architecture 2, 2000): otherwise the datagram
/// wakes one thread, and that the other, and wake-ups are most of a round trip.
/// </summary>
/// <remarks>
/// The thread leaves its place when it wakes somebody, and sleeps. Whoever waits next takes it, and gives it back when
/// what it waited for has come. The thread comes back when nobody has read the socket for two milliseconds, when much comes,
/// and at once when somebody sleeps for whom nobody receives: so that is never the case.
/// </remarks>
/// <param name="port">Where.</param>
/// <param name="handle">Takes a batch; false when nothing more is to be received. Never called by two threads at once.</param>
internal sealed class Reception(UdpPort port, Func<ReceiveBatch, Effects, bool> handle)
{
    private const int OfThread = 0;
    private const int Left = 1;
    private const int Taken = 2;

    /// <summary>The machine's start, as a time stamp.</summary>
    private const long LongAgo = 0;

    /// <summary>
    /// How long the thread leaves its place to others: so long what comes unasked may lie in the socket. It looks that often,
    /// too, and each look takes a core from those who talk: every 0.5 ms was half as fast with free cores.
    /// </summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(2);

    /// <summary>
    /// How long a thread that waits does without being woken for another reason, as by a cancelled token; then it sleeps
    /// where all can wake it. The kernel may make one or two of its ticks of it, up to 20 ms.
    /// </summary>
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(1);

    /// <summary>Datagrams at once that no conversation brings: as many as one system call reads.</summary>
    private const int Crowd = ReceiveBatch.Slots;

    /// <summary>After how many occasions, at most, a place that nobody took is left again.</summary>
    private const int MostSkipped = 63;

    private readonly ReceiveBatch _batch = new();
    private readonly Effects _effects = new();
    private readonly Sleeper _thread = Sleeper.Create();
    private readonly List<Sleeper> _woken = [];
    private readonly Backoff _leaving = new(MostSkipped);

    /// <summary>The thread whose wake-ups wait for the end of its batch; 0 outside of one, as another thread may have that number later.</summary>
    private int _defers;
    private int _place = OfThread;

    /// <summary>Threads that sleep until somebody tells them what has come.</summary>
    private int _sleepers;

    /// <summary>When the socket was last read; <see cref="LongAgo"/> when the thread is to come back at once.</summary>
    private long _lookedAt;
    private bool _wasTaken;

    /// <summary>Waits for the next datagrams, on the port's own thread, and leaves the place to others if that promises something.</summary>
    /// <returns>False when there are no more.</returns>
    /// <exception cref="SocketException">The network stack reports something; the port still works.</exception>
    public bool ReceiveNext()
    {
        if (!port.Receive(_batch))
        {
            return false;
        }

        bool goesOn = false;
        bool leaves = false;
        _defers = Environment.CurrentManagedThreadId;
        try
        {
            goesOn = Handle();
        }
        finally
        {
            _defers = 0;

            // Who is woken may run before this thread goes on, and must find the place free.
            leaves = goesOn && _woken.Count > 0 && port.CanReceiveFor && !IsCrowded
                && Volatile.Read(ref _sleepers) == 0 && _leaving.Begins();
            if (leaves)
            {
                _wasTaken = false;
                NoteLook();
                port.LimitWaits(areShort: true);
                Leave();
            }

            foreach (Sleeper sleeper in _woken)
            {
                sleeper.Wake();
            }

            _woken.Clear();
        }

        if (leaves)
        {
            StandBy();
        }

        return goesOn;
    }

    /// <summary>Takes the place if it was left. Who has it calls <see cref="Receive"/>, and <see cref="Leave"/>.</summary>
    public bool TryTake() => Volatile.Read(ref _place) == Left && Interlocked.CompareExchange(ref _place, Taken, Left) == Left;

    /// <summary>Receives what comes within a millisecond, or some.</summary>
    /// <returns>False when nothing has come.</returns>
    public bool Receive()
    {
        _wasTaken = true;
        try
        {
            return port.ReceiveFor(_batch, s_slice) && Handle();
        }
        catch (SocketException)
        {
            // The socket still works; if it lasts, the thread knows what to do.
            return false;
        }
        finally
        {
            NoteLook();
        }
    }

    /// <summary>Leaves the place: to the next who waits, or to the thread.</summary>
    public void Leave()
    {
        // A full fence here and in Rely: who leaves looks for sleepers after that, and who is about to sleep looks for a place
        // that was left, so one of the two sees the other and wakes the thread.
        Interlocked.Exchange(ref _place, Left);
        if (Volatile.Read(ref _sleepers) > 0 || Volatile.Read(ref _lookedAt) == LongAgo)
        {
            _thread.Wake();
        }
    }

    /// <summary>
    /// A thread is about to sleep until another tells it what has come; it must not have the place. Ended by <see cref="Wake"/>
    /// or <see cref="StopRelying"/>.
    /// </summary>
    public void Rely()
    {
        Interlocked.Increment(ref _sleepers);
        if (Volatile.Read(ref _place) == Left)
        {
            _thread.Wake();
        }
    }

    /// <summary>It does not sleep any more, though nobody woke it.</summary>
    public void StopRelying() => Interlocked.Decrement(ref _sleepers);

    /// <summary>Wakes one that relies; in the midst of a batch of the port's own thread, after it.</summary>
    public void Wake(Sleeper sleeper)
    {
        Interlocked.Decrement(ref _sleepers);
        if (Environment.CurrentManagedThreadId == Volatile.Read(ref _defers))
        {
            _woken.Add(sleeper);
        }
        else
        {
            sleeper.Wake();
        }
    }

    /// <summary>Whether the last batch was more than a conversation: then receiving is better done beside what is done with it.</summary>
    private bool IsCrowded => _batch.Count >= Crowd;

    private bool Handle()
    {
        try
        {
            return handle(_batch, _effects);
        }
        finally
        {
            _effects.Clear();
        }
    }

    /// <summary>The socket was just read. Who takes the place and looks for nothing does not keep the thread from it.</summary>
    private void NoteLook() => Volatile.Write(ref _lookedAt, IsCrowded ? LongAgo : Stopwatch.GetTimestamp());

    /// <summary>The thread sleeps until it is time to take its place again.</summary>
    private void StandBy()
    {
        while (!TryReturn(out TimeSpan sleep))
        {
            _thread.Sleep(sleep);
        }

        port.LimitWaits(areShort: false);
        _leaving.Ended(_wasTaken);
    }

    /// <param name="sleep">When it is not time yet: how long to sleep before the next look.</param>
    private bool TryReturn(out TimeSpan sleep)
    {
        sleep = s_patience;
        if (Volatile.Read(ref _place) == Taken)
        {
            return false;
        }

        TimeSpan left = s_patience - Stopwatch.GetElapsedTime(Volatile.Read(ref _lookedAt));
        if (left > TimeSpan.Zero && Volatile.Read(ref _sleepers) == 0)
        {
            sleep = left;
            return false;
        }

        return Interlocked.CompareExchange(ref _place, OfThread, Left) == Left;
    }
}
