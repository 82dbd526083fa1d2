using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Protocol;
using LanPeer.Protocol.Presence;
using LanPeer.Security.Sessions;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Protocol;

/// <summary>What peers with a session may say of others, truly or not, and what it leads to.</summary>
public sealed class ClaimTests
{
    private readonly VirtualLan _lan = new(4);
    private readonly VirtualPeer _alice;
    private readonly VirtualPeer _bob;
    private readonly VirtualPeer _mallory;

    public ClaimTests()
    {
        _alice = _lan.AddPeer("alice", "10.77.0.1");
        _bob = _lan.AddPeer("bob", "10.77.0.2");
        _mallory = _lan.AddPeer("mallory", "10.77.0.66");
        _lan.Run(5);
        _alice.Forget();
    }

    [Theory]
    [InlineData((byte)ClaimKind.Suspect)]
    [InlineData((byte)ClaimKind.Refused)]
    [InlineData((byte)ClaimKind.Left)]
    [InlineData((byte)ClaimKind.Gone)]
    public void A_false_claim_makes_one_look_and_nothing_else(byte kind)
    {
        TimeSpan before = Heard(_bob);
        Assert.Equal(DropReason.None, HearFrames(ClaimOf(_bob, (ClaimKind)kind)));
        Assert.Contains(_alice.Sent, packet => packet.To == _bob.Endpoint);
        Assert.Equal(PeerPresence.Alive, _alice.Peer(_bob.UserId).Presence);
        _lan.Settle();

        Assert.True(Heard(_bob) > before);
        Assert.Empty(_alice.Changes);
        for (int i = 0; i < 200; i++)
        {
            HearFrames(ClaimOf(_bob, (ClaimKind)kind));
            _lan.Run(0.1);
        }

        Assert.Empty(_alice.Changes);

        // Twice a second at most, and once a second in turn.
        Assert.InRange(_alice.Sent.Count(packet => packet.To == _bob.Endpoint), 20, 100);
    }

    [Fact]
    public void Claims_of_strangers_former_runs_and_oneself_lead_to_nothing()
    {
        _lan.Run(3);
        _alice.Forget();
        Assert.Equal(DropReason.None, HearFrames(Claim(new Claim(ClaimKind.Gone, 4_711, 1))));
        Assert.Equal(DropReason.None, HearFrames(Claim(new Claim(ClaimKind.Gone, HashOf(_bob), _bob.Machine.Boot ^ 1))));
        Assert.Equal(DropReason.None, HearFrames(ClaimOf(_alice, ClaimKind.Gone)));
        Assert.Equal(DropReason.None, HearFrames(ClaimOf(_mallory, ClaimKind.Gone)));
        Assert.Equal(DropReason.None, HearFrames(Claim(new Claim((ClaimKind)99, HashOf(_bob), _bob.Machine.Boot))));

        Assert.Empty(_alice.Sent);
    }

    [Fact]
    public void Claims_of_one_peer_are_taken_at_a_rate()
    {
        List<DropReason> reasons = [.. Enumerable.Range(0, 150).Select(_ => HearFrames(ClaimOf(_bob, ClaimKind.Suspect)))];

        Assert.Equal(100, reasons.Count(reason => reason == DropReason.None));
        Assert.Equal(50, reasons.Count(reason => reason == DropReason.RateLimited));
    }

    [Theory]
    [InlineData((byte)FrameType.Claim, PresenceFrames.ClaimLength)]
    [InlineData((byte)FrameType.ProbeRequest, PresenceFrames.RequestLength)]
    [InlineData((byte)FrameType.ProbeAnswer, PresenceFrames.AnswerLength)]
    [InlineData((byte)FrameType.Member, PresenceFrames.MemberLength)]
    public void Frames_of_another_length_are_BadFrame(byte type, int length)
    {
        foreach (int wrong in (int[])[0, 2, length - 1, length + 1, 1_000])
        {
            Assert.Equal(DropReason.BadFrame, HearFrames(Frame((FrameType)type, new byte[wrong])));
        }

        Assert.Equal(DropReason.None, HearFrames(Frame((FrameType)type, new byte[length])));
        Assert.Equal([_bob.UserId, _mallory.UserId], _alice.Known.Order());
    }

