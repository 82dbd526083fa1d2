using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using LanPeer.Protocol;
using LanPeer.Protocol.Delivery;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Wire;

namespace LanPeer.VirtualNetwork;

/// <summary>A <see cref="PeerMachine"/> on the virtual network, with a record of what it did.</summary>
internal sealed partial class VirtualPeer : VirtualNode
{
    private readonly VirtualLan _lan;
    private readonly ulong _seed;
    private readonly Stack<Effects> _spareEffects = new();
    private TimeSpan? _posted;
    private bool _isWorking;
    private int _inboxMessages;
    private long _inboxBytes;

    internal VirtualPeer(VirtualLan lan, VirtualHost host, Ipv4Endpoint endpoint, PeerPlan plan, ulong seed)
        : base(host, endpoint.Address, endpoint.Port)
    {
        _lan = lan;
        _seed = seed;
        Plan = plan;
        HearsBroadcasts = true;
        Arrivals = new(lan.HistoryLimit);
        Changes = new(lan.HistoryLimit);
        Lists = new(lan.HistoryLimit);
        Reasons = new(lan.HistoryLimit);
        Sent = new(lan.HistoryLimit);
        WorkReasons = new(lan.HistoryLimit);
        Settled = new(lan.HistoryLimit);
        Machine = NewMachine();
    }

    public PeerPlan Plan { get; }

    /// <summary>The one of its present run.</summary>
    public PeerMachine Machine { get; private set; }

    public string Name => Plan.Settings.Name;

    public string UserId => Machine.UserId;

    public Moment Moment => Clock.At(_lan.Now);

    public override TimeSpan NextDeadline
        => State == PeerState.Running ? Clock.ToNetwork(Machine.NextDeadline) : TimeSpan.MaxValue;

    public History<Arrival> Arrivals { get; }

    public History<PeerChange> Changes { get; }

    public History<ListAnswer> Lists { get; }

    /// <summary>What became of each datagram it received.</summary>
    public History<DropReason> Reasons { get; }

    /// <summary>
    /// The messages of which it became known what has become of them. Whoever is the <see cref="OutboundMessage.Tag"/> of one as
    /// an action is told, too.
    /// </summary>
    public History<SettledMessage> Settled { get; }

    /// <summary>Messages that are not read by its user: the inbox fills up. Without it all is read at once.</summary>
    public bool KeepsInbox { get; set; }

    /// <summary>What became of each piece of a handshake.</summary>
    public History<DropReason> WorkReasons { get; }

    /// <summary>
    /// What each piece of a handshake takes, as by one thread: on a small machine a millisecond and more. Zero, which is
    /// the default, does all of it at once.
    /// </summary>
    public TimeSpan WorkTime { get; set; }

    /// <summary>What it sent since the last <see cref="Forget"/>.</summary>
    public History<Packet> Sent { get; }

    /// <summary>Called for each message it hands to its user, with the peer.</summary>
    public Action<VirtualPeer, Arrival>? OnArrival { get; set; }

    /// <summary>The ids in its table.</summary>
    public IEnumerable<string> Known => Machine.Peers.Select(peer => peer.UserId);

    public PeerEntry Peer(string userId)
        => Machine.FindPeer(userId) ?? throw new InvalidOperationException($"{userId} is unknown; known: {string.Join(", ", Known)}");

    public void Forget()
    {
        Sent.Clear();
        Arrivals.Clear();
        Changes.Clear();
        Lists.Clear();
        Reasons.Clear();
        Settled.Clear();
    }

    /// <summary>Its user reads the inbox.</summary>
    public void ReadInbox()
    {
        _inboxMessages = 0;
        _inboxBytes = 0;
        Do((now, effects) =>
        {
            Machine.SetInbox(0, 0);
            Machine.Relieve(now, effects);
        });
    }

    /// <summary>Gives it a command and carries out what it wants done.</summary>
    public void Do(Action<Moment, Effects> command) => Ask((now, effects) =>
    {
        command(now, effects);
        return true;
    });

    public T Ask<T>(Func<Moment, Effects, T> command)
    {
        // Carrying out may lead to a further command, which needs effects of its own.
        Effects effects = _spareEffects.TryPop(out Effects? spare) ? spare : new Effects();
        T answer = command(Moment, effects);
        Flush(effects);
        Carry(effects);
        effects.Clear();
        Work(effects);
        effects.Clear();
        _spareEffects.Push(effects);
        _lan.Wake(this);
        return answer;
    }

