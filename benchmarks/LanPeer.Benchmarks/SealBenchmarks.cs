using System;
using System.Buffers.Binary;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using LanPeer.Security.Noise;
using LanPeer.Security.Sessions;

namespace LanPeer.Benchmarks;

/// <summary>Sealing and opening a transport datagram of 200 bytes, and AES-256-GCM of the BCL with the same key and text.</summary>
public class SealBenchmarks : IDisposable
{
    private const int Length = 200;
    private const int TagLength = 16;

    /// <summary>The window takes each counter once, so each datagram opened is a new one: sealed ahead, out of the measured time.</summary>
    private const int Ahead = 200_000;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] _text = RandomNumberGenerator.GetBytes(Length);
    private readonly byte[] _header = new byte[16];
    private readonly byte[] _nonce = new byte[12];
    private readonly byte[] _openNonce = new byte[12];
    private readonly byte[] _cipherText = new byte[Length];
    private readonly byte[] _openCipherText = new byte[Length];
    private readonly byte[] _tag = new byte[TagLength];
    private readonly byte[] _openTag = new byte[TagLength];
    private readonly byte[] _plain = new byte[Length];
    private readonly byte[] _datagram = new byte[Length + SessionWire.TransportOverhead];
    private readonly byte[] _forged = new byte[Length + SessionWire.TransportOverhead];
    private readonly AesGcm _bare;
    private readonly TransportKeys _sender;
    private TransportKeys _receiver;
    private byte[][] _waiting = [];
    private ulong _counter;
    private int _next;

    /// <summary>Makes the keys.</summary>
    public SealBenchmarks()
    {
        _bare = new AesGcm(_key, TagLength);
        _sender = new TransportKeys(AesGcmAead.Instance, _key, _key, isInitiator: true);
        _receiver = NewReceiver();
        _bare.Encrypt(_openNonce, _text, _openCipherText, _openTag, _header);
    }

    /// <summary>AES-256-GCM alone, with a nonce that counts.</summary>
    [Benchmark]
    public void Bare()
    {
        BinaryPrimitives.WriteUInt64BigEndian(_nonce.AsSpan(4), _counter++);
        _bare.Encrypt(_nonce, _text, _cipherText, _tag, _header);
    }

    /// <summary>The engine's.</summary>
    [Benchmark]
    public int Seal() => _sender.Seal(_text, _datagram);

    /// <summary>AES-256-GCM alone.</summary>
    [Benchmark]
    public void BareOpen() => _bare.Decrypt(_openNonce, _openCipherText, _openTag, _plain, _header);

    /// <summary>Seals what <see cref="Open"/> opens.</summary>
    [GlobalSetup(Target = nameof(Open))]
    public void SealAhead()
    {
        using var sender = new TransportKeys(AesGcmAead.Instance, _key, _key, isInitiator: true);
        _waiting = new byte[Ahead][];
        for (int i = 0; i < Ahead; i++)
        {
            _waiting[i] = new byte[_datagram.Length];
            sender.Seal(_text, _waiting[i]);
        }
    }

    /// <summary>The engine's.</summary>
    [Benchmark]
    public void Open()
    {
        if (_next == Ahead)
        {
            _next = 0;
            _receiver.Dispose();
            _receiver = NewReceiver();
        }

        if (_receiver.Open(_waiting[_next++], _plain) != OpenResult.Opened)
        {
            throw new InvalidOperationException("A datagram did not open.");
        }
    }

    /// <summary>AES-256-GCM alone, which throws.</summary>
    [Benchmark]
    public bool BareForged()
    {
        try
        {
            _bare.Decrypt(_openNonce, _text, _openTag, _plain, _header);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    /// <summary>The engine's.</summary>
    [Benchmark]
    public bool Forged() => _receiver.Open(_forged, _plain) != OpenResult.NotAuthentic;

    /// <summary>Forgets the keys.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _bare.Dispose();
        _sender.Dispose();
        _receiver.Dispose();
        GC.SuppressFinalize(this);
    }

    private TransportKeys NewReceiver() => new(AesGcmAead.Instance, _key, _key, isInitiator: false);
}
