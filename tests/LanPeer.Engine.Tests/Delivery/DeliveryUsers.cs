using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.Protocol.Delivery;
using LanPeer.VirtualNetwork;
using Xunit;

namespace LanPeer.Tests.Delivery;

/// <summary>A message to one receiver.</summary>
/// <param name="From">By which peer.</param>
/// <param name="Run">In which of its runs.</param>
/// <param name="To">To whom.</param>
/// <param name="ToId">The user id a direct message was written to; null for a post.</param>
/// <param name="Text">What was written.</param>
/// <param name="MessageId">Its id.</param>
/// <param name="Body">What is on the wire.</param>
internal sealed record SentMessage(VirtualPeer From, int Run, VirtualPeer To, string? ToId, string Text, string MessageId, byte[] Body)
{
    /// <summary>How often the sender was told what has become of it.</summary>
    public int Told { get; private set; }

    /// <summary>What; open as long as nothing was told.</summary>
    public Outcome Outcome { get; private set; }

    public Obstacle Obstacle { get; private set; }

    public void Settle(SettledMessage settled)
    {
        Told++;
        (Outcome, Obstacle) = (settled.Outcome, settled.Obstacle);
    }

    public override string ToString()
        => $"message {MessageId} of {From.Name}, run {Run}, to {To.Name}: {Outcome}, {Obstacle}, {Body.Length} bytes";
}

/// <summary>The users of a scenario, who write and read, and what has to be true of what they sent and got.</summary>
internal sealed class DeliveryUsers(Scenario scenario)
{
    /// <summary>What a peer may send at rest, per second and announcements apart.</summary>
    private const int DatagramsAtRest = 4;

    /// <summary>A lost peer is looked for every 50 s (±10 %), and its announcement may cross that.</summary>
    private static readonly TimeSpan s_convergence = TimeSpan.FromSeconds(120);

    private readonly Dictionary<string, VirtualPeer> _byId = [];
    private TimeSpan _longestPatience;
    private int _written;

    /// <summary>In the order they were sent.</summary>
    public List<SentMessage> Sent { get; } = [];

    public int Count(Outcome outcome) => Sent.Count(sent => sent.Outcome == outcome);

    /// <summary>Draws what users do: bursts of posts and direct messages, and inboxes that are read late.</summary>
    /// <param name="random">Where from.</param>
    /// <param name="patience">The longest anybody waits for a receipt.</param>
    /// <param name="longShare">The share of messages that need many datagrams, 0 to 1.</param>
    public void AddSteps(SeededRandom random, TimeSpan patience, double longShare)
    {
        _longestPatience = patience;
        TimeSpan end = scenario.Steps.Count > 0 ? scenario.Steps[^1].At : TimeSpan.Zero;
        end = end > TimeSpan.FromSeconds(15) ? end : TimeSpan.FromSeconds(15);
        foreach (VirtualPeer peer in scenario.Peers)
        {
            peer.KeepsInbox = random.Chance(0.3);
        }

        int bursts = random.Next(4, 9);
        for (int i = 0; i < bursts; i++)
        {
            VirtualPeer from = random.Pick(scenario.Peers);
            VirtualPeer? to = random.Chance(0.3) ? null : random.Pick(scenario.Peers);
            double share = random.Between(0.02, 1);
            int[] lengths = [.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => Length(random, longShare))];
            scenario.Add(random.Between(TimeSpan.FromSeconds(1), end), $"{from.Name} writes {lengths.Length} messages to {to?.Name ?? "all"}",
                () => from.State == PeerState.Running && Array.ConvertAll(lengths, length => Write(from, to, length, patience * share)).Contains(true));
        }

