using System;
using System.Security.Cryptography;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.Security.Noise;

namespace LanPeer.VirtualNetwork;

/// <summary>What a peer keeps on disk: its keys, how far its epochs are reserved, whom it knows. It survives restarts.</summary>
internal sealed class PeerKeys
{
    private readonly SeededRandom _random;
    private readonly bool _isReal;
    private readonly byte[] _agreement;
    private readonly byte[] _signing;
    private ulong _bound;

    /// <param name="seed">Peers of one seed have one identity.</param>
    /// <param name="isReal">The real curve, or <see cref="FastAgreement"/>.</param>
    public PeerKeys(ulong seed, bool isReal)
    {
        _random = new SeededRandom(SeededRandom.Derive(seed, "keys"));
        _isReal = isReal;
        _agreement = SeededP256.Scalar(_random);
        _signing = SeededP256.Scalar(_random);
    }

    private PeerKeys(PeerKeys other)
    {
        _random = other._random.Stream("copy");
        _isReal = other._isReal;
        _agreement = other._agreement;
        _signing = other._signing;
        _bound = other._bound;
        Pins.Merge(other.Pins.ToArray());
    }

    public PinBook Pins { get; set; } = new();

    public PeerNetwork Network { get; set; } = PeerNetwork.Open;

    public bool RequireTrust { get; set; }

    public bool AllowUnsigned { get; set; }

    /// <summary>The PEER_ID.</summary>
    public string PeerId
    {
        get
        {
            using Identity identity = Open(new SeededRandom(1));
            return identity.PeerId;
        }
    }

    /// <summary>A copy of the state folder, as it is now.</summary>
    public PeerKeys Copy() => new(this);

    /// <summary>What a machine is made with at a start: the epochs are reserved before any of them is used.</summary>
    public PeerSecurity Start(RandomSource random, Aead aead, DateTimeOffset now)
    {
        ulong end = EpochClock.NextEnd(_bound, now);
        var epochs = new EpochClock(_bound, end);
        _bound = end;
        return new PeerSecurity
        {
            Identity = Open(random),
            Epochs = epochs,
            Pins = Pins,
            Network = Network,
            Suite = new HandshakeSuite(_isReal ? new SeededP256(random) : new FastAgreement(random), aead),
            RequireTrust = RequireTrust,
            AllowUnsigned = AllowUnsigned,
        };
    }

    private Identity Open(RandomSource random)
    {
        if (_isReal)
        {
            return Identity.Import(_agreement, _signing);
        }

        // One signing key for all: nothing but posts is signed with it, and PEER_ID differs by the other key.
        var own = new SeededRandom(BitConverter.ToUInt64(_agreement));
        return new Identity(new FastAgreement(own).Generate(), s_signingKey, static () => ECDsa.Create(s_signing));
    }

    private static readonly ECParameters s_signing = MakeSigning();
    private static readonly byte[] s_signingKey = [4, .. s_signing.Q.X!, .. s_signing.Q.Y!];

    private static ECParameters MakeSigning()
    {
        byte[] scalar = new byte[Identity.ScalarLength];
        scalar[^1] = 7;
        using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar });
        return key.ExportParameters(includePrivateParameters: true);
    }
}
