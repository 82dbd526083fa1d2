using System;
using LanPeer.Protocol;
using LanPeer.Security.Noise;
using LanPeer.Security.Sessions;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Attacks;

/// <summary>Points that are none, and payloads that say impossible things, in datagrams that are right otherwise.</summary>
public sealed class PointTests : AttackTest
{
    /// <summary>What is no point of P-256 in the form used here, by name.</summary>
    public static TheoryData<string> BadPoints() => ["off the curve", "of another curve", "zeros", "compressed", "infinity", "x too large", "y too large"];

    [Theory]
    [MemberData(nameof(BadPoints))]
    public void An_announced_key_that_is_no_point_leads_to_nothing(string point)
    {
        Mallory mallory = NewMallory();
        string before = StateOf(Alice);
        string key = Convert.ToBase64String(Spoil(mallory.Who.AgreementKey.ToArray(), point));
        Alice.Hear(Inlet.Discovery, mallory.Here, mallory.Announcement().Replace(mallory.Key, key, StringComparison.Ordinal));
        Lan.Run(1);

        AssertNothingHappened(before, mallory);
    }

    [Theory]
    [MemberData(nameof(BadPoints))]
    public void An_ephemeral_key_that_is_no_point_is_not_authentic(string point)
    {
        Mallory mallory = NewMallory();
        string before = StateOf(Alice);
        mallory.Send(Alice, mallory.Initiation(Alice, ephemeral: Spoil(mallory.Who.AgreementKey.ToArray(), point)));
        Lan.Settle();

        Assert.Equal(DropReason.NotAuthentic, Alice.WorkReasons[^1]);
        AssertNothingHappened(before, mallory);
    }

    [Theory]
    [MemberData(nameof(BadPoints))]
    public void A_sealed_static_key_that_is_no_point_is_not_authentic(string point)
    {
        // Small subgroups and other curves: whatever the attacker makes of it, no agreement is made with it.
        Mallory mallory = NewMallory();
        string before = StateOf(Alice);
        using var claim = new ClaimedKey(Spoil(mallory.Who.AgreementKey.ToArray(), point), mallory.Identity.Agreement);
        mallory.Send(Alice, mallory.Initiation(Alice, claim: claim));
        Lan.Settle();

        Assert.Equal(DropReason.NotAuthentic, Alice.WorkReasons[^1]);
        AssertNothingHappened(before, mallory);
    }

    [Theory]
    [MemberData(nameof(BadPoints))]
    public void A_signing_key_that_is_no_point_is_not_authentic(string point)
    {
        Mallory mallory = NewMallory();
        string before = StateOf(Alice);
        mallory.SigningKey = Spoil(mallory.Who.SigningKey.ToArray(), point);
        mallory.Send(Alice, mallory.Initiation(Alice));
        Lan.Settle();
        Assert.Equal(DropReason.NotAuthentic, Alice.WorkReasons[^1]);
        AssertNothingHappened(before, mallory);

        // The same in a response; the handshake goes on waiting for a right one.
        mallory.Socket.Reaction = (_, packet) =>
        {
            if (IsSealed(packet, SealedType.Initiation))
            {
                mallory.Respond(packet, Alice);
                mallory.SigningKey = null;
                mallory.Respond(packet, Alice);
            }
        };
        Alice.Hear(Inlet.Discovery, mallory.Here, mallory.Announcement());
        Lan.Run(1);
        Assert.Equal(mallory.Who.PeerId, Alice.Peer(mallory.UserId).Who?.PeerId);
        AssertTheyTalk();
    }

    [Theory]
    [InlineData(8, "00000000")]
    [InlineData(16, "0000")]
    [InlineData(83, "00")]
    [InlineData(83, "80")]
    [InlineData(83, "81")]
    [InlineData(83, "FF")]
    [InlineData(83, "036140FF")]
    [InlineData(83, "0361401B")]
    [InlineData(83, "0361400A")]
    [InlineData(83, "026140")]
    [InlineData(83, "024061")]
    [InlineData(83, "03616263")]
    [InlineData(83, "0561E280AE40")]
    [InlineData(0, "0000000000000000")]
    public void A_payload_that_says_impossible_things_makes_no_peer(int at, string hex)
    {
        Mallory mallory = NewMallory();
        string before = StateOf(Alice);
        mallory.Send(Alice, mallory.Initiation(Alice, payload => Convert.FromHexString(hex).CopyTo(payload, at)));
        Lan.Settle();

        Assert.NotEqual(DropReason.None, Alice.WorkReasons[^1]);
        AssertNothingHappened(before, mallory);
        Assert.True(mallory.Connect(Alice));
    }

    private void AssertNothingHappened(string before, Mallory mallory)
    {
        Assert.Equal(before, StateOf(Alice));
        Assert.DoesNotContain(mallory.Socket.Received, packet => packet.Bytes[0] == WireLimits.BinaryMark);
    }

    private static byte[] Spoil(byte[] point, string how)
    {
        switch (how)
        {
            case "off the curve":
                point[40] ^= 1;
                break;
            case "of another curve":
                // 2^255 - 19's base point: x is 9, y anything.
                point.AsSpan(1).Clear();
                point[32] = 9;
                point[64] = 1;
                break;
            case "zeros":
                point.AsSpan(1).Clear();
                break;
            case "compressed":
                point[0] = 2;
                break;
            case "infinity":
                point.AsSpan().Clear();
                break;
            case "x too large":
                point.AsSpan(1, 32).Fill(0xFF);
                break;
            default:
                point.AsSpan(33, 32).Fill(0xFF);
                break;
        }

        return point;
    }

    private sealed class ClaimedKey(byte[] claimed, AgreementKey real) : AgreementKey
    {
        public override ReadOnlySpan<byte> PublicKey => claimed;

        public override bool TryAgree(ReadOnlySpan<byte> publicKey, Span<byte> secret) => real.TryAgree(publicKey, secret);

        protected override void Dispose(bool disposing)
        {
        }
    }
}
