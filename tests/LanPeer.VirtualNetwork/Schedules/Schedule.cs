using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace LanPeer.VirtualNetwork;

/// <summary>One run of a test by its seed number, and what is to be told about it when it fails.</summary>
internal sealed class Schedule(long seed)
{
    /// <summary>Datagrams kept for the report; the networks' logs are bounded so that a run may be long.</summary>
    private const int KeptPackets = 2_000;

    /// <summary>Events of one network: a scenario has some ten thousand, and what has so many does not come to rest.</summary>
    private const long MaxEvents = 5_000_000;

    private readonly List<VirtualLan> _lans = [];
    private readonly History<(TimeSpan At, string Text)> _notes = new(limit: 2_000);

    public long Seed => seed;

    /// <summary>The hash of everything its networks carried; equal in every run of this seed.</summary>
    public string Hash => string.Join('-', _lans.Select(lan => lan.Log.Hash));

    /// <summary>A network by this seed whose log goes into the report. Its log and its peers keep the newest of a long run only.</summary>
    public VirtualLan NewLan()
    {
        var lan = new VirtualLan(seed) { HistoryLimit = KeptPackets, MaxEvents = MaxEvents };
        lan.Log.Limit = KeptPackets;
        _lans.Add(lan);
        return lan;
    }

    /// <summary>Randomness of the test's own, by name.</summary>
    public SeededRandom Random(string name) => new(SeededRandom.Derive((ulong)seed, $"schedule/{name}"));

    /// <summary>Adds a line to the report, at the present virtual time.</summary>
    public void Note(string text) => _notes.Add((_lans.Count > 0 ? _lans[^1].Now : TimeSpan.Zero, text));

    /// <summary>The last lines before now: datagrams and notes by time.</summary>
    public IEnumerable<string> LastLines(int count)
    {
        // What is older than the oldest note or datagram kept is not there; what remains is in one order.
        IEnumerable<(TimeSpan At, string Text)> packets = _lans.SelectMany(lan => lan.Log.Last(count)).Select(packet => (packet.At, packet.ToString()));
        IEnumerable<(TimeSpan At, string Text)> notes = _notes.Last(count)
            .Select(note => (note.At, string.Create(CultureInfo.InvariantCulture, $"{note.At.TotalSeconds:0.000} -- {note.Text}")));
        return packets.Concat(notes).OrderBy(line => line.At).Select(line => line.Text).TakeLast(count);
    }

    /// <summary>In one line: when it is in virtual time, and how much has happened.</summary>
    public string Summary() => string.Join("; ", _lans.Select(lan => string.Create(CultureInfo.InvariantCulture,
        $"at {lan.Now.TotalSeconds:0.000} s, {lan.Log.Total} datagrams, {lan.Events} events, log {lan.Log.Hash}")));
}
