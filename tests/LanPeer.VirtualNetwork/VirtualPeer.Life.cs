using System;
using System.Collections.Generic;
using LanPeer.Protocol;
using LanPeer.Security;

namespace LanPeer.VirtualNetwork;

internal enum PeerState
{
    /// <summary>Its process runs; whether it was started or is silent.</summary>
    Running,

    /// <summary>Its process is stopped (SIGSTOP, a debugger, a sleeping machine): datagrams pile up.</summary>
    Paused,

    /// <summary>It ended, or was killed.</summary>
    Down,
}

/// <content>Its life: start, goodbye, sudden death, sleep, and what happens to its clock and host.</content>
internal sealed partial class VirtualPeer
{
    private readonly List<Action> _onResume = [];

    public PeerState State { get; private set; } = PeerState.Running;

    /// <summary>Counts its starts, from 1.</summary>
    public int Run { get; private set; }

    /// <summary>Its host's clock, which runs on whatever happens to its process.</summary>
    public PeerClock Clock { get; } = VirtualLan.NewClock();

    /// <summary>What waits for it while it is paused.</summary>
    public SocketBuffer Buffer { get; } = new();

    public void Start() => Do((now, effects) => Machine.Start(now, Port, effects));

    /// <summary>Says goodbye and leaves.</summary>
    public void Stop()
    {
        Do(Machine.Stop);
        Kill();
    }

    /// <summary>Ends its process without a word.</summary>
    public void Kill()
    {
        State = PeerState.Down;
        Unplug();
        Buffer.Clear();
        _onResume.Clear();
    }

    /// <summary>Starts it again, with nothing of its former run but its plan; kills it first when it still runs.</summary>
    /// <param name="port">Its new port; the old one when null.</param>
    public void Restart(ushort? port = null)
    {
        Kill();
        Port = port ?? Port;
        Machine = NewMachine();
        State = PeerState.Running;
        Host.Add(this);
        Start();
    }

    /// <summary>Stops its process where it stands.</summary>
    public void Pause() => State = State == PeerState.Running ? PeerState.Paused : State;

    /// <summary>Lets it go on: it reads what has piled up, and finds that it is later than it thought.</summary>
    public void Resume()
    {
        if (State != PeerState.Paused)
        {
            return;
        }

        State = PeerState.Running;
        while (State == PeerState.Running && Buffer.TryTake(out Inlet inlet, out Packet packet))
        {
            Hear(inlet, packet.From, packet.Bytes);
        }

        Action[] waiting = [.. _onResume];
        _onResume.Clear();
        foreach (Action action in waiting)
        {
            action();
        }

        _lan.Wake(this);
    }

    /// <summary>Does something in its process after a while: later when it is paused then, never when this run has ended.</summary>
    public void After(TimeSpan delay, Action action) => After(delay, Run, action);

    private void After(TimeSpan delay, int run, Action action)
    {
        _lan.After(delay, () =>
        {
            if (run == Run && State == PeerState.Running)
            {
                action();
            }
            else if (run == Run && State == PeerState.Paused)
            {
                _onResume.Add(action);
            }
        });
    }

    /// <summary>Lets its clocks run at another rate.</summary>
    public void SetClockRate(double rate)
    {
        Clock.SetRate(_lan.Now, rate);
        _lan.Wake(this);
    }

    /// <summary>Lets it look at its host's addresses; a change is announced.</summary>
    public void LookAtNetwork() => Do((now, effects) =>
    {
        LocalNetwork network = Plan.NetworkOf(Host);
        if (!network.IsSameAs(Machine.Network))
        {
            Machine.NetworkChanged(now, network, effects);
        }
    });

    private PeerMachine NewMachine()
    {
        Run++;
        _isWorking = false;
        var random = new SeededRandom(SeededRandom.Derive(_seed, $"run {Run}"));
        Plan.Keys ??= new PeerKeys(_seed, _lan.UsesRealCurve);
        PeerSecurity security = Plan.Keys.Start(random.Stream("keys"), _lan.Audit, Moment.Utc);
        return Plan.MakeMachine(Plan, Plan.NetworkOf(Host), random, security);
    }
}
