namespace LanPeer.Security.Noise;

/// <summary>What both sides of a handshake have fixed beforehand.</summary>
internal sealed record HandshakeSuite(KeyAgreement Agreement, Aead Aead)
{
    /// <summary>LanPeer's own.</summary>
    public static HandshakeSuite Default => new(P256Agreement.Instance, AesGcmAead.Instance);

    public string ProtocolName => $"Noise_IKpsk2_{Agreement.Name}_{Aead.Name}_SHA256";

    /// <summary>Bytes of the first message without its payload: ephemeral key, sealed static key, tag of the payload.</summary>
    public int InitiationOverhead => (2 * Agreement.PublicKeyLength) + (2 * Aead.TagLength);

    /// <summary>Bytes of the second message without its payload: ephemeral key, tag of the payload.</summary>
    public int ResponseOverhead => Agreement.PublicKeyLength + Aead.TagLength;
}
