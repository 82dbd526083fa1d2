using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Security;
using Xunit;

namespace LanPeer.Cmdlets.Tests;

/// <summary>Who is who: PEER_IDs, decisions about them, and what is told of changes.</summary>
public sealed class TrustTests
{
    [Theory]
    [InlineData("Send-LanDM $id hello")]
    [InlineData("Send-LanDM ($id -replace '-').ToLowerInvariant() hello")]
    [InlineData("Send-LanDM -Peer (Get-LanPeer bob) -Message hello")]
    [InlineData("Send-LanDM (Get-LanPeer bob) hello")]
    [InlineData("Get-LanPeer bob | Send-LanDM -Message { 'hello' }")]
    [InlineData("Get-LanPin bob | ForEach-Object PeerId | Send-LanDM -Message hello -To { $_ }")]
    [InlineData("[pscustomobject]@{ To = $id; Message = 'hello' } | Send-LanDM")]
    public void A_DM_reaches_an_identity_however_it_is_named(string script)
    {
        (PowerShellSession alice, PowerShellSession bob) = PowerShellSession.Pair();
        using (alice)
        using (bob)
        {
            alice.Runspace.SessionStateProxy.SetVariable("id", alice.One<LanPeer>("Get-LanPeer bob").PeerId);
            alice.Run(script);
            Assert.Empty(alice.Errors);
            LanMessage message = bob.One<LanMessage>("Receive-LanMessage -Timeout 20 -Count 1");
            Assert.Equal(("hello", LanTrust.New), (message.Content, message.Trust));
        }
    }

    [Fact]
    public void Messages_are_picked_by_the_PEER_ID_of_their_author()
    {
        (PowerShellSession alice, PowerShellSession bob) = PowerShellSession.Pair();
        using (alice)
        using (bob)
        {
            string id = alice.One<LanPeer>("Get-LanPeer bob").PeerId!;
            bob.Run("Send-LanDM alice hello");
            Assert.Empty(alice.Run($"Receive-LanMessage -From {new string('A', 32)}"));
            Assert.Equal("hello", alice.One<LanMessage>($"Receive-LanMessage -From {id} -Timeout 20 -Count 1").Content);
        }
    }

    [Fact]
    public void An_approved_peer_is_Verified_and_a_blocked_one_gone()
    {
        (PowerShellSession alice, PowerShellSession bob) = PowerShellSession.Pair();
        using (alice)
        using (bob)
        {
            LanPin approved = alice.One<LanPin>("Get-LanPeer bob | Approve-LanPeer -PassThru");
            Assert.Equal(LanPinState.Approved, approved.State);
            Assert.Equal(LanTrust.Verified, alice.One<LanPeer>("Get-LanPeer bob").Trust);
            Assert.Equal(LanPinState.Blocked, alice.One<LanPin>("Block-LanPeer bob -PassThru").State);
            Assert.Empty(alice.Run("Get-LanPeer"));
            Assert.Equal(LanPinState.Pinned, alice.One<LanPin>("Unblock-LanPeer bob -PassThru").State);
            Assert.Empty(alice.Run("Get-LanPin | Remove-LanPin; Get-LanPin"));
        }
    }

