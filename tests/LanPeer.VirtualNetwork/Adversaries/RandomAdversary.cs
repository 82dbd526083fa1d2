using System;
using System.Collections.Generic;
using LanPeer.Wire;

namespace LanPeer.VirtualNetwork;

/// <summary>Does a mix of everything an adversary can, by chance, and knows no cryptography.</summary>
internal sealed class RandomAdversary(AdversaryOptions options) : IAdversary
{
    private readonly List<Packet> _memory = [];
    private readonly HashSet<Ipv4Endpoint> _isKnown = [];
    private readonly List<Ipv4Endpoint> _endpoints = [];
    private readonly SortedDictionary<string, long> _done = new(StringComparer.Ordinal);
    private long _seen;
    private TimeSpan _second;
    private int _inSecond;

    public RandomAdversary()
        : this(new AdversaryOptions())
    {
    }

    /// <summary>Off, it does nothing more, and lets what it holds or has planned be.</summary>
    public bool IsOn { get; set; } = true;

    /// <summary>How often it did what, by the names of <see cref="AdversaryOptions"/>.</summary>
    public IReadOnlyDictionary<string, long> Done => _done;

    public Verdict Look(Packet packet, AdversaryHands hands)
    {
        if (!IsOn)
        {
            return Verdict.Pass;
        }

        Remember(packet, hands.Random);
        Note(packet.From);
        if (!packet.IsBroadcast)
        {
            Note(packet.To);
        }

        Add(packet, hands);
        return options.IsOnPath ? Decide(packet, hands) : Verdict.Pass;
    }

    private Verdict Decide(Packet packet, AdversaryHands hands)
    {
        double luck = hands.Random.NextDouble();
        if (luck < options.Drop)
        {
            Count(nameof(options.Drop));
            return Verdict.Drop;
        }

        luck -= options.Drop;
        if (luck < options.Hold)
        {
            Count(nameof(options.Hold));
            hands.After(hands.Random.Between(TimeSpan.Zero, options.MaxHold), () => Release(packet, hands));
            return Verdict.Drop;
        }

        if (luck - options.Hold < options.Change)
        {
            Count(nameof(options.Change));
            return Verdict.Replace(Mutation.Of(packet.Bytes, Old(hands).Bytes, hands.Random));
        }

        return Verdict.Pass;
    }

    private void Release(Packet packet, AdversaryHands hands)
    {
        if (IsOn)
        {
            hands.Inject(packet.From, packet.To, packet.Bytes);
        }
    }

    /// <summary>What it sends besides.</summary>
    private void Add(Packet packet, AdversaryHands hands)
    {
        SeededRandom random = hands.Random;
        Packet old = Old(hands);
        Try(nameof(options.Replay), options.Replay, hands, old.From, old.To, old.Bytes);
        Try(nameof(options.ReplayFromElsewhere), options.ReplayFromElsewhere, hands, Somebody(random), old.To, old.Bytes);
        Try(nameof(options.Redirect), options.Redirect, hands, random.Chance(0.5) ? old.From : Somebody(random), Somewhere(random), old.Bytes);
        Try(nameof(options.Reflect), options.Reflect, hands, packet.IsBroadcast ? Somebody(random) : packet.To, packet.From, packet.Bytes);
        Try(nameof(options.OtherInlet), options.OtherInlet, hands, packet.From, OtherInlet(packet, random), packet.Bytes);
        Try(nameof(options.Forge), options.Forge, hands, packet.From, packet.To, Mutation.Of(packet.Bytes, old.Bytes, random));
        Try(nameof(options.Invent), options.Invent, hands, Somebody(random), Somewhere(random), Mutation.Invention(random));
    }

    private void Try(string what, double probability, AdversaryHands hands, Ipv4Endpoint from, Ipv4Endpoint to, byte[] bytes)
    {
        if (!hands.Random.Chance(probability))
        {
            return;
        }

        // Soon as often as late: windows and timers are near, rekeying and expiry far away.
        TimeSpan delay = hands.Random.Chance(0.5) ? hands.Random.Between(TimeSpan.Zero, TimeSpan.FromMilliseconds(50))
            : hands.Random.Between(TimeSpan.Zero, options.MaxHold);
        hands.After(delay, () =>
        {
            if (hands.Now - _second >= TimeSpan.FromSeconds(1))
            {
                (_second, _inSecond) = (hands.Now, 0);
            }

            if (IsOn && _inSecond++ < options.MaxPerSecond)
            {
                Count(what);
                hands.Inject(from, to, bytes);
            }
        });
    }

    /// <summary>Reservoir sampling (Vitter 1985): what it remembers is an even choice of all it has seen.</summary>
    private void Remember(Packet packet, SeededRandom random)
    {
        _seen++;
        if (_memory.Count < options.Memory)
        {
            _memory.Add(packet);
            return;
        }

        long place = (long)(random.NextDouble() * _seen);
        if (place < _memory.Count)
        {
            _memory[(int)place] = packet;
        }
    }

    private void Note(Ipv4Endpoint endpoint)
    {
        if (_endpoints.Count < options.Memory && _isKnown.Add(endpoint))
        {
            _endpoints.Add(endpoint);
        }
    }

    private Packet Old(AdversaryHands hands) => hands.Random.Pick(_memory);

    /// <summary>A peer's endpoint, the address of one with another port, or nobody's.</summary>
    private Ipv4Endpoint Somebody(SeededRandom random)
    {
        Ipv4Endpoint known = random.Pick(_endpoints);
        return random.Next(4) switch
        {
            0 or 1 => known,
            2 => known with { Port = (ushort)random.Next(1, 65_536) },
            _ => new Ipv4Endpoint((known.Address & ~0xFFu) | (uint)random.Next(1, 255), (ushort)random.Next(1, 65_536)),
        };
    }

    private Ipv4Endpoint Somewhere(SeededRandom random)
    {
        Ipv4Endpoint known = random.Pick(_endpoints);
        return random.Next(4) switch
        {
            0 or 1 => known,
            2 => known with { Port = VirtualLan.DiscoveryPort },
            _ => new Ipv4Endpoint(random.Chance(0.5) ? Ipv4Endpoint.LimitedBroadcast : known.Address | 0xFF, VirtualLan.DiscoveryPort),
        };
    }

    private Ipv4Endpoint OtherInlet(Packet packet, SeededRandom random)
        => packet.IsBroadcast || packet.To.Port == VirtualLan.DiscoveryPort ? random.Pick(_endpoints)
            : random.Chance(0.5) ? packet.To with { Port = VirtualLan.DiscoveryPort }
            : new Ipv4Endpoint(packet.To.Address | 0xFF, VirtualLan.DiscoveryPort);

    private void Count(string what) => _done[what] = _done.GetValueOrDefault(what) + 1;
}
