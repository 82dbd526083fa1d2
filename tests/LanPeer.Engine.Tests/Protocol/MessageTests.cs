using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Protocol;

public sealed class MessageTests
{
    private const string Alice = "alice@10.77.0.1";
    private const string Bob = "bob@10.77.0.2";

    private const string Lines = "one\ntwo\r\nthree\\n\0four\nUSER_ID:mallory@6.6.6.6\nTYPE:DM";

    private readonly VirtualLan _lan = new();
    private readonly VirtualPeer _alice;
    private readonly Ipv4Endpoint _bob = VirtualLan.Endpoint("10.77.0.2", 9_000);

    public MessageTests() => _alice = _lan.AddSilentPeer("alice", "10.77.0.1");

    [Fact]
    public void A_post_to_a_seed_peer_is_the_seeds_own()
    {
        Meet(Say.Seed(Bob, 9_000));

        string id = Post("Hello P2P network! co:lon  two  spaces ")!;

        Packet post = Assert.Single(_alice.Sent);
        Assert.Equal(_bob, post.To);
        Assert.Equal($"TYPE:POST\nUSER_ID:{Alice}\nCONTENT:Hello P2P network! co:lon  two  spaces \nTIMESTAMP:{Now}\nMESSAGE_ID:{id}\n\n", post.Text);
        Assert.Matches("^[0-9a-f]{16}$", id);
    }

    [Fact]
    public void A_DM_to_a_seed_peer_is_the_seeds_own()
    {
        Meet(Say.Seed(Bob, 9_000));

        string id = DM("Hi Bob: how")!;

        Assert.Equal($"TYPE:DM\nFROM:{Alice}\nTO:{Bob}\nCONTENT:Hi Bob: how\nTIMESTAMP:{Now}\nMESSAGE_ID:{id}\n\n", Assert.Single(_alice.Sent).Text);
    }

    [Fact]
    public void Who_sends_a_TOKEN_gets_one()
    {
        Meet(Say.Seed(Bob, 9_000));
        _alice.Hear(Inlet.Unicast, _bob, Say.Lean(("TYPE", "DM"), ("FROM", Bob), ("TO", Alice), ("CONTENT", "x"), ("TOKEN", $"{Bob}|1|chat")));
        _alice.Forget();

        Post("to all");
        DM("to one");

        Assert.Equal($"{Alice}|{Now + 3_600}|broadcast", _alice.Sent[0]["TOKEN"]);
        Assert.Equal("3600", _alice.Sent[0]["TTL"]);
        Assert.Equal($"{Alice}|{Now + 3_600}|chat", _alice.Sent[1]["TOKEN"]);
    }

    [Fact]
    public void A_peer_of_the_RFC_is_written_to_in_its_form_at_the_discovery_port()
    {
        Meet(Say.Rfc(("TYPE", "PING"), ("USER_ID", Bob)));

        DM("hi");

        Packet dm = Assert.Single(_alice.Sent);
        Assert.Equal(VirtualLan.Endpoint("10.77.0.2", VirtualLan.DiscoveryPort), dm.To);
        Assert.StartsWith($"TYPE: DM\nFROM: {Alice}\nTO: {Bob}\nCONTENT: hi\nTIMESTAMP: {Now}\nMESSAGE_ID: ", dm.Text);
        Assert.Contains($"\nTOKEN: {Alice}|{Now + 3_600}|chat\n", dm.Text);
    }

    [Fact]
    public void One_post_has_one_id_in_all_forms_and_goes_to_each_peer_once()
    {
        Meet(Say.Seed(Bob, 9_000));
        _alice.Hear(Inlet.Discovery, VirtualLan.Endpoint("10.77.0.3", 9_000), Say.LanPeer("carol@10.77.0.3", 9_000));
        _alice.Hear(Inlet.Discovery, VirtualLan.Endpoint("10.77.0.4", 9_000), Say.Rfc(("TYPE", "PING"), ("USER_ID", "dave@10.77.0.4")));
        _alice.Forget();

        string id = Post("hi")!;

        Assert.Equal(["10.77.0.2:9000", "10.77.0.3:9000", "10.77.0.4:50999"], _alice.Sent.Select(packet => packet.To.ToString()));
        Assert.All(_alice.Sent, packet => Assert.Equal(id, packet["MESSAGE_ID"]!.Trim()));
    }

    [Fact]
    public void Line_breaks_travel_as_escapes_and_arrive_as_they_were()
    {
        Meet(Say.Seed(Bob, 9_000));

        DM(Lines);

        Packet dm = Assert.Single(_alice.Sent);
        Assert.Equal(@"one\ntwo\r\nthree\\n\0four\nUSER_ID:mallory@6.6.6.6\nTYPE:DM", dm["CONTENT"]);
        Assert.Equal("escape", dm["CONTENT_ENCODING"]);
        VirtualPeer bob = _lan.AddSilentPeer("bob", "10.77.0.2");
        Assert.Equal(DropReason.None, bob.Hear(Inlet.Unicast, _alice.Endpoint, dm.Bytes));
        Assert.Equal((Alice, Lines), bob.Arrivals.Select(arrival => (arrival.From, arrival.Content)).Single());
    }

