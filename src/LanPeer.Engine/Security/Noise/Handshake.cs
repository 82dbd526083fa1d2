using System;
using System.Security.Cryptography;

namespace LanPeer.Security.Noise;

/// <summary>What both sides of a handshake have fixed beforehand.</summary>
internal sealed record HandshakeSuite(KeyAgreement Agreement, Aead Aead)
{
    /// <summary>LanPeer's own.</summary>
    public static HandshakeSuite Default { get; } = new(P256Agreement.Instance, AesGcmAead.Instance);

    public string ProtocolName => $"Noise_IKpsk2_{Agreement.Name}_{Aead.Name}_SHA256";

    /// <summary>Bytes of the first message without its payload: ephemeral key, sealed static key, tag of the payload.</summary>
    public int InitiationOverhead => (2 * Agreement.PublicKeyLength) + (2 * Aead.TagLength);

    /// <summary>Bytes of the second message without its payload: ephemeral key, tag of the payload.</summary>
    public int ResponseOverhead => Agreement.PublicKeyLength + Aead.TagLength;
}

/// <summary>
/// One handshake <c>Noise_IKpsk2</c> (Noise, revision 34, §7.5 and §9), either side. Used once: after a method returned
/// false the object is worthless, and the caller answers nothing.
/// <code>
/// &lt;- s
/// ...
/// -&gt; e, es, s, ss
/// &lt;- e, ee, se, psk
/// </code>
/// </summary>
internal sealed class Handshake : IDisposable
{
    private readonly HandshakeSuite _suite;
    private readonly SymmetricState _state;
    private readonly AgreementKey _static;
    private readonly byte[] _presharedKey;
    private readonly byte[] _remoteStatic;
    private readonly byte[] _remoteEphemeral;
    private AgreementKey? _ephemeral;

    private Handshake(HandshakeSuite suite, ReadOnlySpan<byte> prologue, AgreementKey ownStatic, ReadOnlySpan<byte> responderStatic, ReadOnlySpan<byte> presharedKey)
    {
        _suite = suite;
        _static = ownStatic;
        _presharedKey = presharedKey.ToArray();
        _remoteStatic = new byte[suite.Agreement.PublicKeyLength];
        _remoteEphemeral = new byte[suite.Agreement.PublicKeyLength];
        _state = new SymmetricState(suite.ProtocolName, suite.Aead);
        _state.MixHash(prologue);
        _state.MixHash(responderStatic);
    }

    /// <summary>The other side's static key: given to the initiator, learned by the responder.</summary>
    public ReadOnlySpan<byte> RemoteStatic => _remoteStatic;

    /// <summary>Binds what follows to this very handshake (§11.2).</summary>
    public ReadOnlySpan<byte> Hash => _state.Hash;

    /// <param name="suite">The functions.</param>
    /// <param name="prologue">Public data both sides must agree on.</param>
    /// <param name="ownStatic">The initiator's key pair; not disposed here.</param>
    /// <param name="remoteStatic">The responder's public key.</param>
    /// <param name="presharedKey">32 bytes; zeros where nothing is shared.</param>
    public static Handshake Initiate(
        HandshakeSuite suite, ReadOnlySpan<byte> prologue, AgreementKey ownStatic, ReadOnlySpan<byte> remoteStatic, ReadOnlySpan<byte> presharedKey)
    {
        var handshake = new Handshake(suite, prologue, ownStatic, remoteStatic, presharedKey);
        remoteStatic.CopyTo(handshake._remoteStatic);
        return handshake;
    }

    /// <inheritdoc cref="Initiate"/>
    public static Handshake Respond(HandshakeSuite suite, ReadOnlySpan<byte> prologue, AgreementKey ownStatic, ReadOnlySpan<byte> presharedKey)
        => new(suite, prologue, ownStatic, ownStatic.PublicKey, presharedKey);

