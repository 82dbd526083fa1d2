using LanPeer.Security;
using LanPeer.Security.Noise;

namespace LanPeer.Protocol;

/// <summary>Who a peer is and whom it trusts.</summary>
internal sealed record PeerSecurity
{
    public required Identity Identity { get; init; }

    public required EpochClock Epochs { get; init; }

    public required PinBook Pins { get; init; }

    public PeerNetwork Network { get; init; } = PeerNetwork.Open;

    /// <summary>The functions of the handshake; other ones in tests only.</summary>
    public HandshakeSuite Suite { get; init; } = HandshakeSuite.Default;

    /// <summary>Whether only pinned and approved identities are talked to.</summary>
    public bool RequireTrust { get; init; }

    /// <summary>Whether plain text is taken from those who could prove who they are.</summary>
    public bool AllowUnsigned { get; init; }
}
