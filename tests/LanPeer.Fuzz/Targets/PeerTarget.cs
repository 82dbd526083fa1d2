using System;
using System.Linq;
using System.Text;
using LanPeer.Protocol;
using LanPeer.Security.Noise;
using LanPeer.Security.Sessions;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;

namespace LanPeer.Fuzz;

/// <summary>
/// A whole peer among others: strangers send it changed datagrams in anybody's name, and an intruder changed frames inside
/// of his session, while time passes and honest peers talk. In the end it still works, and has forgotten the rest.
/// </summary>
internal sealed class PeerTarget(string name, int steps, int casesInTests) : FuzzTarget
{
    /// <summary>Steps between two looks at the size of the state.</summary>
    private const int LookEvery = 100;

    /// <summary>
    /// What may stay of an attack after everybody's time has run out: tables of buckets of 8,192 sources, pins, windows.
    /// </summary>
    private const long MaxLeft = 4 * 1_048_576;

    private static readonly byte[][] s_corpus =
        [.. Vectors.Texts.Where(text => text.Length < 5_000), .. Vectors.Sealed, .. Traffic.Datagrams];

    private static readonly byte[][] s_frames = [.. Vectors.Frames.Where(frames => frames.Length < 5_000), .. Traffic.Frames];

    /// <summary>Most of what peers say are signs of life; those that carry a message are to be tried as often.</summary>
    private static readonly byte[][] s_messages = [.. s_frames.Where(frames => frames.Length > 0 && frames[0] == (byte)FrameType.Message)];

    public override string Name => name;

    public override string About => $"PeerMachine, {steps:N0} steps: strangers, a malicious member, time; bounds, amplification, and work goes on";

    public override int CorpusSize => s_corpus.Length + s_frames.Length;

    public override int CasesInTests => casesInTests;

    public override int Play(long seed)
    {
        SeededRandom random = RandomOf(seed);
        var world = new World(seed, random);
        int step = 0;
        try
        {
            for (; step < steps; step++)
            {
                Step(world, random);
                if (step % LookEvery == LookEvery - 1)
                {
                    world.Watch.LookAtSize();
                }
            }

            LookAtEnd(world);
            return steps;
        }
        catch (Exception fault)
        {
            throw Failure(seed, fault, world.Describe($"{Name}, step {step}: {fault.Message}"));
        }
    }

    private void Step(World world, SeededRandom random)
    {
        switch (random.Next(100))
        {
            case < 40:
                Stranger(world, random);
                break;
            case < 75:
                Member(world, random);
                break;
            case < 81:
                Handshake(world, random);
                break;
            case < 88:
                Honest(world, random);
                break;
            case < 99:
                world.Wait(Math.Pow(10, random.Between(-3, 0.3)));
                break;
            default:
                world.Wait(random.Between(1, random.Chance(0.1) ? 700 : 40));
                break;
        }
    }

    /// <summary>A datagram of the corpus or of this network, changed or not, from a place that is somebody's or nobody's.</summary>
    private void Stranger(World world, SeededRandom random)
    {
        byte[] bytes = Some(world, random);
        if (random.Chance(0.85))
        {
            bytes = DatagramMutator.Mutate(bytes, Some(world, random), random);
        }

        if (bytes.Length > WireLimits.MaxDatagram)
        {
            bytes = bytes[..WireLimits.MaxDatagram];
        }

        if (random.Chance(0.3) && SessionWire.TryGetType(bytes, out SealedType type) && type is SealedType.Initiation or SealedType.Response)
        {
            // Everybody can make mac1 right, who knows the receiver's key.
            Macs.Write(bytes, Macs.Mac1Key(world.Alice.Machine.Identity.AgreementKey, world.Alice.Plan.Keys!.Network.Newest), default);
        }

        Count($"stranger {world.Hear(random.Chance(0.5) ? Inlet.Unicast : Inlet.Discovery, SomePlace(world, random), bytes)}");
    }

    /// <summary>Frames in the intruder's session, from his place or another.</summary>
    private void Member(World world, SeededRandom random)
    {
        Intruder intruder = world.Intruder;
        if (!intruder.IsConnected || (world.Alice.Machine.FindPeer(intruder.PeerId) is null && random.Chance(0.5)))
        {
            intruder.ChangePayload = null;
            Count(intruder.Connect() ? "connected" : "not connected");
            if (!intruder.IsConnected)
            {
                return;
            }
        }

        byte[] frames = intruder.InOwnName(random.Pick(random.Chance(0.5) ? s_messages : s_frames));
        if (random.Chance(0.8))
        {
            frames = FrameMutator.Mutate(frames, random.Pick(s_frames), random);
        }

        byte[] datagram = random.Chance(0.05) && intruder.Old() is byte[] old ? old : intruder.Seal(frames);
        Ipv4Endpoint from = random.Chance(0.95) ? intruder.Endpoint : SomePlace(world, random);
        Count($"member {world.Hear(Inlet.Unicast, from, datagram)}");
    }

