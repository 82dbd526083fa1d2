using System;
using System.Collections.Generic;
using System.Threading;

namespace LanPeer.SeedStandIn;

/// <summary>What a stand-in counted so far. All members may be read at any time from any thread.</summary>
public sealed class SeedCounters
{
    private const int MaxUnknownNames = 1_000;
    private const int MaxNameLength = 200;

    private readonly long[] _byKind = new long[Enum.GetValues<SeedHappeningKind>().Length];
    private readonly Dictionary<string, long> _unknown = new(StringComparer.Ordinal);
    private long _sent;
    private long _received;
    private long _answers;
    private long _capped;
    private long _announced;
    private long _sendErrors;
    private long _misdirected;
    private long _dropped;

    /// <summary>Datagrams the system took, of every type.</summary>
    public long DatagramsSent => Interlocked.Read(ref _sent);

    /// <summary>Datagrams that arrived at either socket, also unreadable and own ones.</summary>
    public long DatagramsReceived => Interlocked.Read(ref _received);

    /// <summary>PEER_DISCOVERY sent because one came in.</summary>
    public long DiscoveryAnswersSent => Interlocked.Read(ref _answers);

    /// <summary>Answers swallowed by the answer cap.</summary>
    public long DiscoveryAnswersCapped => Interlocked.Read(ref _capped);

    /// <summary>Announcements sent, one for each target.</summary>
    public long AnnouncementsSent => Interlocked.Read(ref _announced);

    /// <summary>Sends that failed or were refused by the loopback rule.</summary>
    public long SendErrors => Interlocked.Read(ref _sendErrors);

    /// <summary>DMs that came here but were to another id; the seed's program shows nothing.</summary>
    public long DmsForOthers => Interlocked.Read(ref _misdirected);

    /// <summary>Happenings no longer kept because newer ones needed the room.</summary>
    public long HappeningsDropped => Interlocked.Read(ref _dropped);

    /// <summary>The unknown types seen, and how often each.</summary>
    public IReadOnlyDictionary<string, long> UnknownTypes
    {
        get
        {
            lock (_unknown)
            {
                return new Dictionary<string, long>(_unknown, StringComparer.Ordinal);
            }
        }
    }

    /// <summary>How many happenings of one kind there were, kept or not.</summary>
    public long Of(SeedHappeningKind kind) => Interlocked.Read(ref _byKind[(int)kind]);

    internal void CountSent() => Interlocked.Increment(ref _sent);

    internal void CountReceived() => Interlocked.Increment(ref _received);

    internal void CountAnswer() => Interlocked.Increment(ref _answers);

    internal void CountCapped() => Interlocked.Increment(ref _capped);

    internal void CountAnnounced() => Interlocked.Increment(ref _announced);

    internal void CountSendError() => Interlocked.Increment(ref _sendErrors);

    internal void CountMisdirected() => Interlocked.Increment(ref _misdirected);

    internal void CountDropped() => Interlocked.Increment(ref _dropped);

    internal void CountHappening(SeedHappening happening)
    {
        Interlocked.Increment(ref _byKind[(int)happening.Kind]);
        if (happening.Kind != SeedHappeningKind.Unknown)
        {
            return;
        }

        string name = happening.Type.Length > MaxNameLength ? happening.Type[..MaxNameLength] : happening.Type;
        lock (_unknown)
        {
            if (_unknown.Count < MaxUnknownNames || _unknown.ContainsKey(name))
            {
                _unknown[name] = _unknown.GetValueOrDefault(name) + 1;
            }
        }
    }
}
