using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.Security.Noise;
using LanPeer.Security.Sessions;
using LanPeer.VirtualNetwork;
using Xunit;

namespace LanPeer.Tests.Attacks;

/// <summary>Old copies of the state folder, second copies of it, crashes, and clocks that lie.</summary>
public sealed class StateAttackTests : AttackTest
{
    private static readonly TimeSpan s_year = TimeSpan.FromDays(365);

    [Fact]
    public void Whoever_runs_a_copy_of_the_state_folder_is_noticed()
    {
        var twin = new PeerPlan(new PeerSettings { Name = "alice" }) { Keys = Alice.Plan.Keys!.Copy() };
        VirtualPeer clone = Lan.AddPeer(twin, "10.77.0.5");
        Lan.Run(100);

        Assert.Equal(Alice.Machine.Identity, clone.Machine.Identity);
        bool isToldToBoth = IsTold(Alice) && IsTold(clone);
        bool isSeenByBob = Bob.Changes.Any(change => change.Kind == PeerChangeKind.Conflict && change.Peer?.Who?.PeerId == Alice.Machine.Identity.PeerId);
        Assert.True(isToldToBoth || isSeenByBob, $"alice {IsTold(Alice)}, clone {IsTold(clone)}, bob {isSeenByBob}");
        Assert.True(IsTold(Alice) || IsTold(clone));
        Assert.True(Lan.Audit.Seals > 0);
    }

    [Fact]
    public void A_copy_that_is_used_after_the_original_has_gone_is_the_same_peer()
    {
        PeerKeys copy = Alice.Plan.Keys!.Copy();
        Alice.Kill();
        Alice.Plan.Keys = copy;
        Alice.Restart();
        Lan.Run(3);
        AssertTheyTalk();
        Assert.False(IsTold(Alice));
    }

    [Theory]
    [InlineData(-365)]
    [InlineData(0)]
    [InlineData(365)]
    public void An_old_copy_comes_back_whatever_the_clock_says(int days)
    {
        PeerKeys old = Alice.Plan.Keys!.Copy();
        for (int i = 0; i < 20; i++)
        {
            Alice.Restart();
            Lan.Run(10);
        }

        Alice.Kill();
        Alice.Plan.Keys = old;
        Alice.Clock.Step(TimeSpan.FromDays(days));
        Alice.Restart();
        Lan.Run(40);

        AssertTheyTalk();
        Assert.Single(Bob.Machine.Peers);
    }

    [Theory]
    [InlineData(true, -1, false)]
    [InlineData(true, -1, true)]
    [InlineData(true, 1, false)]
    [InlineData(true, 1, true)]
    [InlineData(false, -1, true)]
    [InlineData(false, 1, true)]
    public void A_clock_that_steps_by_a_year_ends_nothing(bool isAlice, int years, bool restarts)
    {
        VirtualPeer stepped = isAlice ? Alice : Bob;
        stepped.Clock.Step(s_year * years);
        if (restarts)
        {
            stepped.Restart();
        }

        // Several rekeyings, there and back again.
        for (int i = 0; i < 40; i++)
        {
            Lan.Run(61);
            AssertTheyTalk();
        }

        stepped.Clock.Step(s_year * -years);
        if (restarts)
        {
            stepped.Restart();
            Lan.Run(40);
        }

        for (int i = 0; i < 20; i++)
        {
            Lan.Run(61);
            AssertTheyTalk();
        }

        Assert.DoesNotContain(Alice.Changes.Concat(Bob.Changes), change => change.Kind is PeerChangeKind.Conflict or PeerChangeKind.KeyChanged);
    }

    [Fact]
    public void Epochs_never_go_back_through_crashes_and_steps_of_the_clock()
    {
        var epochs = new List<ulong>();
        Mallory mallory = NewMallory();
        mallory.Socket.Reaction = (_, packet) =>
        {
            if (IsSealed(packet, SealedType.Initiation))
            {
                var read = mallory.Read(packet);
                epochs.Add(read.Epoch);
            }
        };
        SeededRandom random = Lan.Random("crashes");
        for (int i = 0; i < 60; i++)
        {
            Alice.Hear(Inlet.Discovery, mallory.Here, mallory.Announcement());
            Lan.Run(random.Between(0.01, 9));
            Alice.Kill();
            Alice.Clock.Step(TimeSpan.FromDays(random.Between(-400, 400)));
            Alice.Restart();
        }

        Assert.True(epochs.Count >= 60, $"{epochs.Count} initiations");
        Assert.Equal(epochs.Order().Distinct(), epochs);
    }

    [Fact]
    public void A_crash_in_the_middle_of_a_handshake_is_forgotten_by_both()
    {
        SeededRandom random = Lan.Random("crash");
        for (int i = 0; i < 30; i++)
        {
            VirtualPeer one = i % 2 == 0 ? Alice : Bob;
            one.Restart();
            Lan.Run(TimeSpan.FromMilliseconds(random.Between(0, 1.5)));
            one.Kill();
            Lan.Run(random.Between(0, 1));
            one.Restart();
            Lan.Run(random.Between(0.5, 2));
        }

        Lan.Run(40);
        AssertTheyTalk();
        Assert.Single(Alice.Machine.Peers);
        Assert.Single(Bob.Machine.Peers);
        Assert.True(Lan.Audit.Keys > 60);
    }

    private static bool IsTold(VirtualPeer peer) => peer.Changes.Any(change => change.Kind == PeerChangeKind.Conflict && change.Peer is null);
}
