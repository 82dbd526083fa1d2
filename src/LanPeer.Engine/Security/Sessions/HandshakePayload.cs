using System;
using System.Buffers.Binary;
using LanPeer.Security.Noise;
using LanPeer.Wire;

namespace LanPeer.Security.Sessions;

/// <summary>What a peer says of itself inside a handshake, where nobody else can read or change it.</summary>
internal sealed record HandshakePayload
{
    /// <summary>Bytes in an initiation.</summary>
    public const int InitiationLength = 8 + Common;

    /// <summary>Bytes in a response.</summary>
    public const int ResponseLength = 4 + Common;

    private const int Common = 4 + 4 + 2 + P256Agreement.PointLength + 1 + WireLimits.MaxUserId;

    /// <summary>Random per start; never 0.</summary>
    public required uint Boot { get; init; }

    /// <summary>The port the peer listens on; never 0.</summary>
    public required ushort Port { get; init; }

    /// <summary>An uncompressed P-256 point.</summary>
    public required byte[] SigningKey { get; init; }

    /// <summary>UTF-8.</summary>
    public required byte[] UserId { get; init; }

    public void WriteInitiation(Span<byte> buffer, ulong epoch)
    {
        BinaryPrimitives.WriteUInt64BigEndian(buffer, epoch);
        WriteCommon(buffer[8..]);
    }

    public void WriteResponse(Span<byte> buffer, uint senderIndex)
    {
        BinaryPrimitives.WriteUInt32BigEndian(buffer, senderIndex);
        WriteCommon(buffer[4..]);
    }

    /// <summary>What an initiation carried, or null when it is not well-formed.</summary>
    public static HandshakePayload? ReadInitiation(ReadOnlySpan<byte> buffer, out ulong epoch)
    {
        epoch = BinaryPrimitives.ReadUInt64BigEndian(buffer);
        return ReadCommon(buffer[8..]);
    }

    /// <summary>What a response carried, or null when it is not well-formed or meant for another datagram.</summary>
    public static HandshakePayload? ReadResponse(ReadOnlySpan<byte> buffer, uint senderIndex)
        => BinaryPrimitives.ReadUInt32BigEndian(buffer) == senderIndex ? ReadCommon(buffer[4..]) : null;

    private void WriteCommon(Span<byte> buffer)
    {
        buffer.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(buffer, Boot);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[8..], Port);
        SigningKey.CopyTo(buffer[10..]);
        buffer[75] = (byte)UserId.Length;
        UserId.CopyTo(buffer[76..]);
    }

    private static HandshakePayload? ReadCommon(ReadOnlySpan<byte> buffer)
    {
        uint boot = BinaryPrimitives.ReadUInt32BigEndian(buffer);
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(buffer[8..]);
        int length = buffer[75];
        if (boot == 0 || port == 0 || length is 0 or > WireLimits.MaxUserId || !UserIds.IsValid(buffer.Slice(76, length)))
        {
            return null;
        }

        return new HandshakePayload
        {
            Boot = boot,
            Port = port,
            SigningKey = buffer.Slice(10, P256Agreement.PointLength).ToArray(),
            UserId = buffer.Slice(76, length).ToArray(),
        };
    }
}
