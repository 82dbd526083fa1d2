using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.Json;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Wire;

namespace LanPeer.Tests.Wire;

/// <summary>A peer that is driven through the steps of tests/vectors/state.json in virtual time.</summary>
internal sealed class ScriptedPeer
{
    private static readonly DateTimeOffset s_start = DateTimeOffset.FromUnixTimeSeconds(1_795_368_000);

    /// <summary>Sealed datagrams by their second byte.</summary>
    private static readonly string[] s_sealed = ["", "initiation", "response", "cookie reply", "transport", "sealed announcement"];

    private readonly Effects _effects = new();
    private readonly List<string> _timed = [];
    private readonly LocalNetwork _network;
    private string _nonce = "";

    public ScriptedPeer(JsonElement peer)
    {
        _network = Network(peer);
        var settings = new PeerSettings { Name = peer.GetProperty("name").GetString()! };
        Machine = new PeerMachine(settings, _network, new NumberedRandom(), ScriptedSecurity.Of(peer, s_start));
        Machine.Start(At(TimeSpan.Zero), peer.GetProperty("port").GetUInt16(), _effects);
        _effects.Clear();
    }

    public PeerMachine Machine { get; }

    /// <summary>Type and destination of what the last step sent at once; of a wait, what its time brought, broadcasts left out.</summary>
    public List<string> Sent { get; } = [];

    /// <summary>Text of what the last step delivered, null when it delivered nothing.</summary>
    public string? Delivered { get; private set; }

    public DropReason Receive(JsonElement step, int index)
    {
        Moment now = Begin(step);
        string number = index.ToString(CultureInfo.InvariantCulture);
        byte[] datagram = VectorFile.Bytes(step);
        if (step.TryGetProperty("text", out _))
        {
            datagram = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(datagram)
                .Replace("{i}", number).Replace("{boot}", Machine.Boot.ToString("x8")).Replace("{nonce}", _nonce));
        }

        Inlet inlet = step.GetProperty("inlet").GetString() == "discovery" ? Inlet.Discovery : Inlet.Unicast;
        Ipv4Endpoint source = Endpoint(step.GetProperty("from").GetString()!.Replace("{i}", number));
        DropReason reason = Machine.Receive(now, inlet, source, datagram, _effects);
        DropReason later = Work(now);
        End();
        return reason != DropReason.None ? reason : later;
    }

    public void Do(JsonElement step, string command)
    {
        Moment now = Begin(step);
        switch (command)
        {
            case "wait":
                Sent.Clear();
                Sent.AddRange(_timed);
                return;
            case "ask for lists":
                Machine.AskForLists(now, _effects);
                break;
            case "set profile":
                Machine.SetProfile(now, new ProfileDetails(
                    step.GetProperty("displayName").GetString()!, step.GetProperty("status").GetString()!, null, default), _effects);
                break;
            case "post":
                Machine.Post(now, step.GetProperty("content").GetString()!, Machine.Peers, TimeSpan.FromSeconds(30), _effects);
                break;
            case "dm":
                Machine.DM(now, Machine.FindPeer(step.GetProperty("to").GetString()!)!, step.GetProperty("content").GetString()!, TimeSpan.FromSeconds(30), _effects);
                break;
            case "stop":
                Machine.Stop(now, _effects);
                break;
            default:
                throw new ArgumentException($"No command is called {command}.", nameof(command));
        }

        End();
    }

    /// <summary>Lets everything happen that is due before the step; what that sends is not the step's.</summary>
    private Moment Begin(JsonElement step)
    {
        _timed.Clear();
        var due = TimeSpan.FromSeconds(step.GetProperty("at").GetDouble());
        while (Machine.NextDeadline <= due)
        {
            Moment now = At(Machine.NextDeadline);
            Machine.Tick(now, _effects);
            Work(now);
            Collect(_timed, isTimed: true);
        }

        return At(due);
    }

    /// <summary>The arithmetic of handshakes; it takes no time here.</summary>
    /// <returns>Why the datagram was dropped that the last of it was about.</returns>
    private DropReason Work(Moment now)
    {
        DropReason reason = DropReason.None;
        while (Machine.TakeWork() is HandshakeWork work)
        {
            work.Run();
            reason = Machine.Complete(now, work, _effects);
        }

        return reason;
    }

    private void End()
    {
        Delivered = _effects.Arrivals.Count == 0 ? null : string.Join('|', _effects.Arrivals.Select(a => a.Content));
        Sent.Clear();
        Collect(Sent);
    }

    private void Collect(List<string> sent, bool isTimed = false)
    {
        foreach (Outgoing send in _effects.Sends)
        {
            ReadOnlySpan<byte> payload = _effects.Payload(send);
            if (payload[0] == WireLimits.BinaryMark)
            {
                sent.Add($"{s_sealed[payload[1]]} {send.To}");
                continue;
            }

            string[] lines = Encoding.UTF8.GetString(payload).Split('\n');
            _nonce = lines.FirstOrDefault(l => l.StartsWith("ASK:", StringComparison.Ordinal))?["ASK:".Length..] ?? _nonce;
            if (!isTimed || !_network.Broadcasts.Contains(send.To.Address))
            {
                sent.Add($"{lines[0]["TYPE:".Length..].Trim()} {send.To}");
            }
        }

        _effects.Clear();
    }

    private static LocalNetwork Network(JsonElement peer)
    {
        if (VectorFile.Optional(peer, "network") == "loopback")
        {
            return LocalNetwork.Loopback([Ipv4Endpoint.LoopbackAddress]);
        }

        string[] address = peer.GetProperty("address").GetString()!.Split('/');
        uint own = Endpoint(address[0] + ":0").Address;
        var link = new LocalLink("lan0", own, int.Parse(address[1], CultureInfo.InvariantCulture));
        return new LocalNetwork([link], [own, Ipv4Endpoint.LoopbackAddress], isLoopbackOnly: false, usesLimitedBroadcast: true);
    }

    private static Ipv4Endpoint Endpoint(string text)
    {
        string[] parts = text.Split(':');
        return Ipv4Endpoint.TryParseAddress(Encoding.ASCII.GetBytes(parts[0]), out uint address)
            ? new Ipv4Endpoint(address, ushort.Parse(parts[1], CultureInfo.InvariantCulture))
            : throw new ArgumentException($"{text} is no endpoint.", nameof(text));
    }

    private static Moment At(TimeSpan elapsed) => new(elapsed, s_start + elapsed);

    /// <summary>The same numbers at every run.</summary>
    private sealed class NumberedRandom : RandomSource
    {
        private readonly Random _random = new(77);

        public override void Fill(Span<byte> bytes) => _random.NextBytes(bytes);
    }
}
