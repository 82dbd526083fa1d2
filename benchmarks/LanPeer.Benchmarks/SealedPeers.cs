using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Wire;

namespace LanPeer.Benchmarks;

/// <summary>
/// Many whole peers of this process that know one session and nobody else, each on a socket of its own. They do nothing
/// but in <see cref="Pump"/>: so what they do is in nobody's way while something is measured.
/// </summary>
internal sealed class SealedPeers : IDisposable
{
    /// <summary>Deadlines of many are looked at this often.</summary>
    private static readonly TimeSpan s_tickInterval = TimeSpan.FromMilliseconds(1);

    private readonly List<(PeerMachine Machine, Socket Socket, Identity Identity)> _peers = [];
    private readonly long _epoch = Stopwatch.GetTimestamp();
    private readonly Effects _effects = new();
    private readonly SocketAddress _from = new(AddressFamily.InterNetwork);
    private readonly byte[] _buffer = new byte[65_536];
    private readonly IPEndPoint _session;
    private readonly LanInbox _inbox = new(100_000, 64 * 1_048_576);
    private readonly int _poll;
    private long _arrived;
    private long _ticked;

    public SealedPeers(int count, LanSession session, bool isPolled = true)
        : this(count, (ushort)session.Port, (ushort)session.Options.DiscoveryPort, isPolled)
    {
    }

    /// <param name="count">How many.</param>
    /// <param name="port">That of the session.</param>
    /// <param name="discoveryPort">The one it listens on.</param>
    /// <param name="isPolled">
    /// Whether the kernel tells which of them have something to read. It does so on the sender's thread, 0.4 us for each
    /// datagram: not where that thread is measured.
    /// </param>
    public SealedPeers(int count, ushort port, ushort discoveryPort, bool isPolled = true)
    {
        _session = new IPEndPoint(IPAddress.Loopback, port);
        for (int i = 0; i < count; i++)
        {
            Socket socket = LoopbackSockets.Open(1_048_576);
            socket.Blocking = false;
            Identity identity = Identity.Create();
            var machine = new PeerMachine(
                new PeerSettings
                {
                    Name = $"m{i}",
                    DiscoveryPort = discoveryPort,
                    MaxPeers = 1,
                    Seeds = [new Ipv4Endpoint(Ipv4Endpoint.LoopbackAddress, port)],
                },
                LocalNetwork.Loopback([]),
                new SystemRandom(),
                new PeerSecurity { Identity = identity, Epochs = EpochClock.Start(0, DateTimeOffset.UtcNow), Pins = new PinBook() });
            _peers.Add((machine, socket, identity));
            machine.Start(Now(), (ushort)((IPEndPoint)socket.LocalEndPoint!).Port, _effects);
            Carry(machine, socket);
        }

        _poll = isPolled && NativeBaseline.IsThere ? NativeBaseline.NewPoll([.. _peers.ConvertAll(static peer => (int)peer.Socket.Handle)]) : -1;
    }

    /// <summary>
    /// How many of them do what is due, announcing and probing; all when null. As each knows one peer alone, all of them
    /// probe that one, which in a real network one does.
    /// </summary>
    public int? Ticking { get; set; }

    /// <summary>Messages that were in an inbox and were read; any thread may ask.</summary>
    public long Arrived => Interlocked.Read(ref _arrived);

    /// <summary>Lets all of them read what has come, answer, and do what is due, once.</summary>
    public void Pump()
    {
        if (_poll < 0)
        {
            for (int i = 0; i < _peers.Count; i++)
            {
                _ = Read(i, all: true);
            }
        }
        else
        {
            while (ReadReady(milliseconds: 0))
            {
            }
        }

        TickAll();
    }

    /// <summary>The same, and sleeps until there is something to read, for a millisecond at most, as a thread of each of them would.</summary>
    public void PumpOrWait()
    {
        if (_poll < 0)
        {
            Pump();
        }
        else if (!ReadReady(milliseconds: 1) || Stopwatch.GetElapsedTime(_ticked) > s_tickInterval)
        {
            TickAll();
        }
    }

    /// <summary>Pumps until a session knows so many, with keys.</summary>
    public void PumpUntilKnown(LanSession session, int count)
        => PumpUntil(() => session.Peers.Count(static peer => peer.PeerId is not null) == count, "all peers are known");

