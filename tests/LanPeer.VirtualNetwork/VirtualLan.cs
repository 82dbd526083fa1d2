using System;
using System.Collections.Generic;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.Wire;

namespace LanPeer.VirtualNetwork;

/// <summary>
/// Hosts, their peers and the networks between them, with a clock of its own. As made, every datagram takes 0.2 ms, none
/// is lost, all arrive in order; layers and adversaries change that. Broadcasts come back to their sender as they do on
/// Linux. Everything follows from the seed: the same calls give the same log.
/// </summary>
internal sealed partial class VirtualLan
{
    public const ushort DiscoveryPort = 50_999;

    /// <summary>Wake-ups of one node at one time: more is a deadline that stays in the past.</summary>
    private const int MaxTicksAtOnce = 10_000;

    private static readonly DateTimeOffset s_epoch = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly EventQueue _queue = new();
    private readonly SeededRandom _random;
    private VirtualNode? _lastTicked;
    private TimeSpan _lastTick;
    private int _ticksAtOnce;

    public VirtualLan(long seed = 1)
    {
        Seed = seed;
        _random = new SeededRandom((ulong)seed);
        _sharedPort = _random.Stream("shared port");
    }

    public long Seed { get; }

    /// <summary>Whether peers added from now on agree on the real curve. Without it they do the same a hundred times faster.</summary>
    public bool UsesRealCurve { get; set; }

    /// <summary>Sees every seal; a counter that comes twice under a key ends the run.</summary>
    public AuditingAead Audit { get; } = new();

    public TimeSpan Now { get; private set; }

    /// <summary>The right time, as a peer with a perfect clock has it.</summary>
    public Moment Moment => new(Now, s_epoch + Now);

    /// <summary>Everything that was sent, in order. Its <see cref="PacketLog.Limit"/> bounds a long run's memory.</summary>
    public PacketLog Log { get; } = new();

    /// <summary>What was done so far: arrivals, wake-ups, actions.</summary>
    public long Events { get; private set; }

    /// <summary>A run that needs more is one that does not come to rest; it ends with an error.</summary>
    public long MaxEvents { get; set; } = 100_000_000;

    /// <summary>Called after each arrival, wake-up and action.</summary>
    public Action? AfterEvent { get; set; }

    public static uint Address(string text)
        => Ipv4Endpoint.TryParseAddress(System.Text.Encoding.ASCII.GetBytes(text), out uint address)
            ? address : throw new ArgumentException(text);

    public static Ipv4Endpoint Endpoint(string address, int port) => new(Address(address), (ushort)port);

    /// <summary>What a host with one Ethernet link sees of itself.</summary>
    public static LocalNetwork Network(string address, int prefixLength = 24)
        => new([new LocalLink("eth0", Address(address), prefixLength)], [Address(address), Ipv4Endpoint.LoopbackAddress],
            isLoopbackOnly: false, usesLimitedBroadcast: true);

    /// <summary>Randomness for a test, by name, from the seed of the network.</summary>
    public SeededRandom Random(string name) => _random.Stream($"test/{name}");

    /// <summary>A clock as the hosts here have it.</summary>
    public static PeerClock NewClock() => new(s_epoch);

    /// <summary>Does something at a time that is not in the past.</summary>
    public void At(TimeSpan time, Action action)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, Now);
        _queue.Add(time, new Happening(null, null, action));
    }

    public void After(TimeSpan delay, Action action) => At(Now + delay, action);

    /// <summary>Lets the time pass: whatever is due in it happens.</summary>
    public void Run(TimeSpan duration) => RunUntil(static () => false, duration);

    public void Run(double seconds) => Run(TimeSpan.FromSeconds(seconds));

    /// <summary>Lets everything on the way arrive, and its answers.</summary>
    public void Settle() => Run(TimeSpan.FromMilliseconds(10));

    /// <summary>Lets the time pass until something is so, which is looked at after each event.</summary>
    /// <returns>False when the time passed without.</returns>
    public bool RunUntil(Func<bool> condition, TimeSpan limit)
    {
        TimeSpan end = Now + limit;
        if (condition())
        {
            return true;
        }

        WakeAll();
        while (_queue.TryTake(end, out TimeSpan at, out Happening happening))
        {
            Now = at;
            Do(at, happening);
            AfterEvent?.Invoke();
            if (++Events > MaxEvents)
            {
                throw new InvalidOperationException($"The network does not come to rest: {MaxEvents} events until {Now}.");
            }

            if (condition())
            {
                return true;
            }
        }

        Now = end;
        return false;
    }

    /// <summary>Sees to it that a node gets its <see cref="VirtualNode.Tick"/> when it wants it.</summary>
    internal void Wake(VirtualNode node)
    {
        TimeSpan due = node.IsPlugged ? node.NextDeadline : TimeSpan.MaxValue;
        due = due < Now ? Now : due;
        if (due < node.Scheduled && due != TimeSpan.MaxValue)
        {
            node.Scheduled = due;
            _queue.Add(due, new Happening(null, node, null));
        }
    }

    private void Do(TimeSpan at, in Happening happening)
    {
        if (happening.Arrival is Transit arrival)
        {
            Deliver(arrival);
        }
        else if (happening.Node is VirtualNode node)
        {
            Tick(node, at);
        }
        else
        {
            happening.Action!();
        }
    }

    private void Tick(VirtualNode node, TimeSpan at)
    {
        // A deadline that became earlier left its former place in the queue; that one finds nothing due.
        node.Scheduled = node.Scheduled == at ? TimeSpan.MaxValue : node.Scheduled;
        if (node.IsPlugged && node.NextDeadline <= at)
        {
            CountTick(node, at);
            node.Tick();
        }

        Wake(node);
    }

    private void CountTick(VirtualNode node, TimeSpan at)
    {
        _ticksAtOnce = ReferenceEquals(node, _lastTicked) && at == _lastTick ? _ticksAtOnce + 1 : 0;
        (_lastTicked, _lastTick) = (node, at);
        if (_ticksAtOnce > MaxTicksAtOnce)
        {
            throw new InvalidOperationException($"{node} wants to be woken at {at} again and again: its deadline stays in the past.");
        }
    }

    /// <summary>Tests talk to machines directly, too; their deadlines may have changed since.</summary>
    private void WakeAll()
    {
        foreach (VirtualHost host in _hosts)
        {
            foreach (VirtualNode node in host.Nodes)
            {
                Wake(node);
            }
        }
    }
}
