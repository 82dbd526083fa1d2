using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using LanPeer.Protocol;
using LanPeer.Security;
using LanPeer.Security.Noise;
using LanPeer.Security.Sessions;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;

namespace LanPeer.Fuzz;

/// <summary>
/// What peers really say to each other: a small network, recorded once, in the clear and behind the seals. Whatever a
/// later version sends is in it without a change here, as long as its users do it.
/// </summary>
internal static class Traffic
{
    private static readonly Lazy<Recording> s_recording = new(Record);

    /// <summary>The closed network of a recording, and of targets. Its key costs 0.2 s, so it is derived once.</summary>
    public static PeerNetwork ClosedNetwork { get; } = PeerNetwork.Closed("fuzz", [Encoding.ASCII.GetBytes("not a secret here")]);

    /// <summary>Datagrams as they were sent, plain and sealed.</summary>
    public static IReadOnlyList<byte[]> Datagrams => s_recording.Value.Datagrams;

    /// <summary>What transport datagrams carried.</summary>
    public static IReadOnlyList<byte[]> Frames => s_recording.Value.Frames;

    /// <summary>What sealed announcements carried.</summary>
    public static IReadOnlyList<byte[]> Announcements => s_recording.Value.Announcements;

    /// <summary>What initiations and responses carried.</summary>
    public static IReadOnlyList<byte[]> Payloads => s_recording.Value.Payloads;

    private static Recording Record()
    {
        var texts = new List<(int AssociatedLength, byte[] Text)>();
        VirtualLan open = Play(PeerNetwork.Open, texts);
        VirtualLan closed = Play(ClosedNetwork, texts);
        return new Recording(
            Distinct(open.Log.Concat(closed.Log).Select(packet => packet.Bytes)),
            Distinct(texts.Where(text => text.AssociatedLength == SessionWire.TransportHeader).Select(text => text.Text)),
            Distinct(texts.Where(text => text.AssociatedLength == SessionWire.AnnouncementHeader).Select(text => text.Text)),
            Distinct(texts.Where(text => text.Text.Length is HandshakePayload.InitiationLength or HandshakePayload.ResponseLength
                && text.AssociatedLength == KeyAgreement.SecretLength).Select(text => text.Text)));
    }

    private static VirtualLan Play(PeerNetwork network, List<(int AssociatedLength, byte[] Text)> texts)
    {
        var lan = new VirtualLan(seed: 4_711);
        VirtualPeer alice = lan.AddPeer(PlanOf("alice", network, texts), "10.77.0.1");
        VirtualPeer bob = lan.AddPeer(PlanOf("bob", network, texts), "10.77.0.2");
        VirtualSocket dave = lan.AddSocket("10.77.0.4", 9_004);
        dave.Broadcast("TYPE:PEER_DISCOVERY\nUSER_ID:dave@10.77.0.4\nPORT:9004\nTIMESTAMP:1795367841\nMESSAGE_ID:0123456789abcdef\n\n");
        lan.Run(3);
        byte[] image = [0x89, .. "PNG\r\n\u001a\n"u8, 0, 0, 0, 13, .. "IHDR"u8, .. new byte[40]];
        alice.Ask((now, effects) => alice.Machine.SetProfile(
            now, new ProfileDetails("Alice", "here", "image/png", Encoding.ASCII.GetBytes(Convert.ToBase64String(image))), effects));
        bob.SetProfile("Bob", "busy");
        lan.Run(1);
        alice.Post("hello all");
        bob.Post("two\nlines");
        alice.DM(bob.UserId, "hello bob");
        bob.DM(alice.UserId, new string('x', 2_000));
        alice.Do((now, effects) => alice.Machine.AskForLists(now, effects));
        bob.Do(bob.Machine.Find);
        dave.Send(alice.Endpoint, $"TYPE:PEER_LIST_REQUEST\nFROM:dave@10.77.0.4\nPAD:{new string('.', 1_000)}\n\n");
        dave.Broadcast($"TYPE:PEER_DISCOVERY\nPORT:9005\nPROTO:1\nASK:0123456789abcdef\nPAD:{new string('.', 900)}\n\n");
        lan.Run(5);
        alice.DM(bob.UserId, new string('y', 20_000));
        lan.Add(new Loss(0.3) { Until = lan.Now + TimeSpan.FromSeconds(2) });
        for (int i = 0; i < 20; i++)
        {
            bob.DM(alice.UserId, $"one of many, {i}", patience: 1);
        }

        lan.Run(700);
        bob.Restart();
        lan.Run(40);
        bob.Stop();
        alice.Stop();
        lan.Run(1);
        return lan;
    }

    private static PeerPlan PlanOf(string name, PeerNetwork network, List<(int AssociatedLength, byte[] Text)> texts)
        => new(new PeerSettings { Name = name })
        {
            Keys = new PeerKeys(SeededRandom.Derive(7, name), isReal: false) { Network = network },
            MakeMachine = (plan, local, random, security) => new PeerMachine(plan.Settings, local, random, security with
            {
                Suite = new HandshakeSuite(security.Suite.Agreement, new RecordingAead(security.Suite.Aead, texts)),
            }),
        };

    private static List<byte[]> Distinct(IEnumerable<byte[]> all) => [.. all.DistinctBy(Convert.ToHexString)];

    private sealed record Recording(List<byte[]> Datagrams, List<byte[]> Frames, List<byte[]> Announcements, List<byte[]> Payloads);
}
