using System;
using LanPeer.Security.Noise;

namespace LanPeer.Security.Sessions;

/// <summary>Seals the announcements of one start of a peer on a closed network (docs/protocol.md, "Sealed announcement").</summary>
internal sealed class AnnouncementSeal : IDisposable
{
    private readonly byte[] _salt = new byte[SessionWire.AnnouncementSaltLength];
    private readonly uint _tag;
    private readonly NetworkSecret _secret;
    private readonly AeadKey _key;
    private ulong _counter;

    /// <summary>A seal under the newest key of a network.</summary>
    public AnnouncementSeal(PeerNetwork network, Aead aead, RandomSource random)
        : this(network, network.Newest, aead, random)
    {
    }

    /// <summary>A seal under one of the keys of a network.</summary>
    public AnnouncementSeal(PeerNetwork network, NetworkSecret secret, Aead aead, RandomSource random)
    {
        _tag = network.Tag;
        _secret = secret;
        random.Fill(_salt);
        _key = aead.CreateKey(secret.AnnouncementKey(_salt));
    }

    /// <summary>Seals a text; returns the length of the datagram.</summary>
    /// <param name="text">A PEER_DISCOVERY.</param>
    /// <param name="datagram">52 bytes longer.</param>
    public int Seal(ReadOnlySpan<byte> text, Span<byte> datagram)
    {
        ulong counter = _counter++;
        SessionWire.Begin(datagram, SealedType.Announcement);
        SessionWire.WriteUInt32(datagram, 4, _tag);
        SessionWire.WriteUInt32(datagram, 8, _secret.KeyId);
        _salt.CopyTo(datagram[SessionWire.AnnouncementSalt..]);
        SessionWire.WriteUInt64(datagram, 28, counter);
        _key.Seal(counter, datagram[..SessionWire.AnnouncementHeader], text,
            datagram.Slice(SessionWire.AnnouncementHeader, text.Length + Aead.TagLength));
        return text.Length + SessionWire.AnnouncementOverhead;
    }

    /// <summary>Opens somebody's announcement; any member of the network may have made it.</summary>
    public static bool TryOpen(Aead aead, NetworkSecret secret, ReadOnlySpan<byte> datagram, Span<byte> text)
    {
        ulong counter = SessionWire.ReadUInt64(datagram, 28);
        if (counter > Aead.MaxCounter)
        {
            return false;
        }

        using AeadKey key = aead.CreateKey(
            secret.AnnouncementKey(datagram.Slice(SessionWire.AnnouncementSalt, SessionWire.AnnouncementSaltLength)));
        return key.TryOpen(counter, datagram[..SessionWire.AnnouncementHeader], datagram[SessionWire.AnnouncementHeader..], text);
    }

    public void Dispose() => _key.Dispose();
}
