using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using LanPeer.Protocol;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Protocol;

/// <summary>A <see cref="PeerMachine"/> on the virtual network, with a record of what it did.</summary>
internal sealed class VirtualPeer(VirtualLan lan, PeerMachine machine, Ipv4Endpoint endpoint) : IVirtualNode
{
    private readonly Effects _effects = new();

    public PeerMachine Machine => machine;

    public Ipv4Endpoint Endpoint => endpoint;

    /// <summary>Off for a peer whose discovery port is taken, or that no broadcast reaches.</summary>
    public bool HearsBroadcasts { get; set; } = true;

    public TimeSpan NextDeadline => machine.NextDeadline;

    public string UserId => machine.UserId;

    public List<Arrival> Arrivals { get; } = [];

    public List<PeerChange> Changes { get; } = [];

    public List<ListAnswer> Lists { get; } = [];

    public List<DropReason> Reasons { get; } = [];

    /// <summary>What it sent since the last <see cref="Forget"/>.</summary>
    public List<Packet> Sent { get; } = [];

    /// <summary>The ids in its table.</summary>
    public IEnumerable<string> Known => machine.Peers.Select(peer => peer.UserId);

    public void Start() => Do((now, effects) => machine.Start(now, endpoint.Port, effects));

    /// <summary>Says goodbye and leaves.</summary>
    public void Stop()
    {
        Do(machine.Stop);
        lan.Unplug(this);
    }

    public PeerEntry Peer(string userId)
    {
        PeerEntry? peer = machine.FindPeer(userId);
        Assert.True(peer is not null, $"{userId} is unknown; known: {string.Join(", ", Known)}");
        return peer;
    }

    public void Forget()
    {
        Sent.Clear();
        Arrivals.Clear();
        Changes.Clear();
        Lists.Clear();
        Reasons.Clear();
    }

    /// <summary>Gives it a command and carries out what it wants done.</summary>
    public void Do(Action<Moment, Effects> command)
    {
        command(lan.Moment, _effects);
        Carry();
    }

    public T Ask<T>(Func<Moment, Effects, T> command)
    {
        T answer = command(lan.Moment, _effects);
        Carry();
        return answer;
    }

    /// <summary>Hands it a datagram without a network between.</summary>
    public DropReason Hear(Inlet inlet, Ipv4Endpoint source, byte[] bytes)
    {
        DropReason reason = machine.Receive(lan.Moment, inlet, source, bytes, _effects);
        Reasons.Add(reason);
        Carry();
        return reason;
    }

    public DropReason Hear(Inlet inlet, Ipv4Endpoint source, string text) => Hear(inlet, source, Encoding.UTF8.GetBytes(text));

    public void Receive(Inlet inlet, Packet packet) => Hear(inlet, packet.From, packet.Bytes);

    public void Tick() => Do(machine.Tick);

    private void Carry()
    {
        foreach (Outgoing send in _effects.Sends)
        {
            byte[] bytes = _effects.Payload(send).ToArray();
            Sent.Add(new Packet(lan.Now, endpoint, send.To, bytes));
            lan.Send(endpoint, send.To, bytes);
        }

        Arrivals.AddRange(_effects.Arrivals);
        Changes.AddRange(_effects.Changes);
        Lists.AddRange(_effects.Lists);
        _effects.Clear();
    }
}
