using System;
using System.Linq;
using System.Text;
using LanPeer.Protocol;
using LanPeer.Protocol.Delivery;
using LanPeer.Security;
using LanPeer.Tests.Engine;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Protocol;

/// <summary>One post to many: one encoding, one audience, and nothing made for each receiver.</summary>
public sealed class FanoutTests : IDisposable
{
    private readonly Identity _identity = Identity.Create();
    private readonly PeerMachine _machine;
    private readonly Effects _effects = new();

    public FanoutTests()
    {
        _machine = new PeerMachine(
            new PeerSettings { Name = "alice" },
            LocalNetwork.Loopback([]),
            new SystemRandom(),
            new PeerSecurity { Identity = _identity, Epochs = EpochClock.Start(0, DateTimeOffset.UnixEpoch), Pins = new PinBook() });
        _machine.Start(Now, 8_000, _effects);
        _effects.Clear();
    }

    private static Moment Now => new(TimeSpan.Zero, DateTimeOffset.UnixEpoch);

    public void Dispose()
    {
        _machine.Dispose();
        _identity.Dispose();
    }

    [Fact]
    public void All_receivers_share_one_encoding()
    {
        Meet(0, 100);

        Post("hello");

        Assert.Equal(100, _effects.Sends.Count);
        Assert.Single(_effects.Sends.Select(send => (send.Start, send.Length)).Distinct());
    }

    [Fact]
    public void The_audience_of_a_post_is_its_receivers_in_the_order_of_its_datagrams()
    {
        Meet(0, 10);
        Post("one");
        string[] first = _effects.Audience!;
        Assert.Equal(_effects.Sends.Select(send => send.Peer!.UserId), first);
        _effects.Clear();

        Post("two");
        Assert.Same(first, _effects.Audience);
        _effects.Clear();

        Meet(10, 1);
        Post("three");
        Assert.Equal(_effects.Sends.Select(send => send.Peer!.UserId), _effects.Audience!);
        Assert.Equal(11, _effects.Audience!.Length);
    }

    [Fact]
    public void A_post_that_some_cannot_read_has_no_common_audience()
    {
        Meet(0, 3);

        Post(new string('x', 70_000));

        Assert.Null(_effects.Audience);
        Assert.Equal(3, _effects.TooLongFor.Count);
    }

    [Fact]
    public void A_receiver_more_allocates_nothing()
    {
        Meet(0, 10);
        long few = Allocation.Of(PostAndForget);
        Meet(10, 500);
        long many = Allocation.Of(PostAndForget);

        Assert.Equal(few, many);
    }

    [Fact]
    public void The_arena_grows_as_it_is_needed_and_is_given_back()
    {
        var effects = new Effects();
        for (int i = 0; i < 100; i++)
        {
            effects.Room(60_000).Fill((byte)i);
            effects.Send(effects.Commit(60_000), new Ipv4Endpoint(Ipv4Endpoint.LoopbackAddress, 1));
        }

        Assert.All(Enumerable.Range(0, 100), i => Assert.Equal(-1, effects.Payload(effects.Sends[i]).IndexOfAnyExcept((byte)i)));
        Assert.True(effects.Arena.Length is >= 6_000_000 and < 20_000_000);
        effects.Clear();
        Assert.True(effects.Arena.Length < 1_000_000);
    }

    [Fact]
    public void What_became_of_each_receiver_is_told_when_somebody_looks()
    {
        var sending = new LanSending(new Signal()) { MessageId = "id" };
        sending.Add(new LanDelivery("id", "before") { State = LanDeliveryState.Failed }, wasExpected: false);
        sending.AddUnconfirmed(["a", "b", "c"], [new(1, System.Net.Sockets.SocketError.HostUnreachable), new(7, System.Net.Sockets.SocketError.AccessDenied)]);
        var later = new OutboundMessage();
        later.Begin(new PeerEntry("after@127.0.0.1"u8.ToArray(), default), "id", [1], weight: 0, deadline: default);
        sending.Expect(later);
        Assert.Equal((5, false), (sending.Receivers, sending.IsSettled));
        sending.Add(new LanDelivery("id", "after") { State = LanDeliveryState.Delivered }, wasExpected: true);

        Assert.Equal((5, true, 1.0), (sending.Receivers, sending.IsSettled, sending.Progress));
        for (int look = 0; look < 2; look++)
        {
            Assert.Equal(["before", "a", "b", "c", "after"], sending.Deliveries.Select(delivery => delivery.To));
            Assert.Equal(
                [LanDeliveryState.Failed, LanDeliveryState.Unconfirmed, LanDeliveryState.Failed, LanDeliveryState.Unconfirmed, LanDeliveryState.Delivered],
                sending.Deliveries.Select(delivery => delivery.State));
        }
    }

    private void PostAndForget()
    {
        Post("hello");
        _effects.Clear();
    }

    private void Post(string text) => Assert.NotNull(_machine.Post(Now, text, _machine.Peers, TimeSpan.FromSeconds(1), _effects));

    private void Meet(int first, int count)
    {
        for (int i = first; i < first + count; i++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(Say.Seed($"s{i}@127.0.0.1", 10_000 + i));
            Assert.Equal(DropReason.None, _machine.Receive(Now, Inlet.Unicast, new Ipv4Endpoint(Ipv4Endpoint.LoopbackAddress, (ushort)(10_000 + i)), bytes, _effects));
        }

        _effects.Clear();
        Assert.Equal(first + count, _machine.Peers.Count);
    }
}
