using System;

namespace LanPeer.VirtualNetwork;

/// <summary>
/// How often a <see cref="RandomAdversary"/> does what, as probabilities (0 to 1) for each datagram it sees. The first
/// three decide about the datagram itself and exclude each other; each of the others injects one more.
/// </summary>
internal sealed record AdversaryOptions
{
    /// <summary>Takes it away.</summary>
    public double Drop { get; init; } = 0.02;

    /// <summary>Takes it away and sends it later.</summary>
    public double Hold { get; init; } = 0.02;

    /// <summary>Changes it on its way: bits, length, or parts of another datagram in it.</summary>
    public double Change { get; init; } = 0.03;

    /// <summary>Sends an old one once more in the name of its sender.</summary>
    public double Replay { get; init; } = 0.05;

    /// <summary>Sends an old one from somebody else's address, or from nobody's.</summary>
    public double ReplayFromElsewhere { get; init; } = 0.05;

    /// <summary>Sends an old one to somebody else.</summary>
    public double Redirect { get; init; } = 0.05;

    /// <summary>Sends it back to its sender, in the name of its receiver.</summary>
    public double Reflect { get; init; } = 0.03;

    /// <summary>Sends what came by unicast to the discovery port, or by broadcast, and the other way round.</summary>
    public double OtherInlet { get; init; } = 0.03;

    /// <summary>Sends a changed copy beside the original.</summary>
    public double Forge { get; init; } = 0.05;

    /// <summary>Sends something new: noise behind a first byte that promises sense, or lines of keys and values.</summary>
    public double Invent { get; init; } = 0.02;

    /// <summary>Whether it touches the datagrams themselves, or only adds its own.</summary>
    public bool IsOnPath { get; init; } = true;

    /// <summary>What it holds or replays comes at most so much later.</summary>
    public TimeSpan MaxHold { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>
    /// Datagrams it injects in a second of virtual time at most. Without a bound the answers to what it injects would
    /// give it ever more to inject.
    /// </summary>
    public int MaxPerSecond { get; init; } = 200;

    /// <summary>Old datagrams it remembers: a random choice of all it has seen.</summary>
    public int Memory { get; init; } = 1_024;
}
