using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Security;
using LanPeer.State;
using LanPeer.VirtualNetwork;

namespace LanPeer.Fuzz;

/// <summary>The file with a peer's own keys.</summary>
internal sealed class IdentityFileTarget : InputTarget
{
    private static readonly byte[][] s_corpus = MakeCorpus();

    public override string Name => "identity-file";

    public override string About => "IdentityDocument: an identity, or a FormatException";

    public override int CasesInTests => 30;

    protected override IReadOnlyList<byte[]> Corpus => s_corpus;

    public override string Try(byte[] input)
    {
        try
        {
            using Identity identity = IdentityDocument.Read(input, "alice", out ulong bound);
            using Identity again = IdentityDocument.Read(IdentityDocument.Write("alice", identity, bound), "alice", out ulong same);
            Require(again.PeerId == identity.PeerId && same == bound && bound <= long.MaxValue, "an identity that does not come back");
            return "read";
        }
        catch (FormatException error)
        {
            return error.Message[..Math.Min(30, error.Message.Length)];
        }
    }

    protected override byte[] Mutate(byte[] input, byte[] other, SeededRandom random) => JsonMutator.Mutate(input, other, random);

    private static byte[][] MakeCorpus()
    {
        using Identity alice = KeysOf(1), bob = KeysOf(2);
        return [IdentityDocument.Write("alice", alice, 1_795_367_841_000), IdentityDocument.Write("alice", bob, 0), IdentityDocument.Write("bob", alice, long.MaxValue)];
    }

    internal static Identity KeysOf(ulong seed)
    {
        var random = new SeededRandom(seed);
        return Identity.Import(SeededP256.Scalar(random), SeededP256.Scalar(random));
    }
}

/// <summary>Files of pins, those of strangers too.</summary>
internal sealed class PinFileTarget : InputTarget
{
    private static readonly Pin[] s_decided = MakePins(100, PinState.Approved, PinState.Blocked);
    private static readonly byte[][] s_corpus =
    [
        PinDocument.Write(MakePins(0, PinState.Pinned, PinState.Approved, PinState.Blocked)), PinDocument.Write([]), PinDocument.Write(s_decided),
        PinDocument.Write(MakePins(100, PinState.Pinned, PinState.Pinned)), [0xEF, 0xBB, 0xBF, .. PinDocument.Write(MakePins(7, PinState.Pinned))],
    ];

    public override string Name => "pin-file";

    public override string About => "PinDocument and PinBook.Merge: pins or a reason; nobody's decision is undone";

    public override int CasesInTests => 30;

    protected override IReadOnlyList<byte[]> Corpus => s_corpus;

    public override string Try(byte[] input)
    {
        if (!PinDocument.TryRead(input, out Pin[] pins, out string error))
        {
            Require(error.Length > 0 && pins.Length == 0, "nothing read and no reason");
            return error[(error.IndexOf(':', StringComparison.Ordinal) + 1)..].Split('\'')[0];
        }

        Require(PinDocument.TryRead(PinDocument.Write(pins), out Pin[] again, out _) && again.SequenceEqual(pins), "pins that do not come back");
        Require(pins.DistinctBy(pin => pin.PeerId).Count() == pins.Length && pins.All(pin => pin.UserIds.Count <= Pin.MaxUserIds), "a pin too many");
        var book = PinBook.Load(s_decided);
        book.Merge(pins);
        foreach (Pin before in s_decided)
        {
            Pin? after = book.Find(before.PeerId);
            Require(after is not null && after.State == before.State && before.UserIds.All(id => book.OwnerOf(id) == before.PeerId), "a file undoes what a person decided");
        }

        Require(PinDocument.TryRead(PinDocument.Write(book.ToArray()), out _, out _), "a book that cannot be read again");
        return $"read {pins.Length}";
    }

    protected override byte[] Mutate(byte[] input, byte[] other, SeededRandom random) => JsonMutator.Mutate(input, other, random);

    private static Pin[] MakePins(ulong firstSeed, params PinState[] states)
        => [.. states.Select((state, i) =>
        {
            using Identity identity = IdentityFileTarget.KeysOf(firstSeed + (ulong)i + 1);
            return new Pin
            {
                PeerId = identity.PeerId, Keys = identity.Public, State = state, UserIds = [$"p{firstSeed}{i}@10.77.0.{i + 1}", $"q{firstSeed}{i}@host"],
                FirstSeen = DateTimeOffset.UnixEpoch, LastSeen = DateTimeOffset.UnixEpoch.AddDays(20_000),
            };
        })];
}
