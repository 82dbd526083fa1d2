using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Numerics;

namespace LanPeer.SeedStandIn;

/// <summary>One line of the peer table.</summary>
/// <param name="Id">The user id as it came, checked against nothing.</param>
/// <param name="Address">The source address of the last datagram that carried the id (D4).</param>
/// <param name="Port">Its source port (D7), or the PORT of a PEER_DISCOVERY: any number (D21).</param>
/// <param name="LastSeen">When that datagram came.</param>
public sealed record SeedPeerEntry(string Id, IPAddress Address, BigInteger Port, DateTimeOffset LastSeen)
{
    /// <summary>The address and port, null when the port is none.</summary>
    public IPEndPoint? EndPoint =>
        Port >= IPEndPoint.MinPort && Port <= IPEndPoint.MaxPort ? new IPEndPoint(Address, (int)Port) : null;
}

/// <summary>What a PROFILE left behind. The seed's program keeps no picture, only its type.</summary>
/// <param name="DisplayName">The name to show.</param>
/// <param name="Status">The status message.</param>
/// <param name="AvatarType">AVATAR_TYPE when AVATAR_DATA came with it, else null: the old one is lost (D23).</param>
public sealed record SeedProfile(string DisplayName, string Status, string? AvatarType);

/// <summary>The known peers and profiles. The seed's program has no bound here (D10); ours only saves the machine.</summary>
internal sealed class SeedPeerTable
{
    private const int MemoryBound = 100_000;

    private readonly object _gate = new();
    private readonly OrderedDictionary<string, SeedPeerEntry> _peers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SeedProfile> _profiles = new(StringComparer.Ordinal);

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _peers.Count;
            }
        }
    }

    public SeedPeerEntry[] Snapshot()
    {
        lock (_gate)
        {
            return [.. _peers.Values];
        }
    }

    public SeedPeerEntry? Find(string id)
    {
        lock (_gate)
        {
            return _peers.GetValueOrDefault(id);
        }
    }

    /// <summary>Enters or moves a peer; an old one keeps its place in the order.</summary>
    public void Put(string id, IPAddress address, BigInteger port)
    {
        lock (_gate)
        {
            if (_peers.Count < MemoryBound || _peers.ContainsKey(id))
            {
                _peers[id] = new SeedPeerEntry(id, address, port, DateTimeOffset.UtcNow);
            }
        }
    }

    /// <summary>Forgets the peers not seen for longer than the expiry.</summary>
    public void RemoveOlderThan(TimeSpan expiry)
    {
        lock (_gate)
        {
            DateTimeOffset now = DateTimeOffset.UtcNow;
            foreach (SeedPeerEntry gone in _peers.Values.Where(e => now - e.LastSeen > expiry).ToArray())
            {
                _peers.Remove(gone.Id);
            }
        }
    }

    public void PutProfile(string id, SeedProfile profile)
    {
        lock (_gate)
        {
            if (_profiles.Count < MemoryBound || _profiles.ContainsKey(id))
            {
                _profiles[id] = profile;
            }
        }
    }

    public Dictionary<string, SeedProfile> Profiles()
    {
        lock (_gate)
        {
            return new Dictionary<string, SeedProfile>(_profiles, StringComparer.Ordinal);
        }
    }
}
