using System;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <summary>
/// The message ids last heard of one sender, so that a datagram the network repeats is shown once (REFERENCE D19).
/// 256 ids of 8 bytes: 2 KB, made at the first message.
/// </summary>
internal sealed class DuplicateWindow
{
    private const int Size = 256;

    private ulong[]? _seen;
    private int _next;

    /// <summary>Notes an id; false when it was noted before. A message without an id is never a duplicate.</summary>
    /// <param name="type">The message's type.</param>
    /// <param name="messageId">Its id.</param>
    /// <param name="sender">Its sender, in a window that several senders share.</param>
    public bool TryAdd(MessageType type, ReadOnlySpan<byte> messageId, ReadOnlySpan<byte> sender = default)
    {
        if (messageId.IsEmpty)
        {
            return true;
        }

        _seen ??= new ulong[Size];
        ulong key = Hash(type, messageId, sender);
        if (_seen.AsSpan().Contains(key))
        {
            return false;
        }

        _seen[_next] = key;
        _next = (_next + 1) % Size;
        return true;
    }

    /// <summary>Whether an id was noted before.</summary>
    public bool Has(MessageType type, ReadOnlySpan<byte> messageId, ReadOnlySpan<byte> sender = default)
        => _seen is not null && !messageId.IsEmpty && _seen.AsSpan().Contains(Hash(type, messageId, sender));

    /// <summary>FNV-1a, 64 bits. A sender that looks for collisions finds ways to have its own messages dropped.</summary>
    private static ulong Hash(MessageType type, ReadOnlySpan<byte> messageId, ReadOnlySpan<byte> sender)
    {
        ulong hash = (14_695_981_039_346_656_037 ^ (byte)type) * 1_099_511_628_211;
        foreach (byte b in messageId)
        {
            hash = (hash ^ b) * 1_099_511_628_211;
        }

        // An id has no blank, so that this one keeps the two apart.
        hash = (hash ^ (byte)' ') * 1_099_511_628_211;
        foreach (byte b in sender)
        {
            hash = (hash ^ b) * 1_099_511_628_211;
        }

        // Zero marks an unused slot.
        return hash == 0 ? 1 : hash;
    }
}
