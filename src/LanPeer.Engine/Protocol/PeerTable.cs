using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <summary>
/// The known peers by user id, found by the bytes of a datagram without making a string of them. Bounded in all and
/// per address.
/// </summary>
internal sealed class PeerTable(int capacity, Func<uint, int> capacityOfAddress)
{
    private readonly PeerEntry?[] _buckets = new PeerEntry?[1_024];
    private readonly List<PeerEntry> _entries = [];
    private readonly Dictionary<uint, int> _perAddress = [];

    public int Count => _entries.Count;

    /// <summary>All entries, in the order they were added.</summary>
    public IReadOnlyList<PeerEntry> Entries => _entries;

    public PeerEntry? Find(ReadOnlySpan<byte> userId)
    {
        for (PeerEntry? entry = _buckets[Bucket(userId)]; entry is not null; entry = entry.Next)
        {
            if (userId.SequenceEqual(entry.Key))
            {
                return entry;
            }
        }

        return null;
    }

    /// <summary>Whether a peer at this address would still have a place.</summary>
    public bool HasPlace(uint address) => _entries.Count < capacity && HasPlaceAt(address);

    /// <summary>Whether a peer already in the table may move to this address.</summary>
    public bool HasPlaceAt(uint address) => _perAddress.GetValueOrDefault(address) < capacityOfAddress(address);

    public void Add(PeerEntry entry)
    {
        ref PeerEntry? bucket = ref _buckets[Bucket(entry.Key)];
        entry.Next = bucket;
        bucket = entry;
        _entries.Add(entry);
        CollectionsMarshal.GetValueRefOrAddDefault(_perAddress, entry.Endpoint.Address, out _)++;
    }

    public void Move(PeerEntry entry, Ipv4Endpoint endpoint)
    {
        Uncount(entry.Endpoint.Address);
        entry.Endpoint = endpoint;
        CollectionsMarshal.GetValueRefOrAddDefault(_perAddress, endpoint.Address, out _)++;
    }

    public void Remove(PeerEntry entry)
    {
        ref PeerEntry? bucket = ref _buckets[Bucket(entry.Key)];
        if (ReferenceEquals(bucket, entry))
        {
            bucket = entry.Next;
        }
        else
        {
            PeerEntry before = bucket!;
            while (!ReferenceEquals(before.Next, entry))
            {
                before = before.Next!;
            }

            before.Next = entry.Next;
        }

        _entries.Remove(entry);
        Uncount(entry.Endpoint.Address);
    }

    private static int Bucket(ReadOnlySpan<byte> userId)
    {
        // HashCode is seeded per process, so nobody outside can aim at one bucket.
        var hash = default(HashCode);
        hash.AddBytes(userId);
        return hash.ToHashCode() & 1_023;
    }

    private void Uncount(uint address)
    {
        if (--CollectionsMarshal.GetValueRefOrAddDefault(_perAddress, address, out _) <= 0)
        {
            _perAddress.Remove(address);
        }
    }
}