    /// <summary>The initiator's message. Returns its length; 0 when the responder's key is none.</summary>
    public int WriteInitiation(ReadOnlySpan<byte> payload, Span<byte> message, AgreementKey? ephemeral = null)
    {
        int written = WriteEphemeral(message, ephemeral);
        if (!Mix(_ephemeral!, _remoteStatic))
        {
            return 0;
        }

        written += _state.EncryptAndHash(_static.PublicKey, message[written..]);
        return Mix(_static, _remoteStatic) ? written + _state.EncryptAndHash(payload, message[written..]) : 0;
    }

    /// <summary>Takes the initiator's message; the payload is <see cref="HandshakeSuite.InitiationOverhead"/> shorter than it.</summary>
    public bool TryReadInitiation(ReadOnlySpan<byte> message, Span<byte> payload)
    {
        int key = _suite.Agreement.PublicKeyLength;
        if (message.Length < _suite.InitiationOverhead)
        {
            return false;
        }

        ReadEphemeral(message[..key]);
        return Mix(_static, _remoteEphemeral)
            && _state.TryDecryptAndHash(message.Slice(key, key + Aead.TagLength), _remoteStatic)
            && Mix(_static, _remoteStatic)
            && _state.TryDecryptAndHash(message[((2 * key) + Aead.TagLength)..], payload);
    }

    /// <summary>The responder's message. Returns its length; 0 when a key of the initiator is none.</summary>
    public int WriteResponse(ReadOnlySpan<byte> payload, Span<byte> message, AgreementKey? ephemeral = null)
    {
        int written = WriteEphemeral(message, ephemeral);
        if (!Mix(_ephemeral!, _remoteEphemeral) || !Mix(_ephemeral!, _remoteStatic))
        {
            return 0;
        }

        _state.MixKeyAndHash(_presharedKey);
        return written + _state.EncryptAndHash(payload, message[written..]);
    }

    /// <summary>Takes the responder's message; the payload is <see cref="HandshakeSuite.ResponseOverhead"/> shorter than it.</summary>
    public bool TryReadResponse(ReadOnlySpan<byte> message, Span<byte> payload)
    {
        int key = _suite.Agreement.PublicKeyLength;
        if (message.Length < _suite.ResponseOverhead || _ephemeral is null)
        {
            return false;
        }

        ReadEphemeral(message[..key]);
        if (!Mix(_ephemeral, _remoteEphemeral) || !Mix(_static, _remoteEphemeral))
        {
            return false;
        }

        _state.MixKeyAndHash(_presharedKey);
        return _state.TryDecryptAndHash(message[key..], payload);
    }

    /// <summary>The transport keys, once both messages have passed.</summary>
    /// <param name="fromInitiator">32 bytes.</param>
    /// <param name="fromResponder">32 bytes.</param>
    public void Split(Span<byte> fromInitiator, Span<byte> fromResponder) => _state.Split(fromInitiator, fromResponder);

    public void Dispose()
    {
        _ephemeral?.Dispose();
        _state.Dispose();
        CryptographicOperations.ZeroMemory(_presharedKey);
    }

    private int WriteEphemeral(Span<byte> message, AgreementKey? ephemeral)
    {
        _ephemeral = ephemeral ?? _suite.Agreement.Generate();
        _ephemeral.PublicKey.CopyTo(message);
        MixEphemeral(_ephemeral.PublicKey);
        return _ephemeral.PublicKey.Length;
    }

    private void ReadEphemeral(ReadOnlySpan<byte> publicKey)
    {
        publicKey.CopyTo(_remoteEphemeral);
        MixEphemeral(publicKey);
    }

    /// <summary>With a pre-shared key the ephemeral one is mixed in twice (§9.2).</summary>
    private void MixEphemeral(ReadOnlySpan<byte> publicKey)
    {
        _state.MixHash(publicKey);
        _state.MixKey(publicKey);
    }

    private bool Mix(AgreementKey own, ReadOnlySpan<byte> remote)
    {
        Span<byte> secret = stackalloc byte[KeyAgreement.SecretLength];
        bool isAgreed = own.TryAgree(remote, secret);
        if (isAgreed)
        {
            _state.MixKey(secret);
        }

        CryptographicOperations.ZeroMemory(secret);
        return isAgreed;
    }
}