    [Fact]
    public void Whatever_frames_come_nothing_throws_and_nobody_is_lost()
    {
        SeededRandom random = _lan.Random("frames");
        for (int i = 0; i < 3_000; i++)
        {
            var frames = new List<byte>();
            for (int j = 0; j < 1 + (int)(random.NextUInt64() % 4); j++)
            {
                byte[] body = new byte[(int)(random.NextUInt64() % 3) switch { 0 => (int)(random.NextUInt64() % 90), 1 => PresenceFrames.MemberLength, _ => PresenceFrames.ClaimLength }];
                random.Fill(body);
                if (body.Length == PresenceFrames.ClaimLength && random.NextUInt64() % 2 == 0)
                {
                    ClaimOf(_bob, (ClaimKind)(1 + (random.NextUInt64() % 4))).AsSpan(Frames.Header).CopyTo(body);
                }

                frames.AddRange(Frame((FrameType)(16 + (random.NextUInt64() % 4)), body));
            }

            HearFrames([.. frames]);
            _lan.Run(0.01);
        }

        Assert.Equal([_bob.UserId, _mallory.UserId], _alice.Known.Order());
        Assert.DoesNotContain(_alice.Changes, change => change.Kind is PeerChangeKind.Suspected or PeerChangeKind.Expired);
    }

    [Fact]
    public void Forged_refusals_remove_nobody_who_answers()
    {
        for (int i = 0; i < 400; i++)
        {
            HearFrames(ClaimOf(_bob, ClaimKind.Refused));
            _alice.Do((now, effects) => _alice.Machine.Refused(now, _bob.Endpoint, effects));
            _alice.Do((now, effects) => _alice.Machine.Refused(now, _bob.Endpoint, effects));
            _lan.Run(0.03);
        }

        Assert.Empty(_alice.Changes);
    }

    [Fact]
    public void Who_others_can_hear_and_we_cannot_is_suspect_in_the_end_but_not_at_once()
    {
        VirtualPeer carol = _lan.AddPeer("carol", "10.77.0.3");
        _lan.Run(5);
        _alice.Forget();
        TimeSpan began = _lan.Now;
        _lan.Add(Partition.OneWay([_bob.Host], [_alice.Host]));
        _lan.Add(Partition.OneWay([_alice.Host], [_bob.Host]));

        Assert.True(_lan.RunUntil(() => _alice.Changes.Any(change => change.Kind == PeerChangeKind.Suspected), TimeSpan.FromSeconds(30)));

        // Three rounds of a second, or more as we seem to be slow.
        Assert.InRange((_lan.Now - began).TotalSeconds, 3, 12);
        Assert.Equal(PeerPresence.Suspect, _alice.Peer(_bob.UserId).Presence);
        Assert.Equal(PeerPresence.Alive, carol.Peer(_bob.UserId).Presence);
    }

    [Fact]
    public void Anything_authentic_ends_a_suspicion_at_once()
    {
        _bob.Pause();
        Assert.True(_lan.RunUntil(() => _alice.Peer(_bob.UserId).Presence == PeerPresence.Suspect, TimeSpan.FromSeconds(10)));
        _bob.Resume();
        _lan.Settle();

        Assert.Equal(PeerPresence.Alive, _alice.Peer(_bob.UserId).Presence);
        Assert.Equal([PeerChangeKind.Suspected, PeerChangeKind.Recovered], _alice.Changes.Select(change => change.Kind));
    }

    private static byte[] Frame(FrameType type, byte[] body)
    {
        byte[] frame = new byte[Frames.Header + body.Length];
        _ = Frames.WriteHeader(frame, type, body.Length);
        body.CopyTo(frame, Frames.Header);
        return frame;
    }

    private static byte[] Claim(Claim claim)
    {
        byte[] frame = new byte[Frames.Header + PresenceFrames.ClaimLength];
        _ = PresenceFrames.WriteClaim(frame, claim);
        return frame;
    }

    private static byte[] ClaimOf(VirtualPeer subject, ClaimKind kind) => Claim(new Claim(kind, HashOf(subject), subject.Machine.Boot));

    private static ulong HashOf(VirtualPeer peer) => PeerWatch.HashOf(peer.Machine.Identity.AgreementKey);

    private TimeSpan Heard(VirtualPeer peer) => _alice.Peer(peer.UserId).Watch!.Heard;

    /// <summary>Frames in the session alice has with mallory.</summary>
    private DropReason HearFrames(byte[] frames)
    {
        byte[] datagram = new byte[frames.Length + SessionWire.TransportOverhead];
        _ = _mallory.Peer(_alice.UserId).Contact!.Current!.Seal(frames, datagram);
        return _alice.Hear(Inlet.Unicast, _mallory.Endpoint, datagram);
    }
}
