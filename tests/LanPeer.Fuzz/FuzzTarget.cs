using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Text.Json.Nodes;
using LanPeer.VirtualNetwork;

namespace LanPeer.Fuzz;

/// <summary>Something that takes what others wrote. It is played in cases; a case follows from its seed alone.</summary>
internal abstract class FuzzTarget
{
    private readonly ConcurrentDictionary<string, long> _outcomes = new(StringComparer.Ordinal);

    /// <summary>For <c>--target</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What is fuzzed and what must hold, in one line.</summary>
    public abstract string About { get; }

    /// <summary>Inputs that mutation begins with.</summary>
    public abstract int CorpusSize { get; }

    /// <summary>Cases of a run in the test suite, a second or two.</summary>
    public abstract int CasesInTests { get; }

    /// <summary>What inputs came to, and how often. A run that only knocked at the door shows it here.</summary>
    public IReadOnlyDictionary<string, long> Outcomes => _outcomes;

    /// <summary>Plays one case. Cases share nothing that changes, so that they may run side by side.</summary>
    /// <param name="seed">All of it follows from this.</param>
    /// <returns>How many inputs it tried.</returns>
    /// <exception cref="FuzzFailureException">Something does not hold.</exception>
    public abstract int Play(long seed);

    protected SeededRandom RandomOf(long seed) => new(SeededRandom.Derive((ulong)seed, Name));

    protected void Count(string outcome) => _outcomes.AddOrUpdate(outcome, 1, static (_, count) => count + 1);

    /// <summary>What must hold.</summary>
    protected static void Require(bool holds, string rule)
    {
        if (!holds)
        {
            throw new RuleBrokenException(rule);
        }
    }

    protected FuzzFailureException Failure(long seed, Exception cause, JsonObject finding)
        => new(Name, seed, cause, finding);
}

/// <summary>A target whose state, behaviour or answer is not as it must be.</summary>
internal sealed class RuleBrokenException(string rule) : Exception(rule);

/// <summary>A case that failed, and the way back to it.</summary>
internal sealed class FuzzFailureException(string target, long seed, Exception cause, JsonObject finding)
    : Exception($"{target}, seed {seed}: {cause.GetType().Name}: {cause.Message}\nReplay: {ReplayCommand(target, seed)}\n{cause.StackTrace}", cause)
{
    public string Target => target;

    public long Seed => seed;

    /// <summary>The input in the form of an entry of tests/vectors.</summary>
    public JsonObject Finding => finding;

    public static string ReplayCommand(string target, long seed)
        => $"dotnet run --project tests/LanPeer.Fuzz -- --target {target} --seed {seed} --cases 1";
}
