using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.Wire;

namespace LanPeer.VirtualNetwork;

/// <summary>Draws the network of a scenario: hosts, peers, layers.</summary>
internal sealed partial class ScenarioDraw
{
    private static readonly string[] s_names =
        ["ada", "bob", "cleo", "dan", "eve", "finn", "gus", "hana", "ivo", "jun", "kim", "lea", "max", "nia", "otto", "pia"];

    private readonly Schedule _schedule;
    private readonly ScenarioOptions _options;
    private readonly Scenario _scenario;
    private readonly VirtualLan _lan;

    public ScenarioDraw(Schedule schedule, ScenarioOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxPeers, options.MinPeers);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxPeers, 200);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MinPeers, 2);
        _schedule = schedule;
        _options = options;
        _scenario = new Scenario(schedule, options);
        _lan = _scenario.Lan;
    }

    public Scenario Draw()
    {
        DrawPeers();
        if (_options.HasLayers)
        {
            DrawLayers();
        }

        if (_options.Adversary is AdversaryOptions adversary)
        {
            _scenario.Adversary = new RandomAdversary(adversary);
            _lan.Add(_scenario.Adversary);
        }

        DrawFaults();
        DrawActions();
        return _scenario;
    }

    private void DrawPeers()
    {
        SeededRandom random = _schedule.Random("peers");
        int segments = random.Next(1, _options.MaxSegments + 1);
        int count = random.Next(_options.MinPeers, _options.MaxPeers + 1);
        string address = "";
        for (int i = 0; i < count; i++)
        {
            bool sharesHost = i > 0 && random.Chance(0.2);
            bool hasTwoHomes = segments > 1 && random.Chance(0.1);
            int segment = random.Next(segments);
            if (!sharesHost)
            {
                address = $"10.77.{segment}.{i + 1}";
                _ = hasTwoHomes ? _lan.AddHost(address, $"10.77.{(segment + 1) % segments}.{i + 1}") : _lan.AddHost(address);
            }

            var settings = new PeerSettings { Name = i < s_names.Length ? s_names[i] : $"peer{i}" };
            if (_scenario.Peers.Count > 0 && random.Chance(0.3))
            {
                settings = settings with { Seeds = [random.Pick(_scenario.Peers).Endpoint] };
            }

            AddPeer(new PeerPlan(settings), address, random.Between(TimeSpan.Zero, TimeSpan.FromSeconds(5)));
        }

        _schedule.Note($"{count} peers on {segments} segments: {string.Join(", ", _scenario.Peers.Select(peer => $"{peer.Name} {peer.Endpoint}"))}");
    }

    private void AddPeer(PeerPlan plan, string address, TimeSpan start)
    {
        _options.Tweak?.Invoke(plan);
        VirtualPeer peer = _lan.AddSilentPeer(plan, address);

        // Off until its time comes: a silent peer would already take what it is sent.
        peer.Kill();
        _scenario.Watch(peer);
        _scenario.Add(start, $"{peer.Name} starts", () =>
        {
            peer.Restart();
            return true;
        });
    }

    private void DrawLayers()
    {
        SeededRandom random = _schedule.Random("layers");
        MaybeAdd(random, window => new Loss(random.Between(0, 0.4)) { From = window.From, Until = window.Until });
        MaybeAdd(random, window => new BurstLoss(random.Between(0.001, 0.05), random.Between(0.05, 0.5)) { From = window.From, Until = window.Until });
        MaybeAdd(random, window => new Delay(Milliseconds(random, 50)) { From = window.From, Until = window.Until });
        MaybeAdd(random, window => new Jitter(Milliseconds(random, 100)) { From = window.From, Until = window.Until });
        MaybeAdd(random, window => new Duplicate(random.Between(0, 0.3), Milliseconds(random, 500)) { From = window.From, Until = window.Until });
        MaybeAdd(random, window => new Reorder(random.Between(0, 0.3), Milliseconds(random, 1_000)) { From = window.From, Until = window.Until });
        MaybeAdd(random, window => new Bandwidth(random.Between(5_000, 1_000_000), random.Next(4_000, 65_536)) { From = window.From, Until = window.Until });

        // One host with a bad link of its own.
        VirtualHost host = random.Pick(_lan.Hosts);
        MaybeAdd(random, window => new Loss(random.Between(0.3, 1)) { Only = Link.To(host), From = window.From, Until = window.Until, Name = "bad link" });
    }

    private void MaybeAdd(SeededRandom random, Func<(TimeSpan From, TimeSpan Until), Layer> make)
    {
        // All is drawn before it is decided, so that what is left out changes nothing else.
        bool isThere = random.Chance(0.4);
        Layer layer = make(Window(random));
        if (isThere)
        {
            _schedule.Note($"layer {_lan.Add(layer)}, {layer.From.TotalSeconds:0} to {layer.Until.TotalSeconds:0} s");
        }
    }

    /// <summary>A part of the rough time; half of the time all of it.</summary>
    private (TimeSpan From, TimeSpan Until) Window(SeededRandom random)
    {
        TimeSpan one = random.Between(TimeSpan.Zero, _options.Rough);
        TimeSpan other = random.Between(TimeSpan.Zero, _options.Rough);
        return random.Chance(0.5) ? (TimeSpan.Zero, _options.Rough) : one < other ? (one, other) : (other, one);
    }

    private static TimeSpan Milliseconds(SeededRandom random, double most) => TimeSpan.FromMilliseconds(random.Between(0, most));

    private static string AddressText(uint address) => new Ipv4Endpoint(address, 0).AddressText;
}
