using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using LanPeer.Security;
using LanPeer.Wire;

namespace LanPeer.Protocol;

/// <summary>
/// The known peers by user id, found by the bytes of a datagram without making a string of them. Bounded in all and
/// per address. A user id is a label, and several who prove different identities may use it; of those who prove nothing
/// there is one.
/// </summary>
internal sealed class PeerTable(int capacity, Func<uint, int> capacityOfAddress)
{
    private readonly PeerEntry?[] _buckets = new PeerEntry?[1_024];
    private readonly List<PeerEntry> _entries = [];
    private readonly Dictionary<string, PeerEntry> _identities = new(StringComparer.Ordinal);
    private readonly Dictionary<(uint Address, bool IsProven), int> _perAddress = [];
    private readonly int[] _count = new int[2];

    public int Count => _entries.Count;

    /// <summary>All entries, in the order they were added.</summary>
    public IReadOnlyList<PeerEntry> Entries => _entries;

    /// <summary>Changes whenever somebody is added, removed or renamed.</summary>
    public long Version { get; private set; }

    /// <summary>The peer of that id that speaks in the clear.</summary>
    public PeerEntry? Find(ReadOnlySpan<byte> userId) => Find(userId, isProven: false);

    /// <summary>A peer of that id that has proven an identity; one that the id belongs to before one in conflict.</summary>
    public PeerEntry? FindProven(ReadOnlySpan<byte> userId) => Find(userId, isProven: true);

    /// <summary>The peer of that PEER_ID.</summary>
    public PeerEntry? FindIdentity(string peerId)
        => _identities.GetValueOrDefault(peerId);

    /// <summary>
    /// Whether a peer at this address would still have a place. Those who prove something and those who do not have places
    /// of their own: names alone cost nothing, and must not take the place of anybody who is somebody.
    /// </summary>
    public bool HasPlace(uint address, bool isProven) => _count[isProven ? 1 : 0] < capacity && HasPlaceAt(address, isProven);

    /// <summary>Whether a peer already in the table may move to this address.</summary>
    public bool HasPlaceAt(uint address, bool isProven)
        => _perAddress.GetValueOrDefault((address, isProven)) < capacityOfAddress(address);

    /// <summary>The peer of that kind that is reached there, if there is one.</summary>
    public PeerEntry? FindAt(Ipv4Endpoint endpoint, bool isProven)
        => _entries.Find(entry => entry.Endpoint == endpoint && entry.Contact is not null == isProven);

    /// <summary>Takes one in. Who has proven an identity has had it before, keeps it, and is the only one here who has it.</summary>
    public void Add(PeerEntry entry)
    {
        Version++;
        Link(entry);
        if (entry.Who is PublicIdentity who)
        {
            _identities[who.PeerId] = entry;
        }

        _entries.Add(entry);
        _count[entry.Contact is null ? 0 : 1]++;
        CountIn(entry);
    }

    public void Move(PeerEntry entry, Ipv4Endpoint endpoint)
    {
        Uncount(entry);
        entry.Endpoint = endpoint;
        CountIn(entry);
    }

    /// <summary>Gives a peer another user id.</summary>
    public void Rename(PeerEntry entry, ReadOnlySpan<byte> userId)
    {
        Version++;
        Unlink(entry);
        entry.Call(userId);
        Link(entry);
    }

    public void Remove(PeerEntry entry)
    {
        Version++;
        Unlink(entry);
        if (entry.Who is PublicIdentity who)
        {
            _identities.Remove(who.PeerId);
        }

        _entries.Remove(entry);
        _count[entry.Contact is null ? 0 : 1]--;
        Uncount(entry);
    }

    private static int Bucket(ReadOnlySpan<byte> userId)
    {
        // HashCode is seeded per process, so nobody outside can aim at one bucket.
        var hash = default(HashCode);
        hash.AddBytes(userId);
        return hash.ToHashCode() & 1_023;
    }

    private PeerEntry? Find(ReadOnlySpan<byte> userId, bool isProven)
    {
        PeerEntry? found = null;
        for (PeerEntry? entry = _buckets[Bucket(userId)]; entry is not null; entry = entry.Next)
        {
            if (entry.Contact is not null == isProven && userId.SequenceEqual(entry.Key)
                && (found is null || found.Verdict == PinVerdict.Conflict))
            {
                found = entry;
            }
        }

        return found;
    }

    private void Link(PeerEntry entry)
    {
        ref PeerEntry? bucket = ref _buckets[Bucket(entry.Key)];
        entry.Next = bucket;
        bucket = entry;
    }

    private void Unlink(PeerEntry entry)
    {
        ref PeerEntry? bucket = ref _buckets[Bucket(entry.Key)];
        if (ReferenceEquals(bucket, entry))
        {
            bucket = entry.Next;
            return;
        }

        PeerEntry before = bucket!;
        while (!ReferenceEquals(before.Next, entry))
        {
            before = before.Next!;
        }

        before.Next = entry.Next;
    }

    private void CountIn(PeerEntry entry)
        => CollectionsMarshal.GetValueRefOrAddDefault(_perAddress, (entry.Endpoint.Address, entry.Contact is not null), out _)++;

    private void Uncount(PeerEntry entry)
    {
        (uint, bool) key = (entry.Endpoint.Address, entry.Contact is not null);
        if (--CollectionsMarshal.GetValueRefOrAddDefault(_perAddress, key, out _) <= 0)
        {
            _perAddress.Remove(key);
        }
    }
}
