using System;
using System.Threading;

namespace LanPeer.Benchmarks.Competitors;

/// <summary>What sends messages of <see cref="Length"/> bytes to one other, or to many, over loopback.</summary>
internal abstract class Contestant
{
    public const int Length = 200;

    protected static readonly byte[] s_payload = new byte[Length];

    public abstract string Name { get; }

    /// <summary>Other processes that have part in it.</summary>
    public virtual int[] Processes => [];

    /// <summary>Two that know each other.</summary>
    public abstract Trip OpenTrip();

    /// <summary>One sender that knows many receivers, which are in this process and read what has come on a thread of their own.</summary>
    public abstract Fan OpenFan(int receivers);
}

/// <summary>Two ends.</summary>
/// <param name="go">One round trip.</param>
/// <param name="close">Ends both.</param>
internal sealed class Trip(Action go, Action close) : IDisposable
{
    public void Go() => go();

    public void Dispose() => close();
}

/// <summary>One sender and its receivers.</summary>
/// <param name="send">Sends so many messages to each.</param>
/// <param name="arrived">How many have come to all of them together since they began.</param>
/// <param name="settle">Waits for what the sender still wants to know of them; not measured.</param>
/// <param name="close">Ends all.</param>
internal sealed class Fan(Action<int> send, Func<long> arrived, Action settle, Action close) : IDisposable
{
    public long Arrived => arrived();

    public void Send(int messages) => send(messages);

    public void Settle() => settle();

    public void Dispose() => close();
}

/// <summary>A thread that lets receivers read, again and again.</summary>
internal sealed class Pump : IDisposable
{
    private readonly Thread _thread;
    private volatile bool _isOver;

    public Pump(Action pump)
    {
        _thread = new Thread(() =>
        {
            while (!_isOver)
            {
                pump();
                Thread.Yield();
            }
        })
        {
            IsBackground = true,
        };
        _thread.Start();
    }

    public void Dispose()
    {
        _isOver = true;
        _thread.Join();
    }
}
