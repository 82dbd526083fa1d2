using System;
using System.Text;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.Security.Noise;
using LanPeer.Security.Sessions;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Security;

/// <summary>Handshakes of closed networks: whose key is used, and who stays outside.</summary>
public sealed class SessionNetworkTests : IDisposable
{
    private static readonly byte[] s_old = [.. "the old key"u8];
    private static readonly byte[] s_new = [.. "the new key"u8];
    private static readonly PeerNetwork s_before = PeerNetwork.Closed("office", [s_old]);
    private static readonly PeerNetwork s_between = PeerNetwork.Closed("office", [s_new, s_old]);
    private static readonly PeerNetwork s_after = PeerNetwork.Closed("office", [s_new]);

    private readonly SessionLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void Members_of_one_key_reach_each_other()
    {
        using SessionEnd one = _lab.NewEnd(3, network: s_before);
        using SessionEnd other = _lab.NewEnd(4, network: s_before);
        SessionLab.Connect(one, other);

        Assert.True(one.Reaches(other) && other.Reaches(one));
    }

    [Fact]
    public void A_member_and_an_outsider_are_of_other_networks()
    {
        using SessionEnd member = _lab.NewEnd(3, network: s_before);
        using SessionEnd newer = _lab.NewEnd(4, network: s_after);

        Assert.Equal(DropReason.OtherNetwork, member.Receive(_lab.Small.Initiate(member), _lab.Small.Endpoint));
        Assert.Equal(DropReason.OtherNetwork, _lab.Large.Receive(member.Initiate(_lab.Large), member.Endpoint));
        Assert.Equal(DropReason.OtherNetwork, member.Receive(newer.Initiate(member), newer.Endpoint));
        Assert.False(member.Layer.HasWork || newer.Layer.HasWork || _lab.Large.Layer.HasWork);
    }

    [Fact]
    public void Who_has_both_keys_answers_with_the_one_that_was_used_and_uses_it_from_then_on()
    {
        using SessionEnd behind = _lab.NewEnd(3, network: s_before);
        using SessionEnd between = _lab.NewEnd(4, network: s_between);
        SessionLab.Connect(behind, between);
        Assert.True(behind.Reaches(between) && between.Reaches(behind));

        _lab.Wait(600);
        SessionLab.Connect(between, behind);
        Assert.True(between.With(behind).Current!.IsInitiator);
        Assert.True(behind.Reaches(between) && between.Reaches(behind));
    }

    [Fact]
    public void Who_has_both_keys_begins_with_the_one_it_is_told_of_and_else_with_the_newest()
    {
        using SessionEnd behind = _lab.NewEnd(3, network: s_before);
        using SessionEnd between = _lab.NewEnd(4, network: s_between);

        Assert.Equal(DropReason.OtherNetwork, behind.Receive(between.Initiate(behind), between.Endpoint));
        between.Layer.Abandon(between.With(behind));
        between.With(behind).Secret = s_between.Find(s_before.Newest.KeyId);
        SessionLab.Connect(between, behind);
        Assert.True(behind.Reaches(between) && between.Reaches(behind));
    }

    [Fact]
    public void An_initiation_that_may_be_a_repetition_does_not_tell_which_key_both_have()
    {
        using SessionEnd behind = _lab.NewEnd(3, network: s_before);
        using SessionEnd between = _lab.NewEnd(4, network: s_between);
        between.Receive(behind.Initiate(between), behind.Endpoint);
        between.Work();
        Assert.NotNull(between.With(behind).Next);
        Assert.Null(between.With(behind).Secret);

        SessionLab.Settle(behind, between);
        Assert.Equal(s_before.Newest.KeyId, between.With(behind).Secret!.KeyId);
    }

    [Fact]
    public void Announcements_with_the_newest_key_count_and_with_one_that_is_being_given_up_only_while_none_is_known()
    {
        NetworkSecret newest = s_between.Newest;
        NetworkSecret former = s_between.Find(s_before.Newest.KeyId)!;
        TestSession session = _lab.Small.With(_lab.Large);

        session.Hear(former, newest);
        Assert.Same(former, session.Secret);
        session.Hear(newest, newest);
        Assert.Same(newest, session.Secret);
        session.Hear(former, newest);
        Assert.Same(newest, session.Secret);
    }

    [Fact]
    public void In_a_closed_network_nobody_without_keys_becomes_a_peer_that_is_written_to_in_the_clear()
    {
        using var peer = new VectorPeer(SessionVectors.Item("sessions", "closed network"), "responder");
        PeerNetwork network = SessionVectors.NetworkOf(peer.Vector);
        byte[] text = Encoding.UTF8.GetBytes(
            "TYPE:PEER_DISCOVERY\nUSER_ID:alice@10.77.0.1\nPORT:8123\nTIMESTAMP:1795368238\nMESSAGE_ID:1\nPROTO:1\nBOOT:00000001\n\n");
        byte[] datagram = new byte[text.Length + SessionWire.AnnouncementOverhead];
        using var seal = new AnnouncementSeal(network, AesGcmAead.Instance, new GivenRandom());
        seal.Seal(text, datagram);
        peer.Receive(datagram);
        peer.Effects.Clear();

        peer.Machine.Post(new Moment(TimeSpan.FromSeconds(5), DateTimeOffset.UnixEpoch), "secret", peer.Machine.Peers, TimeSpan.FromSeconds(30), peer.Effects);

        Assert.DoesNotContain(peer.Sent, hex => Encoding.UTF8.GetString(Convert.FromHexString(hex)).Contains("secret", StringComparison.Ordinal));
        Assert.Empty(peer.Machine.Peers);
    }
}
