using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Security.Cryptography;
using LanPeer.Security.Noise;
using LanPeer.Security.Sessions;

namespace LanPeer.Benchmarks;

/// <summary>Sealing and opening a transport datagram of 200 bytes, against AES-256-GCM alone.</summary>
internal static class SealFigure
{
    private const int Length = 200;
    private const int TagLength = 16;

    public static IEnumerable<Result> Run()
    {
        byte[] key = RandomNumberGenerator.GetBytes(32);
        byte[] text = RandomNumberGenerator.GetBytes(Length);
        byte[] header = new byte[16];
        byte[] nonce = new byte[12];
        byte[] cipherText = new byte[Length];
        byte[] tag = new byte[TagLength];
        byte[] datagram = new byte[Length + SessionWire.TransportOverhead];
        using var bare = new AesGcm(key, TagLength);
        using var keys = new TransportKeys(AesGcmAead.Instance, key, key, isInitiator: true);
        ulong counter = 0;
        void Bare()
        {
            BinaryPrimitives.WriteUInt64BigEndian(nonce.AsSpan(4), counter++);
            bare.Encrypt(nonce, text, cipherText, tag, header);
        }

        void Seal() => keys.Seal(text, datagram);
        (double[] Baseline, double[] Ours) times = Rounds.Alternate(Bare, Seal);
        yield return Result.Of("AES-256-GCM alone, 200 bytes", times.Baseline, "ns");
        yield return Result.Of("seal, 200 bytes", times.Ours, "ns");
        yield return Result.Of("seal / AES-256-GCM alone", Rounds.Ratios(times), "x", "<= 1.15", 2.3);
        yield return Result.Of("seal, allocated", [Rounds.Allocated(Seal)], "bytes", "0");

        byte[] opened = new byte[Length];
        byte[] plain = new byte[Length];
        bare.Encrypt(nonce, text, cipherText, tag, header);
        void BareOpen() => bare.Decrypt(nonce, cipherText, tag, plain, header);

        // The window takes each counter once, so each datagram opened is a new one: sealed ahead, out of the measured time.
        const int Ahead = 200_000;
        byte[][] waiting = new byte[Ahead][];
        using var sender = new TransportKeys(AesGcmAead.Instance, key, key, isInitiator: true);
        for (int i = 0; i < Ahead; i++)
        {
            waiting[i] = new byte[datagram.Length];
            sender.Seal(text, waiting[i]);
        }

        int next = 0;
        TransportKeys receiver = new(AesGcmAead.Instance, key, key, isInitiator: false);
        void Open()
        {
            if (next == Ahead)
            {
                next = 0;
                receiver.Dispose();
                receiver = new TransportKeys(AesGcmAead.Instance, key, key, isInitiator: false);
            }

            if (receiver.Open(waiting[next++], opened) != OpenResult.Opened)
            {
                throw new InvalidOperationException("A datagram did not open.");
            }
        }

        times = Rounds.Alternate(BareOpen, Open);
        yield return Result.Of("open, 200 bytes", times.Ours, "ns");
        yield return Result.Of("open / AES-256-GCM alone", Rounds.Ratios(times), "x");
        receiver.Dispose();
    }
}
