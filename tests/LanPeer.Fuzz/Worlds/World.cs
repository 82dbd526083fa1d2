using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;

namespace LanPeer.Fuzz;

/// <summary>
/// A small network with everybody a peer can meet: alice, who is fuzzed, two honest peers who know her, a plain one, and
/// an intruder with keys.
/// </summary>
internal sealed class World
{
    /// <summary>Steps told about a failure.</summary>
    private const int StepsTold = 200;

    /// <summary>Events of one case: what needs more does not come to rest.</summary>
    private const long MaxEvents = 5_000_000;

    private readonly History<JsonObject> _steps = new(StepsTold);
    private int _texts;

    public World(long seed, SeededRandom random)
    {
        bool isClosed = random.Chance(0.15);
        Lan = new VirtualLan(seed) { UsesRealCurve = random.Chance(0.1), HistoryLimit = 1_000, MaxEvents = MaxEvents };
        Lan.Log.Limit = 1_000;
        PeerNetwork network = isClosed ? Traffic.ClosedNetwork : PeerNetwork.Open;
        Alice = Lan.AddPeer(PlanOf("alice", network, Lan), "10.77.0.1");
        Bob = Lan.AddPeer(PlanOf("bob", network, Lan), "10.77.0.2");
        Carol = Lan.AddPeer(PlanOf("carol", network, Lan), "10.77.0.3");
        VirtualSocket dave = Lan.AddSocket("10.77.0.4", 9_004);
        dave.Broadcast("TYPE:PEER_DISCOVERY\nUSER_ID:dave@10.77.0.4\nPORT:9004\nTIMESTAMP:1795367841\nMESSAGE_ID:0123456789abcdef\n\n");
        Dave = dave.Endpoint;
        Intruder = new Intruder(Lan, Alice, new PeerKeys(SeededRandom.Derive((ulong)seed, "intruder"), Lan.UsesRealCurve) { Network = network },
            "10.77.0.66", "mallory@10.77.0.66");
        Lan.Run(4);
        Alice.SetProfile("Alice", "here");
        Lan.Run(0.1);
        Watch = new Witness(this);
    }

    public VirtualLan Lan { get; }

    /// <summary>The peer that is fuzzed.</summary>
    public VirtualPeer Alice { get; }

    public VirtualPeer Bob { get; }

    public VirtualPeer Carol { get; }

    public IEnumerable<VirtualPeer> Honest => [Bob, Carol];

    /// <summary>A peer without keys, as far as it can be known.</summary>
    public Ipv4Endpoint Dave { get; }

    public Intruder Intruder { get; }

    public Witness Watch { get; }

    /// <summary>Texts honest peers sent to alice.</summary>
    public HashSet<string> Sent { get; } = [];

    /// <summary>Hands alice a datagram, in anybody's name, and looks at what comes of it.</summary>
    public DropReason Hear(Inlet inlet, Ipv4Endpoint source, byte[] bytes)
    {
        JsonObject step = Finding.OfBytes(bytes);
        step.Insert(0, "at", Math.Round(Lan.Now.TotalSeconds, 3));
        step.Insert(1, "inlet", inlet == Inlet.Unicast ? "unicast" : "discovery");
        step.Insert(2, "from", source.ToString());
        _steps.Add(step);
        Watch.Before(source, bytes);
        DropReason reason = Alice.Hear(inlet, source, bytes);
        Watch.After(source);
        return reason;
    }

    /// <summary>Lets the time pass.</summary>
    public void Wait(double seconds)
    {
        Watch.Before();
        Lan.Run(seconds);
        Watch.After(default);
    }

    /// <summary>A message from one peer to another; false when it does not arrive within the time.</summary>
    public bool Tell(VirtualPeer from, VirtualPeer to, double patience)
    {
        string text = $"{from.Name} to {to.Name} {_texts++}";
        if (to == Alice)
        {
            Sent.Add(text);
        }

        bool isHere = false;
        to.OnArrival = (_, arrival) => isHere |= arrival.Content == text && arrival.Peer?.Who?.PeerId == from.Machine.Identity.PeerId;
        PeerEntry? receiver = from.Machine.FindPeer(to.Machine.Identity.PeerId);
        return receiver is not null
            && from.Ask((now, effects) => from.Machine.DM(now, receiver, text, TimeSpan.FromSeconds(60), effects)) is not null
            && Lan.RunUntil(() => isHere, TimeSpan.FromSeconds(patience));
    }

    /// <summary>What happened, as an entry of state.json has it. Seals differ in each run: the seed is the replay.</summary>
    public JsonObject Describe(string name)
    {
        JsonNode[] steps = [.. _steps.Last(StepsTold).Select(step => step.DeepClone())];
        return new JsonObject
        {
            ["name"] = name,
            ["about"] = $"The last {steps.Length} datagrams, up to {Lan.Now.TotalSeconds:0.000} s.",
            ["peer"] = new JsonObject { ["name"] = "alice", ["address"] = "10.77.0.1/24", ["port"] = Alice.Port },
            ["steps"] = new JsonArray(steps),
        };
    }

    private static PeerPlan PlanOf(string name, PeerNetwork network, VirtualLan lan) => new(new PeerSettings { Name = name })
    {
        Keys = new PeerKeys(SeededRandom.Derive((ulong)lan.Seed, name), lan.UsesRealCurve) { Network = network },
    };
}
