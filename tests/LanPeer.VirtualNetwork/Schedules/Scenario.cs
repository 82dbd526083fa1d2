using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol;

namespace LanPeer.VirtualNetwork;

/// <summary>Something that happens in a scenario: a fault, or what a user does.</summary>
/// <param name="At">When.</param>
/// <param name="Text">What, for the report.</param>
/// <param name="Do">Does it; false when there was nothing to do it to (the peer is down, the receiver unknown).</param>
internal sealed record ScenarioStep(TimeSpan At, string Text, Func<bool> Do);

/// <summary>What a user sent in a scenario.</summary>
/// <param name="At">When, in the network's time.</param>
/// <param name="From">By which peer.</param>
/// <param name="Run">In which of its runs.</param>
/// <param name="UserId">Its id at that time.</param>
/// <param name="To">To whom; null for a post.</param>
/// <param name="Text">Different for each message of a scenario.</param>
/// <param name="MessageId">As the command returned it.</param>
internal sealed record ScenarioMessage(TimeSpan At, VirtualPeer From, int Run, string UserId, VirtualPeer? To, string Text, string MessageId);

/// <summary>What a user got in a scenario.</summary>
internal sealed record ScenarioArrival(TimeSpan At, VirtualPeer By, int Run, Arrival Arrival);

/// <summary>
/// A random network with random faults and users, all of it drawn from the schedule's seed: rough for a while, then
/// calm. Invariants are looked at after each step and at the end; what they need is recorded here.
/// </summary>
internal sealed class Scenario
{
    private readonly ScenarioOptions _options;
    private readonly List<ScenarioStep> _steps = [];
    private int _stepsDone;

    internal Scenario(Schedule schedule, ScenarioOptions options)
    {
        Schedule = schedule;
        _options = options;
        Lan = schedule.NewLan();
    }

    public Schedule Schedule { get; }

    public VirtualLan Lan { get; }

    /// <summary>All, also those that are down.</summary>
    public List<VirtualPeer> Peers { get; } = [];

    /// <summary>By time.</summary>
    public IReadOnlyList<ScenarioStep> Steps => _steps;

    /// <summary>Steps that had something to do.</summary>
    public int StepsDone => _stepsDone;

    /// <summary>The adversary, when there is one.</summary>
    public RandomAdversary? Adversary { get; internal set; }

    public List<ScenarioMessage> Messages { get; } = [];

    public List<ScenarioArrival> Arrivals { get; } = [];

    /// <summary>Whether the rough time is over.</summary>
    public bool IsCalm { get; private set; }

    /// <summary>Draws a scenario from the seed of a schedule.</summary>
    public static Scenario Draw(Schedule schedule, ScenarioOptions? options = null)
        => new ScenarioDraw(schedule, options ?? new ScenarioOptions()).Draw();

    /// <summary>Whether two peers are on one segment, so that they hear each other's broadcasts.</summary>
    public static bool AreNeighbours(VirtualPeer one, VirtualPeer other)
        => one.Host == other.Host || one.Host.Segments.Any(other.Host.Segments.Contains);

    /// <summary>Lets it happen.</summary>
    /// <param name="afterStep">Looks at the invariants that always hold; throws when one does not.</param>
    /// <param name="atEnd">Looks at those that hold once it has been calm for a while.</param>
    public void Run(Action<Scenario>? afterStep = null, Action<Scenario>? atEnd = null)
    {
        foreach (ScenarioStep step in _steps)
        {
            Lan.Run(step.At - Lan.Now);
            bool isDone = step.Do();
            _stepsDone += isDone ? 1 : 0;
            Schedule.Note(isDone ? step.Text : $"{step.Text}: nothing to do");
            afterStep?.Invoke(this);
        }

        Lan.Run(_options.Rough - Lan.Now);
        CalmDown();
        afterStep?.Invoke(this);
        Lan.Run(_options.Calm);
        afterStep?.Invoke(this);
        atEnd?.Invoke(this);
    }

    /// <summary>Adds a step of one's own before <see cref="Run"/>.</summary>
    public void Add(ScenarioStep step)
    {
        // After what is at the same time, so that the order of adding is kept.
        int place = _steps.FindLastIndex(other => other.At <= step.At) + 1;
        _steps.Insert(place, step);
    }

    public void Add(TimeSpan at, string text, Func<bool> action) => Add(new ScenarioStep(at, text, action));

    internal void Watch(VirtualPeer peer)
    {
        Peers.Add(peer);
        peer.OnArrival = (by, arrival) =>
        {
            if (arrival.Type != Wire.MessageType.Profile)
            {
                Arrivals.Add(new ScenarioArrival(Lan.Now, by, by.Run, arrival));
            }
        };
    }

    private void CalmDown()
    {
        IsCalm = true;
        Schedule.Note("calm");
        foreach (Layer layer in Lan.Layers)
        {
            layer.IsOn = false;
        }

        if (Adversary is not null)
        {
            Adversary.IsOn = false;
        }

        foreach (VirtualPeer peer in Peers)
        {
            peer.Resume();
            if (peer.State == PeerState.Down)
            {
                peer.Restart();
            }
        }
    }
}
