using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using LanPeer.VirtualNetwork;
using Xunit;

namespace LanPeer.Tests.VirtualNetwork;

/// <summary>The adversary who does everything by chance.</summary>
public sealed class RandomAdversaryTests
{
    private readonly VirtualLan _lan = new();
    private readonly VirtualSocket _a;
    private readonly VirtualSocket _b;

    public RandomAdversaryTests()
    {
        _a = _lan.AddSocket("10.77.0.1", 9_000);
        _b = _lan.AddSocket("10.77.0.2", 9_000);
        _b.HearsBroadcasts = true;
    }

    [Fact]
    public void The_random_adversary_does_everything_by_its_probabilities()
    {
        var options = new AdversaryOptions { MaxPerSecond = 100_000 };
        var adversary = new RandomAdversary(options);
        _lan.Add(adversary);
        for (int i = 0; i < 10_000; i++)
        {
            _a.Send(_b.Endpoint, $"TYPE:POST\nUSER_ID:a@10.77.0.1\nCONTENT:{i}\n\n");
            _lan.Run(0.001);
        }

        _lan.Run(100);

        foreach ((string what, double probability) in (ReadOnlySpan<(string, double)>)[
            (nameof(options.Drop), options.Drop), (nameof(options.Hold), options.Hold), (nameof(options.Change), options.Change),
            (nameof(options.Replay), options.Replay), (nameof(options.ReplayFromElsewhere), options.ReplayFromElsewhere),
            (nameof(options.Redirect), options.Redirect), (nameof(options.Reflect), options.Reflect),
            (nameof(options.OtherInlet), options.OtherInlet), (nameof(options.Forge), options.Forge), (nameof(options.Invent), options.Invent)])
        {
            Assert.InRange(adversary.Done[what], 10_000 * probability * 0.8, 10_000 * probability * 1.2);
        }

        HashSet<string> sent = [.. Enumerable.Range(0, 10_000).Select(i => $"TYPE:POST\nUSER_ID:a@10.77.0.1\nCONTENT:{i}\n\n")];
        Assert.Contains(_b.Received, packet => !sent.Contains(packet.Text));
        Assert.Contains(_b.Received, packet => packet.Bytes.Length > 0 && packet.Bytes[0] == 0xF5);
        Assert.Contains(_b.Received, packet => packet.From.Address != _a.Endpoint.Address && sent.Contains(packet.Text));
        Assert.Contains(_b.Received, packet => packet.To.Port == VirtualLan.DiscoveryPort && sent.Contains(packet.Text));
        Assert.Contains(_a.Received, packet => sent.Contains(packet.Text));
    }

    [Fact]
    public void The_random_adversary_does_not_feed_on_its_own_answers()
    {
        AdversaryHands hands = _lan.Add(new RandomAdversary(new AdversaryOptions { MaxPerSecond = 50, Hold = 0 }));
        _lan.Log.Limit = 0;

        // Each datagram leads to some more and ends; only what is injected could keep it going.
        foreach (VirtualSocket socket in (VirtualSocket[])[_a, _b])
        {
            socket.Reaction = (_, packet) =>
            {
                if (packet.Bytes.Length > 0)
                {
                    socket.Send(packet.From, packet.Bytes[..(packet.Bytes.Length / 2)]);
                }
            };
        }

        for (int i = 0; i < 1_000; i++)
        {
            _a.Send(_b.Endpoint, new string('x', 200));
            _lan.Run(0.1);
        }

        Assert.InRange(hands.Injected, 500, 50 * 101);
    }

    [Fact]
    public void The_random_adversary_stops_when_it_is_switched_off()
    {
        var adversary = new RandomAdversary(new AdversaryOptions { Drop = 0, Hold = 1 });
        AdversaryHands hands = _lan.Add(adversary);
        for (int i = 0; i < 100; i++)
        {
            _a.Send(_b.Endpoint, "held");
        }

        adversary.IsOn = false;
        long injected = hands.Injected;
        _lan.Run(200);
        _a.Send(_b.Endpoint, "free");
        _lan.Settle();

        Assert.Equal(injected, hands.Injected);
        Assert.Equal("free", _b.Received[^1].Text);
        Assert.DoesNotContain(_b.Received, packet => packet.Text == "held" && !packet.IsForged);
    }

    [Fact]
    public void A_mutation_is_nearly_its_original()
    {
        var random = new SeededRandom(7);
        byte[] one = Encoding.UTF8.GetBytes("TYPE:DM\nFROM:a@10.77.0.1\nTO:b@10.77.0.2\nCONTENT:hello\n\n");
        byte[] other = Encoding.UTF8.GetBytes("TYPE:DM\nFROM:c@10.77.0.3\nTO:d@10.77.0.4\nCONTENT:good bye\n\n");
        List<string> mutants = [.. Enumerable.Range(0, 2_000).Select(_ => Encoding.Latin1.GetString(Mutation.Of(one, other, random)))];

        Assert.True(mutants.Distinct().Count() > 1_000);
        Assert.Contains(mutants, text => text.Length > one.Length);
        Assert.Contains(mutants, text => text.Length < one.Length);
        Assert.Contains("TYPE:DM\nFROM:c@10.77.0.3\nTO:b@10.77.0.2\nCONTENT:hello\n\n", mutants);
        Assert.Contains(mutants, text => text.Length == one.Length
            && text.Zip(Encoding.Latin1.GetString(one)).Sum(pair => int.PopCount(pair.First ^ pair.Second)) == 1);
        Assert.Equal("TYPE:DM\nFROM:a@10.77.0.1\nTO:b@10.77.0.2\nCONTENT:hello\n\n", Encoding.UTF8.GetString(one));
        Assert.All(Enumerable.Range(0, 1_000), _ => Assert.InRange(Mutation.Invention(random).Length, 1, 1_300));
        Assert.All(Enumerable.Range(0, 100), _ => Assert.True(Mutation.Of([], [], random).Length < 300));
    }
}
