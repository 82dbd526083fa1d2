using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace LanPeer.Cmdlets.Tests;

/// <summary>What somebody on the network, or a strange file, must not bring about.</summary>
public sealed class HostilePeerTests
{
    [Fact]
    public void A_display_name_that_is_somebodys_user_id_gets_nothing_of_his()
    {
        using var shell = new PowerShellSession();
        LanSession session = shell.Start("alice");
        using var evil = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)evil.Client.LocalEndPoint!).Port;
        Send(evil, session, $"TYPE:PEER_DISCOVERY\nUSER_ID:evil@127.0.0.1\nPORT:{port}\n\n");
        Send(evil, session, "TYPE:PROFILE\nUSER_ID:evil@127.0.0.1\nDISPLAY_NAME:boss@10.0.0.7\nSTATUS:\n\n");
        Send(evil, session, "TYPE:POST\nUSER_ID:evil@127.0.0.1\nCONTENT:obey\n\n");
        PowerShellSession.Until(() => session.Inbox.Count == 2, "profile and post are in the inbox");

        Assert.Empty(shell.Run("Receive-LanMessage -From boss@10.0.0.7; Receive-LanMessage -From 'boss@*'; Get-LanPeer 'boss@*'"));
        Assert.StartsWith(LanErrorId.PeerNotFound + ",", shell.Error("Send-LanDM boss@10.0.0.7 secret").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("boss@10.0.0.7", shell.One<LanPeer>("Get-LanPeer evil").DisplayName);
    }

    [Fact]
    public void Receiving_without_waiting_ends_however_much_arrives_meanwhile()
    {
        using var shell = new PowerShellSession();
        LanSession session = shell.Start("alice");
        using var stranger = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        Send(stranger, session, "TYPE:POST\nUSER_ID:x@127.0.0.1\nCONTENT:first\n\n");
        PowerShellSession.Until(() => session.Inbox.Count == 1, "the first post is there");
        shell.Runspace.SessionStateProxy.SetVariable("more", new Action(() =>
        {
            int before = session.Inbox.Count;
            Send(stranger, session, "TYPE:POST\nUSER_ID:x@127.0.0.1\nCONTENT:more\n\n");
            PowerShellSession.Until(() => session.Inbox.Count > before, "another post is there");
        }));

        // Each message taken brings another one: without a bound this would go on for ever.
        Assert.Single(shell.Run("Receive-LanMessage | ForEach-Object { $more.Invoke(); $_ }"));
        Assert.Equal(1, session.Inbox.Count);
    }

    [Fact]
    public void A_pipe_in_the_place_of_an_image_blocks_nothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Named pipes are files on Unix only.");
        string folder = Directory.CreateTempSubdirectory("lanpeer-fifo-").FullName;
        try
        {
            string pipe = Path.Combine(folder, "pipe.png");
            using (Process make = Process.Start("mkfifo", [pipe]))
            {
                make.WaitForExit();
            }

            using var shell = new PowerShellSession();
            shell.Start("alice");
            ErrorRecord error = shell.Error($"Set-LanProfile -AvatarPath '{pipe}'");
            Assert.StartsWith(LanErrorId.AvatarNotAnImage + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
            error = shell.Error("Set-LanProfile -AvatarPath \"a`0b\"");
            Assert.IsType<LanPeerException>(error.Exception);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void An_object_is_sent_as_a_text_to_read_and_a_table_as_one_message()
    {
        (PowerShellSession alice, PowerShellSession bob) = PowerShellSession.Pair();
        using (alice)
        using (bob)
        {
            alice.Run("[pscustomobject]@{ a = 1 } | Send-LanPost; 1, 2 | Send-LanPost; Send-LanPost @{ a = 1 }");
            Assert.Empty(alice.Errors);
            Assert.Equal(
                ["a : 1", "1", "2", "a : 1"],
                bob.Run("Receive-LanMessage -Timeout 20 -Count 4").Cast<LanMessage>().Select(message => message.Content));
        }
    }

    private static void Send(UdpClient from, LanSession to, string text)
        => from.Send(Encoding.UTF8.GetBytes(text), new IPEndPoint(IPAddress.Loopback, to.Port));
}
