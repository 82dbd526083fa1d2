using System;
using System.Security.Cryptography;

namespace LanPeer.Security.Noise;

/// <summary>
/// One handshake <c>Noise_IKpsk2</c> (Noise, revision 34, §7.5 and §9), either side. Used once: after a method returned
/// false the object is worthless, and the caller answers nothing; only reading a response may be tried again.
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
    private SymmetricState _state;
    private readonly AgreementKey _static;
    private readonly byte[] _presharedKey;
    private readonly byte[] _remoteStatic;
    private readonly byte[] _remoteEphemeral;
    private AgreementKey? _ephemeral;
    private SymmetricState? _before;
    private Step _step;

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

    /// <summary>What comes next. Every method takes one step; any other order is a mistake of the caller.</summary>
    private enum Step
    {
        WriteInitiation,
        ReadInitiation,
        WriteResponse,
        ReadResponse,
        Split,
        Done,
        Failed,
    }

    /// <summary>The other side's static key: given to the initiator, learned by the responder.</summary>
    /// <exception cref="InvalidOperationException">It is not known yet, or nothing about it was proven.</exception>
    public ReadOnlySpan<byte> RemoteStatic => _step is Step.ReadInitiation or Step.Failed
        ? throw new InvalidOperationException("The other side's key is not known.") : _remoteStatic;

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
        var handshake = new Handshake(suite, prologue, ownStatic, remoteStatic, presharedKey) { _step = Step.WriteInitiation };
        remoteStatic.CopyTo(handshake._remoteStatic);
        return handshake;
    }

    /// <inheritdoc cref="Initiate"/>
    public static Handshake Respond(HandshakeSuite suite, ReadOnlySpan<byte> prologue, AgreementKey ownStatic, ReadOnlySpan<byte> presharedKey)
        => new(suite, prologue, ownStatic, ownStatic.PublicKey, presharedKey) { _step = Step.ReadInitiation };

    /// <summary>The initiator's message. Returns its length; 0 when the responder's key is none.</summary>
    public int WriteInitiation(ReadOnlySpan<byte> payload, Span<byte> message, AgreementKey? ephemeral = null)
    {
        Take(Step.WriteInitiation);
        int written = WriteEphemeral(message, ephemeral);
        if (!Mix(_ephemeral!, _remoteStatic))
        {
            return 0;
        }

        written += _state.EncryptAndHash(_static.PublicKey, message[written..]);
        if (!Mix(_static, _remoteStatic))
        {
            return 0;
        }

        _step = Step.ReadResponse;
        return written + _state.EncryptAndHash(payload, message[written..]);
    }

    /// <summary>Takes the initiator's message; the payload is <see cref="HandshakeSuite.InitiationOverhead"/> shorter than it.</summary>
    public bool TryReadInitiation(ReadOnlySpan<byte> message, Span<byte> payload)
    {
        Take(Step.ReadInitiation);
        int key = _suite.Agreement.PublicKeyLength;
        if (message.Length < _suite.InitiationOverhead)
        {
            return false;
        }

        ReadEphemeral(message[..key]);
        bool isRead = Mix(_static, _remoteEphemeral)
            && _state.TryDecryptAndHash(message.Slice(key, key + Aead.TagLength), _remoteStatic)
            && Mix(_static, _remoteStatic)
            && _state.TryDecryptAndHash(message[((2 * key) + Aead.TagLength)..], payload);
        _step = isRead ? Step.WriteResponse : Step.Failed;
        return isRead;
    }

    /// <summary>The responder's message. Returns its length; 0 when a key of the initiator is none.</summary>
    public int WriteResponse(ReadOnlySpan<byte> payload, Span<byte> message, AgreementKey? ephemeral = null)
    {
        Take(Step.WriteResponse);
        int written = WriteEphemeral(message, ephemeral);
        if (!Mix(_ephemeral!, _remoteEphemeral) || !Mix(_ephemeral!, _remoteStatic))
        {
            return 0;
        }

        _state.MixKeyAndHash(_presharedKey);
        _step = Step.Split;
        return written + _state.EncryptAndHash(payload, message[written..]);
    }

    /// <summary>
    /// Takes the responder's message; the payload is <see cref="HandshakeSuite.ResponseOverhead"/> shorter than it. One
    /// that is not authentic changes nothing: whoever sees the initiation could otherwise end the handshake with noise.
    /// </summary>
    public bool TryReadResponse(ReadOnlySpan<byte> message, Span<byte> payload)
    {
        Take(Step.ReadResponse);
        SymmetricState before = _state.Clone();
        if (ReadResponse(message, payload))
        {
            _before = before;
            _step = Step.Split;
            return true;
        }

        _state.Dispose();
        _state = before;
        _step = Step.ReadResponse;
        return false;
    }

    /// <summary>
    /// Goes back to where no response was read: what surrounds the message, or what it says, is not right, and the true
    /// response may still come.
    /// </summary>
    public void UnreadResponse()
    {
        if (_before is null || _step != Step.Split)
        {
            throw new InvalidOperationException("No response was read.");
        }

        _state.Dispose();
        _state = _before;
        _before = null;
        _step = Step.ReadResponse;
    }

    /// <summary>The transport keys, once both messages have passed.</summary>
    /// <param name="fromInitiator">32 bytes.</param>
    /// <param name="fromResponder">32 bytes.</param>
    public void Split(Span<byte> fromInitiator, Span<byte> fromResponder)
    {
        Take(Step.Split);
        _state.Split(fromInitiator, fromResponder);
        _step = Step.Done;
    }

    public void Dispose()
    {
        _ephemeral?.Dispose();
        _before?.Dispose();
        _state.Dispose();
        CryptographicOperations.ZeroMemory(_presharedKey);
    }

    private bool ReadResponse(ReadOnlySpan<byte> message, Span<byte> payload)
    {
        int key = _suite.Agreement.PublicKeyLength;
        if (message.Length < _suite.ResponseOverhead)
        {
            return false;
        }

        ReadEphemeral(message[..key]);
        if (!Mix(_ephemeral!, _remoteEphemeral) || !Mix(_static, _remoteEphemeral))
        {
            return false;
        }

        _state.MixKeyAndHash(_presharedKey);
        return _state.TryDecryptAndHash(message[key..], payload);
    }

    /// <summary>Fails until the step has succeeded, so that a half-read message leaves nothing that could be used.</summary>
    private void Take(Step step)
    {
        if (_step != step)
        {
            throw new InvalidOperationException($"This handshake is at {_step}, not at {step}.");
        }

        _step = Step.Failed;
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