    [Fact]
    public void A_pipeline_looks_anew_for_its_receiver_when_something_has_changed()
    {
        (PowerShellSession alice, PowerShellSession bob) = PowerShellSession.Pair();
        using (alice)
        using (bob)
        {
            alice.Run("""
                & {
                    'before'

                    # The answer comes after the receipt: a message to who is blocked before its receipt came is given up.
                    $null = Test-LanPeer bob -Count 1 -Timeout 20
                    Block-LanPeer bob
                    'blocked'
                    Unblock-LanPeer bob
                    for ($try = 0; $try -lt 20 -and -not (Get-LanPeer); $try++) { $null = Find-LanPeer }
                    'after'
                } | Send-LanDM bob -Timeout 20
                """);

            ErrorRecord error = Assert.Single(alice.Errors);
            Assert.StartsWith(LanErrorId.DeliveryRefused + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
            Assert.Contains("blocked", error.ToString(), StringComparison.OrdinalIgnoreCase);
            Assert.Equal(["before", "after"], bob.Run("Receive-LanMessage -Timeout 20 -Count 2").Select(message => ((LanMessage)message!).Content));
        }
    }

    [Fact]
    public void A_name_is_not_approved_where_nobody_can_be_asked()
    {
        (PowerShellSession alice, PowerShellSession bob) = PowerShellSession.Pair();
        using (alice)
        using (bob)
        {
            string id = alice.One<LanPeer>("Get-LanPeer bob").PeerId!;
            ErrorRecord error = alice.Error("Approve-LanPeer bob");
            Assert.StartsWith(LanErrorId.ConfirmationNeeded + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
            Assert.Contains(id, error.ToString(), StringComparison.Ordinal);
            Assert.Equal(LanTrust.New, alice.One<LanPeer>("Get-LanPeer bob").Trust);
            alice.Run("Approve-LanPeer bob -Force");
            Assert.Equal(LanTrust.Verified, alice.One<LanPeer>("Get-LanPeer bob").Trust);
        }
    }

    [Fact]
    public void At_a_prompt_a_name_is_approved_by_who_says_that_the_PEER_IDs_are_the_same()
    {
        using var bob = new PowerShellSession();
        string id = bob.One<LanSession>("Start-LanPeer bob -DiscoveryPort $port -Ephemeral").PeerId;
        using InteractiveHost host = HostProcess.Start(new HostRun(), "-Interactive", "-NoLogo");
        host.Send($"$null = Start-LanPeer alice -Ephemeral -DiscoveryPort {bob.DiscoveryPort}; for ($try = 0; $try -lt 20 -and -not (Get-LanPeer); $try++) {{ $null = Find-LanPeer }}; 'met ' + (Get-LanPeer).Name");
        host.WaitFor("met bob");
        host.Send("Approve-LanPeer bob");
        host.WaitFor(id);
        host.WaitFor("): ");
        host.Send("n");
        host.Send("'after no: ' + (Get-LanPeer).Trust");
        host.WaitFor("after no: New");
        host.Send("Approve-LanPeer bob");
        host.WaitFor(id);
        host.WaitFor("): ");
        host.Send("y");
        host.Send("'after yes: ' + (Get-LanPeer).Trust");
        host.WaitFor("after yes: Verified");
        host.Send($"Approve-LanPeer {id}; 'not asked'");
        host.WaitFor("not asked");
        host.CloseInput();
        Assert.Equal(0, host.WaitForExit().ExitCode);
    }

    [Fact]
    public void A_changed_key_is_told_once_and_nothing_goes_to_its_name()
    {
        (PowerShellSession alice, PowerShellSession bob) = PowerShellSession.Pair();
        using var thief = new PowerShellSession(alice.DiscoveryPort);
        using (alice)
        {
            LanPeer old = alice.One<LanPeer>("Get-LanPeer bob");
            bob.Dispose();
            LanSession session = Session(alice);
            PowerShellSession.Until(() => session.Peers.Count == 0, "bob has gone");
            LanSession other = thief.One<LanSession>("Start-LanPeer bob -DiscoveryPort $port -Ephemeral");
            PowerShellSession.Until(() => session.Peers.Any(peer => peer.Trust == LanTrust.Conflict), "somebody else is here as bob");

            ErrorRecord error = alice.Error("Get-LanPeer");
            Assert.Equal(
                (LanErrorId.PeerKeyChanged, ErrorCategory.SecurityError, other.PeerId),
                (error.FullyQualifiedErrorId.Split(',')[0], error.CategoryInfo.Category, Assert.IsType<LanPeer>(error.TargetObject).PeerId));
            Assert.Contains(old.PeerId!, error.ToString(), StringComparison.Ordinal);
            Assert.StartsWith(LanErrorId.PeerInConflict + ",", alice.Error("Send-LanDM bob secret").FullyQualifiedErrorId, StringComparison.Ordinal);

            alice.Run($"Approve-LanPeer {other.PeerId}; Send-LanDM bob welcome");
            Assert.Empty(alice.Errors);
            thief.Run("$null = Get-LanPeer -ErrorAction Ignore");
            Assert.Equal("welcome", thief.One<LanMessage>("Receive-LanMessage -Timeout 20 -Count 1").Content);
        }
    }

    [Fact]
    public void A_closed_network_is_for_those_who_have_its_key_and_a_wrong_one_is_called_that()
    {
        using var alice = new PowerShellSession();
        using var bob = new PowerShellSession(alice.DiscoveryPort);
        using var eve = new PowerShellSession(alice.DiscoveryPort);
        LanSession one = Join(alice, "alice", "correct horse battery");
        LanSession other = Join(bob, "bob", "correct horse battery");
        LanSession wrong = Join(eve, "eve", "another key");
        PowerShellSession.Until(() => one.Peers.Count == 1 && other.Peers.Count == 1, "alice and bob know each other");
        PowerShellSession.Until(() => one.Counters.Dropped.ContainsKey("WrongNetworkKey"), "eve was heard");
        ErrorRecord error = alice.Error("Get-LanPeer");
        Assert.Equal((LanErrorId.WrongNetworkKey, ErrorCategory.SecurityError), (error.FullyQualifiedErrorId.Split(',')[0], error.CategoryInfo.Category));
        Assert.Empty(wrong.Peers);
    }

    [Theory]
    [InlineData("Start-LanPeer a -DiscoveryPort $port -NetworkName club -NetworkKey $text")]
    [InlineData("Start-LanPeer a -DiscoveryPort $port -NetworkName club -NetworkKey $key, $text")]
    public void A_key_in_plain_text_is_refused_and_not_repeated(string script)
    {
        using var shell = new PowerShellSession();
        shell.Runspace.SessionStateProxy.SetVariable("text", "correct horse battery");
        shell.Runspace.SessionStateProxy.SetVariable("key", Secure("another key"));
        ErrorRecord error = shell.Error(script);
        Assert.Contains("Read-Host -AsSecureString", error.ToString(), StringComparison.Ordinal);
        for (Exception? inner = error.Exception; inner is not null; inner = inner.InnerException)
        {
            Assert.DoesNotContain("horse", inner.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void No_peer_is_found_by_half_a_PEER_ID()
    {
        (PowerShellSession alice, PowerShellSession bob) = PowerShellSession.Pair();
        using (alice)
        using (bob)
        {
            // Otherwise b* would also be everyone whose PEER_ID happens to begin with B.
            string id = alice.One<LanPeer>("Get-LanPeer bob").PeerId!;
            IReadOnlyList<object?> found = alice.Run($"Get-LanPeer '{id[..4]}*'");
            Assert.Empty(alice.Errors);
            Assert.Empty(found);
        }
    }

    private static LanSession Join(PowerShellSession shell, string name, string key)
    {
        shell.Runspace.SessionStateProxy.SetVariable("key", Secure(key));
        return shell.One<LanSession>($"Start-LanPeer {name} -DiscoveryPort $port -Ephemeral -AnnounceInterval 0.5 -NetworkName club -NetworkKey $key");
    }

    private static SecureString Secure(string text)
    {
        var secret = new SecureString();
        foreach (char character in text)
        {
            secret.AppendChar(character);
        }

        return secret;
    }

    private static LanSession Session(PowerShellSession shell)
    {
        using var runner = PowerShell.Create(shell.Runspace);
        return runner.AddScript("[LanPeer.Cmdlets.Tests.RegistryProbe]::Current()").Invoke<SessionRegistry>().Single().Sessions[0];
    }
}
