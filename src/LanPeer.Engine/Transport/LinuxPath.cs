using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Net.Sockets;
using System.Threading;
using LanPeer.Protocol;

namespace LanPeer.Transport;

/// <summary>
/// Many datagrams a system call: recvmmsg(2), sendmmsg(2), and for runs of datagrams of one size to one receiver UDP_SEGMENT,
/// by which the kernel goes through its stack once for up to 64 of them.
/// </summary>
internal sealed unsafe class LinuxPath : DatagramPath
{
    /// <summary>Milliseconds, the fewest there are: the kernel counts in its own ticks, of 1 to 10 ms, and waits for one or two.</summary>
    private const int ShortWait = 1;

    private readonly Socket _socket;
    private readonly LinuxReceiver _receiver;
    private readonly LinuxSender _sender;
    private readonly AdaptiveSpin _spin = new(Environment.ProcessorCount);
    private volatile bool _isClosed;
    private volatile bool _areWaitsShort;

    public LinuxPath(Socket socket)
    {
        _socket = socket;
        _receiver = new LinuxReceiver(TrySet(LinuxSockets.UdpGro, 1));

        // A kernel that does not know the option would ignore it on a datagram, and send the run as one.
        _sender = new LinuxSender(TrySet(LinuxSockets.UdpSegment, 0));
    }

    public override bool CanReceiveFor => true;

    public override bool Receive(ReceiveBatch batch)
    {
        batch.Clear();
        if (_spin.Begins() && Look(batch))
        {
            return !_isClosed;
        }

        while (!_isClosed)
        {
            if (TryTake(batch, waits: true))
            {
                return true;
            }
        }

        return false;
    }

    public override void LimitWaits(bool areShort)
    {
        try
        {
            // SO_RCVTIMEO (socket(7)); 0 is for ever.
            _socket.ReceiveTimeout = areShort ? ShortWait : 0;
            _areWaitsShort = areShort;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Closed meanwhile; or waits stay as they were, and poll(2) is asked before each.
        }
    }

    public override bool ReceiveFor(ReceiveBatch batch, TimeSpan time)
    {
        batch.Clear();
        if (_spin.Begins() && Look(batch))
        {
            return !_isClosed;
        }

        if (_areWaitsShort && time > TimeSpan.Zero)
        {
            return TryTake(batch, waits: true);
        }

        try
        {
            return _socket.Poll(time, SelectMode.SelectRead) && TryTake(batch, waits: false);
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Looks for a moment without sleeping.</summary>
    /// <returns>Whether there is something, or the path was closed.</returns>
    private bool Look(ReceiveBatch batch)
    {
        if (TryTake(batch, waits: false))
        {
            // It had come before: that says nothing of what comes next.
            return true;
        }

        long end = AdaptiveSpin.End();
        while (!_isClosed && Stopwatch.GetTimestamp() < end)
        {
            Thread.SpinWait(10);
            if (TryTake(batch, waits: false))
            {
                _spin.Ended(isHit: true);
                return true;
            }
        }

        _spin.Ended(isHit: false);
        return _isClosed;
    }

    /// <returns>Whether there was a datagram; not when the path is closed.</returns>
    private bool TryTake(ReceiveBatch batch, bool waits)
    {
        int errno;
        try
        {
            errno = _receiver.Receive(_socket.SafeHandle, batch, waits);
        }
        catch (ObjectDisposedException)
        {
            return false;
        }

        if (!_isClosed && errno is not (0 or LinuxSockets.Eintr or LinuxSockets.Eagain))
        {
            throw new SocketException((int)LinuxSockets.ErrorOf(errno));
        }

        // Closing ends the call as if an empty datagram had come from nowhere; those are left out.
        return !_isClosed && batch.Count > 0;
    }

    public override void Send(ReadOnlySpan<byte> arena, ReadOnlySpan<Outgoing> sends, List<SendFailure> failures)
    {
        try
        {
            fixed (byte* start = arena)
            {
                _sender.Send(_socket.SafeHandle, start, sends, failures);
            }
        }
        catch (ObjectDisposedException)
        {
            for (int i = 0; i < sends.Length; i++)
            {
                failures.Add(new SendFailure(i, SocketError.Shutdown));
            }
        }
    }

    public override void Dispose()
    {
        // The handle is held while a call is under way, so its number cannot become another file's; closing ends such calls.
        _isClosed = true;
        _socket.Dispose();
    }

    private bool TrySet(int option, int value)
    {
        try
        {
            _socket.SetRawSocketOption(LinuxSockets.UdpLevel, option, BitConverter.GetBytes(value));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