    /// <summary>Posts to all it knows.</summary>
    /// <param name="text">What.</param>
    /// <param name="patience">Seconds for each receiver with a session.</param>
    /// <returns>The message id; null when it is too long.</returns>
    public string? Post(string text, double patience = 30)
    {
        string? id = Ask((now, effects) => Machine.Post(now, text, Machine.Peers, TimeSpan.FromSeconds(patience), effects, _posted));
        _posted = Moment.Elapsed;
        return id;
    }

    /// <summary>Writes to one it knows.</summary>
    /// <inheritdoc cref="Post"/>
    public string? DM(string userId, string text, double patience = 30)
        => Ask((now, effects) => Machine.DM(now, Peer(userId), text, TimeSpan.FromSeconds(patience), effects));

    public string? SetProfile(string displayName, string status)
        => Ask((now, effects) => Machine.SetProfile(now, new ProfileDetails(displayName, status, null, default), effects));

    /// <summary>Hands it a datagram without a network between.</summary>
    public DropReason Hear(Inlet inlet, Ipv4Endpoint source, byte[] bytes)
    {
        DropReason reason = Ask((now, effects) => Machine.Receive(now, inlet, source, bytes, effects));
        Reasons.Add(reason);
        return reason;
    }

    public DropReason Hear(Inlet inlet, Ipv4Endpoint source, string text) => Hear(inlet, source, Encoding.UTF8.GetBytes(text));

    public override void Receive(Inlet inlet, Packet packet)
    {
        if (State == PeerState.Paused)
        {
            Buffer.Add(inlet, packet);
        }
        else
        {
            Hear(inlet, packet.From, packet.Bytes);
        }
    }

    public override void Tick() => Do(Machine.Tick);

    public override string ToString() => $"{Name} at {Endpoint}, run {Run}, {State}";

    /// <summary>Does the arithmetic of handshakes: at once, or one piece after the other in <see cref="WorkTime"/> each.</summary>
    private void Work(Effects effects)
    {
        if (WorkTime > TimeSpan.Zero)
        {
            BeginWork();
            return;
        }

        while (State == PeerState.Running && Machine.TakeWork() is HandshakeWork work)
        {
            work.Run();
            WorkReasons.Add(Machine.Complete(Moment, work, effects));
            Flush(effects);
            Carry(effects);
            effects.Clear();
        }
    }

    private void BeginWork()
    {
        if (_isWorking || State != PeerState.Running || Machine.TakeWork() is not HandshakeWork work)
        {
            return;
        }

        _isWorking = true;
        After(WorkTime, () =>
        {
            _isWorking = false;
            work.Run();

            // Carrying this out begins the next piece.
            WorkReasons.Add(Ask((now, effects) => Machine.Complete(now, work, effects)));
        });
    }

    /// <summary>What arrived is in the inbox now; what that makes possible is sent.</summary>
    private void Flush(Effects effects)
    {
        foreach (Arrival arrival in effects.Arrivals)
        {
            _inboxMessages += KeepsInbox && arrival.IsCredited ? 1 : 0;
            _inboxBytes += KeepsInbox && arrival.IsCredited ? arrival.Content.Length : 0;
        }

        Machine.SetInbox(_inboxMessages, _inboxBytes);
        if (State == PeerState.Running)
        {
            Machine.Flush(Moment, effects);
        }
    }

    /// <summary>Carries out what a step of the machine wants done; the one place that does.</summary>
    private void Carry(Effects effects)
    {
        byte[] bytes = [];
        int start = -1;
        foreach (Outgoing send in effects.Sends)
        {
            // Sends of one payload share their bytes here as they do there.
            bytes = send.Start == start && send.Length == bytes.Length ? bytes : effects.Payload(send).ToArray();
            start = send.Start;
            Sent.Add(new Packet(_lan.Now, Endpoint, send.To, bytes));
            _lan.Send(Host, Endpoint, send.To, bytes);
        }

        foreach (Ipv4Endpoint place in effects.Checks)
        {
            int run = Run;
            _lan.Check(Host, Endpoint, place, () => After(TimeSpan.Zero, run, () => Do((now, more) => Machine.Refused(now, place, more))));
        }

        Changes.AddRange(effects.Changes);
        foreach (OutboundMessage message in effects.Settled)
        {
            var settled = SettledMessage.Of(message);
            Settled.Add(settled);
            (message.Tag as Action<SettledMessage>)?.Invoke(settled);
            Machine.Return(message);
        }

        Lists.AddRange(effects.Lists);
        Arrivals.AddRange(effects.Arrivals);
        foreach (Arrival arrival in effects.Arrivals)
        {
            OnArrival?.Invoke(this, arrival);
        }
    }
}
