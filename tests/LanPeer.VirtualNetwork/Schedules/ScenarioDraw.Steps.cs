using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol;

namespace LanPeer.VirtualNetwork;

/// <content>What happens in a scenario: faults, and what users do.</content>
internal sealed partial class ScenarioDraw
{
    private void DrawFaults()
    {
        SeededRandom random = _schedule.Random("faults");
        ScenarioFaults[] allowed = [.. Enum.GetValues<ScenarioFaults>()
            .Where(fault => System.Numerics.BitOperations.PopCount((uint)fault) == 1 && _options.Allowed.HasFlag(fault))];
        for (int i = 0; i < _options.Faults && allowed.Length > 0; i++)
        {
            DrawFault(random.Pick(allowed), i, random);
        }
    }

    private void DrawFault(ScenarioFaults fault, int number, SeededRandom random)
    {
        VirtualPeer peer = random.Pick(_scenario.Peers);
        TimeSpan at = random.Between(TimeSpan.Zero, _options.Rough);
        TimeSpan end = at + TimeSpan.FromSeconds(random.Between(0.01, 1) * random.Between(1, 120));
        switch (fault)
        {
            case ScenarioFaults.Kill:
                Add(at, $"{peer.Name} is killed", peer, peer.Kill);
                AddRestart(end, peer, random);
                break;
            case ScenarioFaults.Stop:
                Add(at, $"{peer.Name} stops", peer, peer.Stop);
                AddRestart(end, peer, random);
                break;
            case ScenarioFaults.Pause:
                Add(at, $"{peer.Name} is paused", peer, peer.Pause);
                AddIf(end, $"{peer.Name} goes on", () => peer.State == PeerState.Paused, peer.Resume);
                break;
            case ScenarioFaults.ClockStep:
                // Seconds as by NTP, or a year as by an empty battery.
                TimeSpan step = TimeSpan.FromSeconds(random.Between(-1, 1) * (random.Chance(0.5) ? 10 : 365 * 86_400));
                _scenario.Add(at, $"the wall clock of {peer.Name} steps by {step.TotalSeconds:0.0} s", () =>
                {
                    peer.Clock.Step(step);
                    return true;
                });
                break;
            case ScenarioFaults.ClockRate:
                double rate = 1 + random.Between(-0.0005, 0.0005);
                _scenario.Add(at, $"the clock of {peer.Name} runs at {rate:0.000000}", () =>
                {
                    peer.SetClockRate(rate);
                    return true;
                });
                break;
            case ScenarioFaults.Move:
                DrawMove(peer.Host, at, number, random);
                break;
            default:
                DrawPartition(at, end, random);
                break;
        }
    }

    private void AddRestart(TimeSpan at, VirtualPeer peer, SeededRandom random)
    {
        // A process that finds its port taken uses another.
        ushort? port = random.Chance(0.3) ? (ushort)random.Next(9_000, 10_000) : null;
        AddIf(at, $"{peer.Name} starts again{(port is null ? "" : $" on port {port}")}", () => peer.State == PeerState.Down, () => peer.Restart(port));
    }

    private void DrawMove(VirtualHost host, TimeSpan at, int number, SeededRandom random)
    {
        Segment segment = random.Chance(0.7) ? host.Segments[0] : random.Pick(_lan.Segments);
        string to = AddressText(segment.Network + 100 + (uint)number);
        TimeSpan noticed = TimeSpan.FromSeconds(random.Between(0, 3));
        _scenario.Add(at, $"{host} moves to {to}", () =>
        {
            _lan.Move(host, AddressText(host.PrimaryAddress), to, noticed);
            return true;
        });
    }

    private void DrawPartition(TimeSpan at, TimeSpan end, SeededRandom random)
    {
        List<VirtualHost> hosts = [.. _lan.Hosts];
        random.Shuffle(hosts);
        int cut = random.Next(hosts.Count + 1);
        Partition partition = random.Chance(0.3) ? Partition.OneWay(hosts[..cut], hosts[cut..]) : new Partition(hosts[..cut]);
        (partition.From, partition.Until) = (at, end);
        _lan.Add(partition);
        _schedule.Note($"layer {partition}: {string.Join(", ", hosts[..cut].Select(host => host.Number))}");
    }

    private void DrawActions()
    {
        SeededRandom random = _schedule.Random("actions");
        for (int i = 0; i < _options.Actions; i++)
        {
            VirtualPeer peer = random.Pick(_scenario.Peers);
            VirtualPeer to = random.Pick(_scenario.Peers);
            TimeSpan at = random.Between(TimeSpan.Zero, _options.Rough);

            // Mostly a line; now and then something long.
            string text = $"message {i} of {peer.Name} {new string('x', random.Chance(0.1) ? random.Next(20_000) : random.Next(80))}";
            int kind = random.Next(10);
            if (kind == 0)
            {
                Add(at, $"{peer.Name} sets a profile", peer, () => peer.SetProfile(peer.Name, text[..Math.Min(60, text.Length)]));
            }
            else if (kind < 5 || to == peer)
            {
                AddIf(at, $"{peer.Name} posts message {i}", () => peer.State == PeerState.Running, () => Send(peer, null, text, peer.Post(text)));
            }
            else
            {
                AddIf(at, $"{peer.Name} writes message {i} to {to.Name}",
                    () => peer.State == PeerState.Running && Find(peer, to) is not null,
                    () => Send(peer, to, text, peer.DM(Find(peer, to)!.UserId, text)));
            }
        }
    }

    private static PeerEntry? Find(VirtualPeer peer, VirtualPeer other)
        => peer.Machine.Peers.FirstOrDefault(entry => entry.Name == other.Name);

    private void Send(VirtualPeer from, VirtualPeer? to, string text, string? messageId)
        => _scenario.Messages.Add(new ScenarioMessage(_lan.Now, from, from.Run, from.UserId, to, text,
            messageId ?? throw new InvalidOperationException($"{text.Length} characters do not fit a message.")));

    private void Add(TimeSpan at, string text, VirtualPeer peer, Action action)
        => AddIf(at, text, () => peer.State == PeerState.Running, action);

    private void AddIf(TimeSpan at, string text, Func<bool> condition, Action action)
    {
        // What ends a fault may lie beyond the rough time, whose end does the same.
        if (at > _options.Rough)
        {
            return;
        }

        _scenario.Add(at, text, () =>
        {
            bool isDue = condition();
            if (isDue)
            {
                action();
            }

            return isDue;
        });
    }
}
