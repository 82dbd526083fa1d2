using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.Security.Noise;
using LanPeer.Security.Sessions;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;

namespace LanPeer.Fuzz;

/// <summary>Frames, and the headers of sealed datagrams.</summary>
internal sealed class FrameTarget : InputTarget
{
    private static readonly byte[][] s_corpus = [.. Vectors.Frames, .. Traffic.Frames];

    public override string Name => "frames";

    public override string About => "Frames: what is read, written again, is what was read";

    public override int CasesInTests => 40;

    protected override IReadOnlyList<byte[]> Corpus => s_corpus;

    public override string Try(byte[] input)
    {
        List<(byte Type, byte[] Body)> frames = FrameMutator.Read(input, out byte[] rest);
        byte[] again = [.. frames.SelectMany(frame => FrameMutator.Write(frame.Type, frame.Body)), .. rest];
        Require(again.AsSpan().SequenceEqual(input), "frames that do not come back");
        string types = string.Join(' ', frames.Take(5).Select(frame => frame.Type));
        return $"{types} {rest.Length > 0}";
    }

    protected override byte[] Mutate(byte[] input, byte[] other, SeededRandom random) => random.Chance(0.3)
        ? ByteMutator.Mutate(input, other, random) : FrameMutator.Mutate(input, other, random);
}

/// <summary>Sealed datagrams as far as they can be read without a key.</summary>
internal sealed class SealedTarget : InputTarget
{
    private static readonly byte[][] s_corpus = [.. Vectors.Sealed, .. Traffic.Datagrams.Where(one => one[0] == WireLimits.BinaryMark)];

    public override string Name => "sealed";

    public override string About => "SessionWire, mac1 and sealed announcements: only what a member sealed opens";

    public override int CasesInTests => 40;

    protected override IReadOnlyList<byte[]> Corpus => s_corpus;

    public override string Try(byte[] input)
    {
        if (!SessionWire.TryGetType(input, out SealedType type))
        {
            return "none";
        }

        Require(input.Length >= SessionWire.TransportOverhead && Enum.IsDefined(type), "a sealed datagram that is none");
        if (type == SealedType.Announcement)
        {
            bool isOpen = AnnouncementSeal.TryOpen(AesGcmAead.Instance, Traffic.ClosedNetwork.Newest, input, new byte[input.Length]);
            Require(!isOpen || s_corpus.Any(one => one.AsSpan().SequenceEqual(input)), "a changed announcement opens");
            return $"announcement {isOpen}";
        }

        if (type is SealedType.Initiation or SealedType.Response)
        {
            _ = Macs.IsMac1Right(input, Macs.Mac1Key(input.AsSpan(12, P256Agreement.PointLength), Traffic.ClosedNetwork.Newest));
        }

        return type.ToString();
    }

    protected override byte[] Mutate(byte[] input, byte[] other, SeededRandom random) => SealedMutator.Mutate(input, other, random);
}

/// <summary>What a handshake carries, behind the seal.</summary>
internal sealed class PayloadTarget : InputTarget
{
    public override string Name => "payload";

    public override string About => "HandshakePayload: what is accepted is well-formed and comes back when written";

    public override int CasesInTests => 40;

    protected override IReadOnlyList<byte[]> Corpus => Traffic.Payloads;

    public override string Try(byte[] input)
    {
        // The length is that of the datagram's type; only what is in it is the sender's.
        byte[] initiation = [.. input], response = [.. input];
        Array.Resize(ref initiation, HandshakePayload.InitiationLength);
        Array.Resize(ref response, HandshakePayload.ResponseLength);
        HandshakePayload? initiator = HandshakePayload.ReadInitiation(initiation, out ulong epoch);
        HandshakePayload? responder = HandshakePayload.ReadResponse(response, SessionWire.ReadUInt32(response, 0));
        Check(initiator);
        Check(responder);
        byte[] again = new byte[HandshakePayload.InitiationLength];
        initiator?.WriteInitiation(again, epoch);
        Require(initiator is null || again.AsSpan(0, 84 + initiator.UserId.Length)[..8].SequenceEqual(initiation.AsSpan(0, 8)), "an epoch that does not come back");
        Require(initiator is null || HandshakePayload.ReadInitiation(again, out _) is { } same && same.UserId.AsSpan().SequenceEqual(initiator.UserId),
            "a payload that does not come back");
        return $"{initiator is not null} {responder is not null} {initiator?.UserId.Length / 16}";
    }

    protected override byte[] Mutate(byte[] input, byte[] other, SeededRandom random) => PayloadMutator.Mutate(input, other, random);

    private static void Check(HandshakePayload? payload)
        => Require(payload is null || (payload.Port != 0 && payload.Boot != 0 && UserIds.IsValid(payload.UserId)
            && payload.SigningKey.Length == P256Agreement.PointLength), "a payload that says nothing");
}