    /// <summary>An announcement or initiation of the intruder, with a payload nobody would write.</summary>
    private void Handshake(World world, SeededRandom random)
    {
        Intruder intruder = world.Intruder;
        intruder.UserId = random.Pick(["mallory@10.77.0.66", "mallory@10.77.0.66", world.Bob.UserId, "mallory@10.77.0.99", "m@host", world.Alice.UserId]);
        intruder.ChangePayload = random.Chance(0.5) ? payload => PayloadMutator.Mutate(payload, payload, random) : null;
        Ipv4Endpoint from = random.Chance(0.8) ? intruder.Endpoint : SomePlace(world, random);
        DropReason reason = random.Chance(0.5)
            ? world.Hear(Inlet.Discovery, from, Announcement(world, random))
            : world.Hear(Inlet.Unicast, from, intruder.Initiation());
        Count($"handshake {reason}");
        world.Wait(0.01);
        intruder.ChangePayload = null;
    }

    private static byte[] Announcement(World world, SeededRandom random)
    {
        byte[] text = Encoding.UTF8.GetBytes(world.Intruder.Announcement());
        text = random.Chance(0.3) ? TextMutator.Mutate(text, text, random) : text;
        if (!world.Alice.Plan.Keys!.Network.IsClosed || text.Length > 60_000)
        {
            return text;
        }

        using var seal = new AnnouncementSeal(world.Alice.Plan.Keys.Network, AesGcmAead.Instance, random);
        byte[] datagram = new byte[text.Length + SessionWire.AnnouncementOverhead];
        seal.Seal(text, datagram);
        return datagram;
    }

    /// <summary>What users do meanwhile. The answers are theirs, not the attackers'.</summary>
    private static void Honest(World world, SeededRandom random)
    {
        VirtualPeer friend = random.Pick(world.Honest.ToArray());
        VirtualPeer alice = world.Alice;
        world.Watch.Before();
        switch (random.Next(6))
        {
            case 0:
                Require(world.Tell(friend, alice, patience: 30), $"what {friend.Name} writes does not arrive");
                break;
            case 1:
                Require(world.Tell(alice, friend, patience: 30), $"what alice writes to {friend.Name} does not arrive");
                break;
            case 2:
                alice.Post("hello all");
                break;
            case 3:
                alice.Do((now, effects) => alice.Machine.AskForLists(now, effects));
                break;
            case 4:
                alice.Do(alice.Machine.Find);
                break;
            default:
                alice.SetProfile("Alice", $"busy {random.Next(100)}");
                break;
        }

        world.Lan.Settle();
        world.Watch.After(default);
    }

    private static void LookAtEnd(World world)
    {
        world.Intruder.IsSilent = true;
        world.Wait(5);
        foreach (VirtualPeer friend in world.Honest)
        {
            Require(world.Tell(friend, world.Alice, patience: 30), $"in the end what {friend.Name} writes does not arrive");
            Require(world.Tell(world.Alice, friend, patience: 30), $"in the end what alice writes to {friend.Name} does not arrive");
        }

        // Peers expire after five minutes, keys after fifteen.
        world.Wait(1_300);
        world.Watch.LookAtSize();
        long left = StateSize.Of(world.Alice.Machine) - world.Watch.StateAtFirst;
        Require(left <= MaxLeft, $"{left:N0} bytes stay of an attack that is over");
        Require(world.Alice.Machine.Peers.Count == world.Honest.Count(), $"in the end alice knows {string.Join(", ", world.Alice.Known)}");
    }

    private static byte[] Some(World world, SeededRandom random)
    {
        if (random.Chance(0.6) || world.Lan.Log.Count == 0)
        {
            return random.Pick(s_corpus);
        }

        return random.Pick(world.Lan.Log).Bytes;
    }

    private static Ipv4Endpoint SomePlace(World world, SeededRandom random) => random.Next(12) switch
    {
        0 or 1 => world.Bob.Endpoint,
        2 => world.Carol.Endpoint,
        3 => world.Dave,
        4 => world.Intruder.Endpoint,
        5 or 6 => VirtualLan.Endpoint($"10.77.0.{random.Next(100, 110)}", 9_000 + random.Next(4)),
        7 => VirtualLan.Endpoint($"192.168.1.{random.Next(1, 20)}", 9_000),
        8 => new Ipv4Endpoint(world.Bob.Endpoint.Address, (ushort)random.Next(65_536)),
        9 => new Ipv4Endpoint(world.Alice.Endpoint.Address, random.Chance(0.5) ? world.Alice.Port : (ushort)9_009),
        10 => VirtualLan.Endpoint("127.0.0.1", 9_000 + random.Next(3)),
        _ => new Ipv4Endpoint((uint)random.Draw(), (ushort)random.Draw()),
    };
}
