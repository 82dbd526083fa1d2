using System;
using System.Collections.Generic;
using System.Text;
using System.Text.Json.Nodes;
using LanPeer.VirtualNetwork;

namespace LanPeer.Fuzz;

/// <summary>A decoder: bytes in, an answer out, and nothing kept.</summary>
internal abstract class InputTarget : FuzzTarget
{
    /// <summary>Inputs of one case: enough for what is found to be mutated further, few enough to be repeated at once.</summary>
    private const int InputsOfCase = 200;

    /// <summary>Tries to make a failing input shorter, at most.</summary>
    private const int ShorteningTries = 2_000;

    protected abstract IReadOnlyList<byte[]> Corpus { get; }

    public sealed override int CorpusSize => Corpus.Count;

    public sealed override int Play(long seed)
    {
        SeededRandom random = RandomOf(seed);
        var kept = new List<byte[]>();
        var outcomes = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < InputsOfCase; i++)
        {
            // What came to something new is worth changing again: the poor man's coverage.
            byte[] input = kept.Count > 0 && random.Chance(0.4) ? random.Pick(kept) : random.Pick(Corpus);
            input = Mutate(input, random.Pick(Corpus), random);
            if (Fault(input, out string outcome) is Exception fault)
            {
                byte[] shorter = Shorten(input, fault);
                throw Failure(seed, Fault(shorter, out _) ?? fault, Describe(shorter, fault));
            }

            Count(outcome);
            if (outcomes.Add(outcome))
            {
                kept.Add(input);
            }
        }

        return InputsOfCase;
    }

    /// <summary>Takes an input.</summary>
    /// <returns>What it came to, in a word. It throws when something does not hold.</returns>
    public abstract string Try(byte[] input);

    protected abstract byte[] Mutate(byte[] input, byte[] other, SeededRandom random);

    private Exception? Fault(byte[] input, out string outcome)
    {
        outcome = "";
        try
        {
            outcome = Try(input);
            return null;
        }
        catch (Exception fault)
        {
            return fault;
        }
    }

    /// <summary>Leaves out parts, halves first, as long as the same kind of failure remains (Zeller and Hildebrandt 2002).</summary>
    private byte[] Shorten(byte[] input, Exception fault)
    {
        int tries = ShorteningTries;
        for (int length = input.Length / 2; length > 0; length /= 2)
        {
            for (int at = 0; at + length <= input.Length && tries-- > 0;)
            {
                byte[] shorter = [.. input.AsSpan(0, at), .. input.AsSpan(at + length)];
                if (Fault(shorter, out _)?.GetType() == fault.GetType())
                {
                    input = shorter;
                }
                else
                {
                    at += length;
                }
            }
        }

        return input;
    }

    private JsonObject Describe(byte[] input, Exception fault)
    {
        JsonObject entry = Finding.OfBytes(input);
        entry.Insert(0, "name", $"{Name}: {fault.Message}");
        return entry;
    }
}

/// <summary>Failing inputs as tests/vectors writes them.</summary>
internal static class Finding
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <summary><c>text</c> where it is UTF-8, else <c>base64</c>; and <c>hex</c> for what is sealed.</summary>
    public static JsonObject OfBytes(byte[] bytes)
    {
        if (bytes.Length > 0 && bytes[0] == Wire.WireLimits.BinaryMark)
        {
            return new JsonObject { ["hex"] = Convert.ToHexStringLower(bytes) };
        }

        try
        {
            return new JsonObject { ["text"] = s_strict.GetString(bytes) };
        }
        catch (DecoderFallbackException)
        {
            return new JsonObject { ["base64"] = Convert.ToBase64String(bytes) };
        }
    }
}
