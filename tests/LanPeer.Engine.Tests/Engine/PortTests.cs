using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Tests.Protocol;
using LanPeer.Transport;
using Xunit;

namespace LanPeer.Tests.Engine;

public sealed class PortTests : EngineTest
{
    [Fact]
    public void A_port_that_is_taken_is_an_error()
    {
        RawSocket holder = OpenRaw();

        Assert.Equal(LanErrorId.PortInUse, ErrorOf(() => Start("alice", o => o with { Port = holder.Port })));
    }

    [Fact]
    public void A_port_asked_for_is_the_port_one_gets()
    {
        int port = TestEnvironment.NewPort();

        Assert.Equal(port, Start("alice", o => o with { Port = port }).Port);
    }

    [Fact]
    public void A_free_port_is_found_among_taken_ones()
    {
        int first = Range(10, out List<UdpPort> taken);
        taken[3].Dispose();
        taken[7].Dispose();

        using UdpPort one = PortOpener.OpenUnicast(Options("alice"), first, first + 9);
        using UdpPort other = PortOpener.OpenUnicast(Options("alice"), first, first + 9);

        Assert.Equal([first + 3, first + 7], ((int[])[one.Port, other.Port]).Order());
        Assert.Equal(LanErrorId.PortInUse, ErrorOf(() => PortOpener.OpenUnicast(Options("alice"), first, first + 9)));
    }

    [Fact]
    public void The_discovery_port_is_never_picked_for_unicast()
    {
        int first = Range(2, out List<UdpPort> taken);
        taken.ForEach(port => port.Dispose());
        LanPeerOptions options = Options("alice") with { DiscoveryPort = first };

        for (int i = 0; i < 20; i++)
        {
            using UdpPort port = PortOpener.OpenUnicast(options, first, first + 1);
            Assert.Equal(first + 1, port.Port);
        }
    }

    [Fact]
    public void Many_sessions_share_the_discovery_port_and_each_has_a_port_of_its_own()
    {
        List<LanSession> sessions = Enumerable.Range(0, 8).Select(i => Start($"p{i}")).ToList();

        Assert.All(sessions, session => Assert.Equal(LanSessionState.Running, session.State));
        Assert.Equal(8, sessions.Select(session => session.Port).Distinct().Count());
        Assert.All(sessions, session => Wait.Until(() => session.Peers.Count == 7, $"{session} knows the others"));
    }

    [Fact]
    public void Everything_is_sent_from_the_port_that_is_listened_on()
    {
        LanSession alice = Start("alice");
        RawSocket bob = OpenRaw();
        bob.Broadcast(DiscoveryPort, Say.Seed("bob@127.0.0.1", bob.Port));

        Assert.Contains($"\nPORT:{alice.Port}\n", bob.Receive("PEER_DISCOVERY"), StringComparison.Ordinal);
        bob.Send(alice.Port, Say.Asking("bob@127.0.0.1", bob.Port, "feedface"));
        Assert.Contains("\nANSWER:feedface\n", bob.Receive("PEER_DISCOVERY"), StringComparison.Ordinal);
    }

    /// <summary>Takes some ports in a row.</summary>
    private int Range(int count, out List<UdpPort> taken)
    {
        while (true)
        {
            taken = [];
            int first = TestEnvironment.NewPort();
            try
            {
                for (int i = 0; i < count; i++)
                {
                    taken.Add(Keep(UdpPort.OpenUnicast(System.Net.IPAddress.Loopback, (ushort)(first + i))));
                }

                return first;
            }
            catch (System.Net.Sockets.SocketException)
            {
                taken.ForEach(port => port.Dispose());
            }
        }
    }
}
