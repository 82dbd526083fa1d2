using LanPeer.Protocol;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Protocol;

/// <summary>A message is shown once, however often the network brings it (REFERENCE D19).</summary>
public sealed class DuplicateTests
{
    private const string Alice = "alice@10.77.0.1";
    private const string Bob = "bob@10.77.0.2";

    private readonly VirtualLan _lan = new();
    private readonly VirtualPeer _alice;
    private readonly Ipv4Endpoint _bob = VirtualLan.Endpoint("10.77.0.2", 9_000);

    public DuplicateTests() => _alice = _lan.AddSilentPeer("alice", "10.77.0.1");

    [Fact]
    public void A_message_that_comes_twice_is_delivered_once()
    {
        Meet(Say.Seed(Bob, 9_000));

        Assert.Equal(DropReason.None, Hear(Say.Post(Bob, "hi", "0123456789abcdef")));
        Assert.Equal(DropReason.Duplicate, Hear(Say.Post(Bob, "hi", "0123456789abcdef")));
        Assert.Equal(DropReason.None, Hear(Say.DM(Bob, Alice, "hi", "0123456789abcdef")));
        Assert.Equal(DropReason.Duplicate, Hear(Say.DM(Bob, Alice, "hi", "0123456789abcdef")));

        Assert.Equal(2, _alice.Arrivals.Count);
    }

    [Fact]
    public void Messages_without_an_id_are_never_duplicates()
    {
        Meet(Say.Seed(Bob, 9_000));
        for (int i = 0; i < 3; i++)
        {
            Hear(Say.Lean(("TYPE", "POST"), ("USER_ID", Bob), ("CONTENT", "hi")));
        }

        Assert.Equal(3, _alice.Arrivals.Count);
    }

    [Fact]
    public void The_same_id_of_two_senders_is_two_messages()
    {
        Meet(Say.Seed(Bob, 9_000));
        Ipv4Endpoint carol = VirtualLan.Endpoint("10.77.0.3", 9_000);
        _alice.Hear(Inlet.Discovery, carol, Say.Seed("carol@10.77.0.3", 9_000));

        Hear(Say.Post(Bob, "hi", "1"));
        _alice.Hear(Inlet.Unicast, carol, Say.Post("carol@10.77.0.3", "hi", "1"));

        Assert.Equal(2, _alice.Arrivals.Count);
    }

    [Fact]
    public void The_same_id_of_two_senders_not_yet_known_is_two_messages()
    {
        Assert.Equal(DropReason.None, Hear(Say.Post(Bob, "hi", "1")));
        Assert.Equal(DropReason.None, _alice.Hear(Inlet.Unicast, VirtualLan.Endpoint("10.77.0.3", 9_000), Say.Post("carol@10.77.0.3", "hi", "1")));
    }

    [Fact]
    public void A_message_repeated_after_its_sender_became_known_is_still_a_duplicate()
    {
        Hear(Say.Post(Bob, "hi", "1"));
        Meet(Say.Seed(Bob, 9_000));

        Assert.Equal(DropReason.Duplicate, Hear(Say.Post(Bob, "hi", "1")));
    }

    private DropReason Hear(string text) => _alice.Hear(Inlet.Unicast, _bob, text);

    private void Meet(string announcement)
    {
        _alice.Hear(Inlet.Discovery, _bob, announcement);
        _alice.Forget();
    }
}
