using System;

namespace LanPeer.VirtualNetwork;

/// <summary>What may happen in a random scenario.</summary>
[Flags]
internal enum ScenarioFaults
{
    None = 0,
    Kill = 1,
    Stop = 2,
    Pause = 4,
    ClockStep = 8,
    ClockRate = 16,
    Move = 32,
    Partition = 64,
    All = Kill | Stop | Pause | ClockStep | ClockRate | Move | Partition,
}

/// <summary>The bounds a scenario is drawn from.</summary>
internal sealed record ScenarioOptions
{
    public int MinPeers { get; init; } = 3;

    public int MaxPeers { get; init; } = 12;

    public int MaxSegments { get; init; } = 3;

    /// <summary>How long it is rough: layers, faults and actions lie in this time.</summary>
    public TimeSpan Rough { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the network is ideal again after that, with all peers up.</summary>
    public TimeSpan Calm { get; init; } = TimeSpan.FromMinutes(6);

    public int Faults { get; init; } = 10;

    public int Actions { get; init; } = 40;

    public ScenarioFaults Allowed { get; init; } = ScenarioFaults.All;

    /// <summary>Whether the network may lose, delay, double and reorder.</summary>
    public bool HasLayers { get; init; } = true;

    /// <summary>Null for a network without one.</summary>
    public AdversaryOptions? Adversary { get; init; }

    /// <summary>Changes a peer's plan before its first start: settings, machine, what is on its disk.</summary>
    public Action<PeerPlan>? Tweak { get; init; }
}
