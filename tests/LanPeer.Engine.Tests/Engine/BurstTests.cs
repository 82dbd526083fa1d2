using System.IO;
using System.Linq;
using System.Net;
using LanPeer.Tests.Protocol;
using LanPeer.Transport;
using Xunit;

namespace LanPeer.Tests.Engine;

public sealed class BurstTests : EngineTest
{
    [Fact]
    public void Twenty_datagrams_of_60_KB_at_once_all_arrive_in_order()
    {
        SkipWithoutBuffer();
        LanSession alice = Start("alice");
        RawSocket raw = OpenRaw();
        string[] texts = Enumerable.Range(0, 20).Select(i => $"{i:00}{new string('x', 60_000)}").ToArray();

        foreach (string text in texts)
        {
            raw.Send(alice.Port, Say.Post("raw@127.0.0.1", text));
        }

        Wait.Until(() => alice.Inbox.Count == 20, "all twenty are there");
        Assert.Equal(texts, alice.Inbox.Take(_ => true, 100).Select(message => message.Content));
    }

    [Fact]
    public void The_kernel_keeps_twenty_of_60_KB_for_a_peer_that_is_busy()
    {
        SkipWithoutBuffer();
        using UdpPort port = UdpPort.OpenUnicast(IPAddress.Loopback, (ushort)TestEnvironment.NewPort());
        RawSocket raw = OpenRaw();
        for (int i = 0; i < 20; i++)
        {
            raw.Send(port.Port, new byte[60_000 + i]);
        }

        var batch = new ReceiveBatch();
        Assert.True(port.Receive(batch));

        Assert.Equal(Enumerable.Range(60_000, 20), Enumerable.Range(0, batch.Count).Select(i => batch.Datagram(i).Length));
        Assert.All(Enumerable.Range(0, 20), i => Assert.Equal(raw.Port, batch.Source(i).Port));
    }

    [Fact]
    public void A_thousand_small_ones_at_once_all_arrive_in_order()
    {
        SkipWithoutBuffer();
        LanSession alice = Start("alice");
        RawSocket raw = OpenRaw();
        for (int i = 0; i < 1_000; i++)
        {
            raw.Send(alice.Port, Say.Post("raw@127.0.0.1", $"{i}"));
        }

        Wait.Until(() => alice.Inbox.Count == 1_000, "all thousand are there");
        Assert.Equal(Enumerable.Range(0, 1_000), alice.Inbox.Take(_ => true, 2_000).Select(message => int.Parse(message.Content)));
    }

    [Fact]
    public void The_largest_datagram_arrives_whole()
    {
        LanSession alice = Start("alice");
        RawSocket raw = OpenRaw();
        string frame = Say.Post("raw@127.0.0.1", "");

        raw.Send(alice.Port, Say.Post("raw@127.0.0.1", new string('x', 65_507 - frame.Length)));

        Assert.Equal(65_507 - frame.Length, Receive(alice, LanMessageType.Post).Content.Length);
    }

    private static void SkipWithoutBuffer()
    {
        const string limit = "/proc/sys/net/core/rmem_max";
        if (File.Exists(limit) && long.Parse(File.ReadAllText(limit)) < 2_500_000 && !System.Environment.IsPrivilegedProcess)
        {
            Assert.Skip($"{limit} is too small for the receive buffer, and without privileges it stands.");
        }
    }
}