        for (int i = 0; i < 3; i++)
        {
            VirtualPeer reader = random.Pick(scenario.Peers);
            scenario.Add(random.Between(TimeSpan.Zero, end), $"{reader.Name} reads", () => Read(reader));
        }
    }

    /// <summary>What is bounded stays so.</summary>
    public void LookAtBounds()
    {
        foreach (VirtualPeer peer in scenario.Peers.Where(peer => peer.State == PeerState.Running))
        {
            foreach (Channel channel in peer.Machine.Peers.Where(entry => entry.Contact is not null).Select(entry => entry.Contact!.Channel))
            {
                Assert.InRange(channel.Outbound.Count, 0, OutboundStream.MaxMessages);
                Assert.InRange(channel.Outbound.Bytes, 0, OutboundStream.MaxBytes);
                Assert.InRange(channel.Sent.Count, 0, SentDatagrams.Capacity);
                Assert.InRange(channel.Inbound.PendingBytes, 0, InboundStream.MaxPending);
            }
        }
    }

    /// <summary>All are up and the network is ideal: everything settles, everybody finds everybody, and then it is quiet.</summary>
    public void LookAtEnd()
    {
        scenario.Peers.ForEach(peer => Read(peer));

        // A profile that a newcomer is sent waits at most as long as the longest of messages.
        Assert.True(Wait(() => scenario.Peers.TrueForAll(peer => OpenMessages(peer) == 0), _longestPatience + TimeSpan.FromSeconds(2)),
            $"not settled: {string.Join("; ", Sent.Where(sent => sent.Outcome == Outcome.Open && sent.Run == sent.From.Run))}");
        LookAtMessages();

        // What was believed before (a place somebody moved from, keys the other side has lost) has to be found wrong first.
        TimeSpan end = scenario.Lan.Now + s_convergence;
        string? unrest = LookForUnrest();
        while (unrest is not null && scenario.Lan.Now < end)
        {
            unrest = LookForUnrest();
        }

        Assert.True(unrest is null, unrest);
        Assert.True(Wait(() => scenario.Peers.TrueForAll(peer => peer.Machine.UnsettledCount == 0), TimeSpan.FromSeconds(60)),
            $"unsettled: {string.Join(", ", scenario.Peers.Select(peer => $"{peer.Name} {peer.Machine.UnsettledCount}"))}");
        unrest = LookForUnrest();
        Assert.True(unrest is null, unrest);
        LookAtMessages();
        LookAtBounds();
    }

    private static int Length(SeededRandom random, double longShare)
    {
        bool isLong = random.Chance(longShare);
        int longLength = random.Next(2_000, 60_000);
        int shortLength = random.Chance(0.1) ? 1 : random.Next(1, 600);
        return isLong ? longLength : shortLength;
    }

    private static bool Read(VirtualPeer peer)
    {
        if (peer.State != PeerState.Running)
        {
            return false;
        }

        peer.ReadInbox();
        return true;
    }

    private bool Write(VirtualPeer from, VirtualPeer? to, int length, TimeSpan patience)
    {
        string text = new((char)('a' + (_written++ % 26)), length);
        PeerEntry? entry = to is null ? null : from.Machine.FindPeer(to.Machine.Identity.PeerId);
        if (to is not null && entry is null)
        {
            return false;
        }

        foreach (VirtualPeer peer in scenario.Peers)
        {
            _byId[peer.Machine.Identity.PeerId] = peer;
        }

        from.Do((now, effects) =>
        {
            string? id = entry is null
                ? from.Machine.Post(now, text, from.Machine.Peers, patience, effects) : from.Machine.DM(now, entry, text, patience, effects);
            Assert.NotNull(id);
            foreach (OutboundMessage message in effects.Queued.Where(message => message.MessageId == id))
            {
                var sent = new SentMessage(from, from.Run, _byId[message.To.Who!.PeerId], entry?.UserId, text, message.MessageId, message.Body[..message.Length]);
                message.Tag = (Action<SettledMessage>)sent.Settle;
                Sent.Add(sent);
            }
        });
        return true;
    }

    private void LookAtMessages()
    {
        Dictionary<(VirtualPeer, string), int> order = [];
        for (int i = 0; i < Sent.Count; i++)
        {
            order.Add((Sent[i].To, Sent[i].MessageId), i);
        }

        ILookup<(VirtualPeer, string), ScenarioArrival> arrivals = scenario.Arrivals.ToLookup(arrival => (arrival.By, arrival.Arrival.MessageId));
        foreach (SentMessage sent in Sent)
        {
            // One run of a receiver got it, or none did: it is never sent twice.
            int times = arrivals[(sent.To, sent.MessageId)].Count();
            Assert.True(times <= 1, $"{sent}, arrived {times} times");
            Assert.True(sent.Outcome != Outcome.Delivered || times == 1, $"{sent}, did not arrive");
            Assert.True(sent.Outcome is not (Outcome.Failed or Outcome.Refused) || times == 0, $"{sent}, arrived");

            // Who was started anew at another address knows nothing of the id it had before.
            bool isToFormer = sent.ToId is not null && sent.ToId != sent.To.UserId && sent.To.Run > 1;

            // Nor does it know what its sender was called when it wrote.
            bool isFromFormer = !System.Text.Encoding.UTF8.GetString(sent.Body).Contains(sent.From.UserId, StringComparison.Ordinal);
            bool mayRefuse = isToFormer || isFromFormer;
            Assert.True(mayRefuse || sent.Outcome != Outcome.Refused, $"{sent}, written to {sent.ToId}, which is {sent.To.UserId}");
            bool isOver = sent.Run != sent.From.Run;
            Assert.True(isOver || sent.Outcome != Outcome.Open, $"{sent}, in the end");
            Assert.True(isOver || sent.Told == 1, $"{sent}, was told not once");
        }

        var last = new Dictionary<(VirtualPeer From, int FromRun, VirtualPeer By, int ByRun), int>();
        foreach (ScenarioArrival arrival in scenario.Arrivals)
        {
            Assert.True(order.TryGetValue((arrival.By, arrival.Arrival.MessageId), out int place), $"{arrival.By.Name} got what nobody sent to it: {arrival.Arrival.MessageId}");
            SentMessage sent = Sent[place];
            Assert.True(sent.Text == arrival.Arrival.Content, $"{sent}, arrived with {arrival.Arrival.Content.Length} characters of another text");
            (VirtualPeer, int, VirtualPeer, int) way = (sent.From, sent.Run, arrival.By, arrival.Run);
            Assert.True(!last.TryGetValue(way, out int before) || before < place, $"{sent}, arrived after one that was sent later");
            last[way] = place;
        }
    }

    /// <summary>For ten seconds everybody is there for everybody, and nobody says much. Why not, or null.</summary>
    private string? LookForUnrest()
    {
        const int Seconds = 10;
        int[] changes = [.. scenario.Peers.Select(peer => peer.Changes.Count)];
        scenario.Peers.ForEach(peer => peer.Sent.Clear());
        scenario.Lan.Run(Seconds);
        for (int i = 0; i < changes.Length; i++)
        {
            VirtualPeer peer = scenario.Peers[i];
            int sent = peer.Sent.Count(packet => !packet.IsBroadcast);
            if (sent > DatagramsAtRest * Seconds)
            {
                return $"{peer.Name} sent {sent} datagrams in {Seconds} s at rest; {string.Join("; ", scenario.Peers.Select(Channels))}";
            }

            if (peer.Changes.Skip(changes[i]).Any(change => change.Kind is PeerChangeKind.Expired or PeerChangeKind.Left or PeerChangeKind.Suspected))
            {
                return $"{peer.Name} misses somebody: {string.Join(", ", peer.Changes.Skip(changes[i]).Select(change => $"{change.Kind} {change.Peer?.UserId}"))}";
            }
        }

        return HaveAllMet() ? null : string.Join("; ", scenario.Peers.Select(peer => $"{peer.Name} knows {string.Join(", ", peer.Known)}"));
    }

    private static string Channels(VirtualPeer peer) => $"{peer.Name} to " + string.Join(", ", peer.Machine.Peers.Where(entry => entry.Contact is not null)
        .Select(entry => (entry.Name, entry.Contact!.Channel))
        .Select(one => $"{one.Name}: {one.Channel.Timeouts} time-outs, {one.Channel.Sent.Count} on the way, {one.Channel.Outbound.Count} waiting, "
            + $"stream {one.Channel.Inbound.Id}, {one.Channel.Inbound.PendingBytes} bytes pending, control {one.Channel.HasControl}"));

    private int OpenMessages(VirtualPeer peer)
        => Sent.Count(sent => sent.From == peer && sent.Run == peer.Run && sent.Outcome == Outcome.Open);

    private bool HaveAllMet() => scenario.Peers.TrueForAll(peer => scenario.Peers.TrueForAll(other => other == peer
        || peer.Machine.FindPeer(other.Machine.Identity.PeerId) is { Presence: PeerPresence.Alive, IsReachable: true }));

    private bool Wait(Func<bool> condition, TimeSpan limit)
    {
        TimeSpan end = scenario.Lan.Now + limit;
        while (!condition() && scenario.Lan.Now < end)
        {
            scenario.Lan.Run(0.5);
        }

        return condition();
    }
}