    /// <summary>Pumps until something holds.</summary>
    /// <param name="condition">What.</param>
    /// <param name="what">The same in words.</param>
    /// <param name="look">How often it is looked; always when it costs nothing.</param>
    public void PumpUntil(Func<bool> condition, string what, TimeSpan look = default)
    {
        long began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(began) > TimeSpan.FromMinutes(2))
            {
                throw new TimeoutException($"Waited in vain: {what}.");
            }

            Pump();
            PumpFor(look);
        }
    }

    /// <summary>Pumps for that long, with rests in which others have the core.</summary>
    public void PumpFor(TimeSpan time)
    {
        long began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < time)
        {
            Pump();
            Thread.Sleep(5);
        }
    }

    public void Dispose()
    {
        if (_poll >= 0)
        {
            NativeBaseline.FreePoll(_poll);
        }

        foreach ((PeerMachine machine, Socket socket, Identity identity) in _peers)
        {
            machine.Dispose();
            socket.Dispose();
            identity.Dispose();
        }
    }

    private bool ReadReady(int milliseconds)
    {
        Span<int> ready = stackalloc int[64];
        int count = NativeBaseline.Poll(_poll, ready, milliseconds);
        bool isAny = false;
        for (int i = 0; i < count; i++)
        {
            isAny |= Read(ready[i], all: false);
        }

        return isAny;
    }

    /// <summary>Lets one read: everything, or one datagram of a socket that has some.</summary>
    private bool Read(int index, bool all)
    {
        (PeerMachine machine, Socket socket, _) = _peers[index];
        bool isAny = false;
        while ((!all && !isAny) || socket.Available > 0)
        {
            int length = socket.ReceiveFrom(_buffer, SocketFlags.None, _from);
            ReadOnlySpan<byte> from = _from.Buffer.Span;
            var source = new Ipv4Endpoint(BinaryPrimitives.ReadUInt32BigEndian(from[4..]), BinaryPrimitives.ReadUInt16BigEndian(from[2..]));
            _ = machine.Receive(Now(), Inlet.Unicast, source, _buffer.AsSpan(0, length), _effects);
            isAny = true;
        }

        if (isAny)
        {
            Work(machine);
            machine.Flush(Now(), _effects);
            Carry(machine, socket);
        }

        return isAny;
    }

    private void TickAll()
    {
        _ticked = Stopwatch.GetTimestamp();
        Moment now = Now();
        for (int i = 0; i < Math.Min(_peers.Count, Ticking ?? int.MaxValue); i++)
        {
            (PeerMachine machine, Socket socket, _) = _peers[i];
            if (machine.NextDeadline <= now.Elapsed)
            {
                machine.Tick(now, _effects);
                Work(machine);
                machine.Flush(now, _effects);
                Carry(machine, socket);
            }
        }
    }

    private void Work(PeerMachine machine)
    {
        while (machine.TakeWork() is HandshakeWork work)
        {
            work.Run();
            _ = machine.Complete(Now(), work, _effects);
        }
    }

    private void Carry(PeerMachine machine, Socket socket)
    {
        Read(machine);
        foreach (Outgoing send in _effects.Sends)
        {
            // Announcements to everybody would make all of them meet.
            if (send.To.Port == _session.Port)
            {
                _ = socket.SendTo(_effects.Payload(send), SocketFlags.None, _session);
            }
        }

        _effects.Clear();
        machine.SetInbox(0, 0);
    }

    /// <summary>Into an inbox, and out of it again. One serves all, as it is empty after each.</summary>
    private void Read(PeerMachine machine)
    {
        if (_effects.Arrivals.Count == 0)
        {
            return;
        }

        var senders = default(SenderViews);
        foreach (Arrival arrival in _effects.Arrivals)
        {
            _ = _inbox.TryAdd(PublicViews.Message(arrival, senders.Of(arrival, machine), null), out _, wakes: false);
        }

        _inbox.Wake();

        Interlocked.Add(ref _arrived, _inbox.Take(static _ => true, int.MaxValue).Count);
    }

    private Moment Now() => new(Stopwatch.GetElapsedTime(_epoch), DateTimeOffset.UtcNow);
}