    [Fact]
    public void A_text_that_fits_no_datagram_is_not_sent_to_who_reads_one()
    {
        Meet(Say.Seed(Bob, 9_000));

        Assert.Null(DM(new string('x', 65_500)));
        Assert.NotNull(Post(new string('x', 65_500), Bob));
        Assert.Empty(_alice.Sent);
    }

    [Fact]
    public void Whether_a_post_fits_does_not_depend_on_who_is_there()
        => Assert.Null(Post(new string('x', WireLimits.MaxMessage)));

    [Fact]
    public void The_longest_text_that_fits_makes_the_largest_datagram()
    {
        Meet(Say.Seed(Bob, 9_000));
        Post("");
        int room = WireLimits.MaxDatagram - _alice.Sent[0].Bytes.Length;
        _alice.Forget();

        Assert.NotNull(Post(new string('x', room)));
        Assert.NotNull(Post(new string('x', room + 1), Bob));

        Assert.Equal(WireLimits.MaxDatagram, Assert.Single(_alice.Sent).Bytes.Length);
    }

    [Fact]
    public void A_post_too_large_for_one_form_alone_goes_to_those_who_read_another()
    {
        Meet(Say.Seed(Bob, 9_000));
        _alice.Hear(Inlet.Discovery, VirtualLan.Endpoint("10.77.0.4", 9_000), Say.Rfc(("TYPE", "PING"), ("USER_ID", "dave@10.77.0.4")));
        _alice.Forget();

        Assert.NotNull(Post(new string('x', WireLimits.MaxDatagram - 120), "dave@10.77.0.4"));

        Assert.Equal(_bob, Assert.Single(_alice.Sent).To);
    }

    [Fact]
    public void A_sender_not_yet_known_is_delivered_and_introduced_so_that_it_can_be_answered()
    {
        Assert.Equal(DropReason.None, Hear(Say.Post(Bob, "hi")));

        Packet introduction = Assert.Single(_alice.Sent);
        Assert.Equal("PEER_DISCOVERY", introduction.Type);
        Assert.Equal(_bob, introduction.To);
        Arrival arrival = Assert.Single(_alice.Arrivals);
        Assert.Null(arrival.Peer);
        Assert.Equal((Bob, "hi"), (arrival.From, arrival.Content));
        Assert.Empty(_alice.Known);
    }

    [Fact]
    public void A_sender_of_the_RFCs_form_is_delivered_and_not_introduced_to_what_it_cannot_read()
    {
        Assert.Equal(DropReason.None, Hear(Say.Rfc(("TYPE", "POST"), ("USER_ID", Bob), ("CONTENT", "hi"))));

        Assert.Empty(_alice.Sent);
        Assert.Single(_alice.Arrivals);
    }

    [Fact]
    public void A_DM_for_somebody_else_is_not_shown()
    {
        Meet(Say.Seed(Bob, 9_000));

        Assert.Equal(DropReason.NotForUs, Hear(Say.DM(Bob, "carol@10.77.0.3", "secret")));
        Assert.Equal(DropReason.NotForUs, Hear(Say.DM(Bob, "ALICE@10.77.0.1", "secret")));
        Assert.Empty(_alice.Arrivals);
    }

    [Fact]
    public void What_arrives_says_who_to_whom_when_and_what()
    {
        Meet(Say.Seed(Bob, 9_000));
        Hear(Say.DM(Bob, Alice, " hi ", "77"));

        Arrival dm = Assert.Single(_alice.Arrivals);

        Assert.Equal((MessageType.DM, Bob, Alice, " hi ", "77", 1795367841L), (dm.Type, dm.From, dm.To, dm.Content, dm.MessageId, dm.Timestamp!.Value));
        Assert.Same(_alice.Peer(Bob), dm.Peer);
        Assert.Equal(_lan.Moment.Utc, dm.ReceivedAt);
    }

    [Fact]
    public void Messages_come_through_the_discovery_port_too()
    {
        Meet(Say.Seed(Bob, 9_000));

        Assert.Equal(DropReason.None, _alice.Hear(Inlet.Discovery, _bob, Say.Post(Bob, "hi")));
        Assert.Single(_alice.Arrivals);
    }

    private long Now => _lan.Moment.Utc.ToUnixTimeSeconds();

    /// <param name="text">What.</param>
    /// <param name="tooLongFor">Who is to be named as one it does not fit.</param>
    private string? Post(string text, params string[] tooLongFor) => _alice.Ask((now, effects) =>
    {
        string? id = _alice.Machine.Post(now, text, _alice.Machine.Peers, TimeSpan.FromSeconds(30), effects);
        Assert.Equal(tooLongFor, effects.TooLongFor.Select(peer => peer.UserId));
        return id;
    });

    private string? DM(string text) => _alice.Ask((now, effects) => _alice.Machine.DM(now, _alice.Peer(Bob), text, TimeSpan.FromSeconds(30), effects));

    private DropReason Hear(string text) => _alice.Hear(Inlet.Unicast, _bob, text);

    private void Meet(string announcement)
    {
        _alice.Hear(Inlet.Discovery, _bob, announcement);
        _alice.Forget();
    }
}
