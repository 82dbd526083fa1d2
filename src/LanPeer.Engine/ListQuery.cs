using System;
using System.Collections.Generic;
using LanPeer.Protocol;
using LanPeer.Wire;

namespace LanPeer;

/// <summary>Gathers the peer lists that others send, as long as it is not disposed.</summary>
internal sealed class ListQuery(Action<ListQuery> remove) : IDisposable
{
    /// <summary>Peers kept: more are not a list a person reads.</summary>
    private const int MaxReported = 4_096;

    private readonly object _gate = new();
    private readonly Dictionary<string, Ipv4Endpoint> _reported = [];
    private int _answered;

    /// <summary>How many peers were asked.</summary>
    public int Asked { get; internal set; }

    /// <summary>How many have answered.</summary>
    public int Answered
    {
        get
        {
            lock (_gate)
            {
                return _answered;
            }
        }
    }

    /// <summary>Those named so far whom the given peers do not include.</summary>
    public List<LanPeer> Except(IEnumerable<LanPeer> known)
    {
        var ids = new HashSet<string>();
        foreach (LanPeer peer in known)
        {
            ids.Add(peer.UserId);
        }

        var reported = new List<LanPeer>();
        lock (_gate)
        {
            foreach ((string userId, Ipv4Endpoint endpoint) in _reported)
            {
                if (!ids.Contains(userId))
                {
                    reported.Add(PublicViews.Reported(userId, endpoint));
                }
            }
        }

        return reported;
    }

    public void Dispose() => remove(this);

    internal void Add(ListAnswer answer)
    {
        lock (_gate)
        {
            _answered++;
            foreach (ReportedPeer peer in answer.Peers)
            {
                bool isBetter = !_reported.TryGetValue(peer.UserId, out Ipv4Endpoint known) || !known.IsUsable;
                if (isBetter && (_reported.Count < MaxReported || _reported.ContainsKey(peer.UserId)))
                {
                    _reported[peer.UserId] = peer.Endpoint;
                }
            }
        }
    }
}
