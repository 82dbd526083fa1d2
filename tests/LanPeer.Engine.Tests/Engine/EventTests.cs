using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace LanPeer.Tests.Engine;

/// <summary>The events of a session: in order, outside of every lock, and whatever their handlers do.</summary>
public sealed class EventTests : EngineTest
{
    [Fact]
    public void Messages_are_raised_in_the_order_they_came_in_and_one_at_a_time()
    {
        (LanSession alice, LanSession bob) = StartTwo();
        var seen = new ConcurrentQueue<string>();
        int inside = 0;
        bool isAlone = true;
        alice.MessageReceived += (_, arrived) =>
        {
            isAlone &= Interlocked.Increment(ref inside) == 1;
            seen.Enqueue(arrived.Message.Content);
            Interlocked.Decrement(ref inside);
        };
        for (int i = 0; i < 500; i++)
        {
            bob.BeginDM(alice.UserId, $"{i}");
        }

        Wait.Until(() => seen.Count == 500, "500 messages are raised");
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"{i}"), seen);
        Assert.True(isAlone);
        Assert.Equal(500, alice.Inbox.Count);
    }

    [Fact]
    public void They_are_raised_outside_of_every_lock()
    {
        (LanSession alice, LanSession bob) = StartTwo();
        bool? isFree = null;

        // On another thread: a lock held by this one would let it in again.
        alice.MessageReceived += (_, _) => isFree = Task.Run(() => alice.Peers.Count + alice.Inbox.Count + alice.GetPins().Count).Wait(Wait.Long);
        bob.SendDM(alice.UserId, "hello");
        Wait.Until(() => isFree is not null, "the handler is called");
        Assert.True(isFree);
    }

    [Fact]
    public void A_handler_that_throws_costs_nothing_else()
    {
        (LanSession alice, LanSession bob) = StartTwo();
        var seen = new ConcurrentQueue<string>();
        alice.MessageReceived += (_, _) => throw new InvalidOperationException("not ours");
        alice.MessageReceived += (_, arrived) => seen.Enqueue(arrived.Message.Content);
        bob.SendDM(alice.UserId, "one");
        bob.SendDM(alice.UserId, "two");
        Wait.Until(() => seen.Count == 2, "both messages are raised");
        Assert.Equal(["one", "two"], seen);
    }

    [Fact]
    public void Peers_that_come_and_go_are_told_with_what_they_were_then()
    {
        LanSession alice = Start("alice");
        var seen = new ConcurrentQueue<LanPeerEventArgs>();
        alice.PeerChanged += (_, changed) => seen.Enqueue(changed);
        LanSession bob = Start("bob");
        WaitToKnow(alice, bob.UserId);
        bob.Dispose();
        Wait.Until(() => seen.Any(changed => changed.Change == LanPeerChange.Left), "bob has left");
        Assert.Equal(LanPeerChange.Joined, seen.First().Change);
        Assert.All(seen, changed => Assert.Equal("bob", changed.Peer.Name));
        Assert.Equal(LanPeerState.Left, seen.Last().Peer.State);
    }

    [Fact]
    public void Every_delivery_is_told_once_also_those_that_fail()
    {
        (LanSession alice, LanSession bob) = StartTwo();
        var seen = new ConcurrentQueue<LanDelivery>();
        alice.DeliverySettled += (_, settled) => seen.Enqueue(settled.Delivery);
        string[] ids = [.. Enumerable.Range(0, 20).Select(i => alice.BeginDM(bob.UserId, $"{i}").MessageId)];
        alice.BeginDM("nobody@127.0.0.1", "hello");
        Wait.Until(() => seen.Count == 21, "21 deliveries are told");
        Assert.Equal(ids.Order(), seen.Where(delivery => delivery.State == LanDeliveryState.Delivered).Select(delivery => delivery.MessageId).Order());
        Assert.Single(seen, delivery => delivery.State == LanDeliveryState.Failed);
    }

    [Fact]
    public void Who_only_listens_holds_nobody_back_and_keeps_what_fits()
    {
        LanSession alice = Start("alice", options => options with { InboxCapacity = 20 });
        LanSession bob = Start("bob");
        WaitToKnow(alice, bob.UserId);
        WaitToKnow(bob, alice.UserId);
        var seen = new ConcurrentQueue<string>();
        alice.MessageReceived += (_, arrived) => seen.Enqueue(arrived.Message.Content);
        LanSending[] sendings = [.. Enumerable.Range(0, 300).Select(i => bob.BeginDM(alice.UserId, $"{i}"))];
        Assert.All(sendings, sending => Assert.True(sending.Wait(Wait.Long, CancellationToken.None)));
        Assert.All(sendings, sending => Assert.Equal(LanDeliveryState.Delivered, Assert.Single(sending.Deliveries).State));
        Wait.Until(() => seen.Count == 300, "300 messages are raised");
        Assert.InRange(alice.Inbox.Count, 1, 20);
        Assert.Equal("299", alice.Inbox.Take(_ => true, 100)[^1].Content);
    }

    [Fact]
    public void A_handler_that_never_returns_holds_the_peer_up_in_nothing()
    {
        (LanSession alice, LanSession bob) = StartTwo();
        using var end = new ManualResetEventSlim();
        alice.MessageReceived += (_, _) => end.Wait(TimeSpan.FromMinutes(1));
        Assert.Equal(LanDeliveryState.Delivered, bob.SendDM(alice.UserId, "one", Wait.Long).State);
        Assert.Equal(LanDeliveryState.Delivered, bob.SendDM(alice.UserId, "two", Wait.Long).State);
        Assert.Equal(["one", "two"], alice.Inbox.Take(_ => true, 10).Select(message => message.Content));
        alice.Dispose();
        end.Set();
    }

    [Fact]
    public void What_waits_for_slow_handlers_is_bounded_and_told_of()
    {
        var events = new EngineEvents(capacity: 3);
        using var entered = new ManualResetEventSlim();
        using var end = new ManualResetEventSlim();
        var raised = new ConcurrentQueue<EventArgs>();
        events.Raise = happened =>
        {
            entered.Set();
            end.Wait(Wait.Long);
            raised.Enqueue(happened);
        };
        events.Add(new EventArgs());
        Assert.True(entered.Wait(Wait.Long, TestContext.Current.CancellationToken));
        EventArgs[] more = [.. Enumerable.Range(0, 5).Select(_ => new EventArgs())];
        Array.ForEach(more, events.Add);
        Assert.Equal(2, events.TakeMissed());
        Assert.Equal(0, events.TakeMissed());
        end.Set();
        Wait.Until(() => raised.Count == 4, "what waited is raised");
        Assert.Equal(more[..3], raised.Skip(1));
    }

    [Fact]
    public void Somebody_who_waits_can_do_something_meanwhile_also_when_news_never_end()
    {
        var signal = new Signal();
        int calls = 0;
        Assert.False(signal.WaitAfter(signal.Version, TimeSpan.FromSeconds(0.2), CancellationToken.None, () => calls++));
        Assert.True(calls > 1);
        calls = 0;
        long seen = signal.Version;
        signal.Raise();
        Assert.True(signal.WaitAfter(seen, Wait.Long, CancellationToken.None, () => calls++));
        Assert.Equal(1, calls);
    }
}
