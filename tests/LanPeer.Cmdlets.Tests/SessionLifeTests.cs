using System;
using System.Linq;
using System.Management.Automation;
using System.Threading.Tasks;
using Xunit;

namespace LanPeer.Cmdlets.Tests;

/// <summary>A session belongs to its runspace and ends with it, with the module, or when it is told to.</summary>
public sealed class SessionLifeTests
{
    [Fact]
    public void The_first_session_of_a_runspace_is_its_default()
    {
        using var shell = new PowerShellSession();
        LanSession first = shell.Start("first");
        LanSession second = shell.Start("second");
        shell.Run("Set-LanProfile -Status one");
        Assert.Equal("one", first.GetProfile()?.Status);
        Assert.Null(second.GetProfile());
        shell.Run("Stop-LanPeer");
        Assert.Equal(LanSessionState.Stopped, first.State);
        shell.Run("Set-LanProfile -Status two");
        Assert.Equal("two", second.GetProfile()?.Status);
    }

    [Fact]
    public void Runspaces_do_not_see_each_others_default_but_take_each_others_session()
    {
        (PowerShellSession alice, PowerShellSession bob) = PowerShellSession.Pair();
        using var third = new PowerShellSession();
        using (alice)
        using (bob)
        {
            Assert.StartsWith(LanErrorId.NoSession + ",", third.Error("Get-LanPeer").FullyQualifiedErrorId, StringComparison.Ordinal);
            third.Runspace.SessionStateProxy.SetVariable("session", Session(alice));
            Assert.Equal("bob", third.One<LanPeer>("Get-LanPeer -Session $session").Name);
        }
    }

    [Fact]
    public void A_runspace_that_closes_takes_its_peers_with_it()
    {
        (PowerShellSession alice, PowerShellSession bob) = PowerShellSession.Pair();
        using (bob)
        {
            LanSession one = Session(alice);
            LanSession other = Session(bob);
            alice.Dispose();
            PowerShellSession.Until(() => one.State == LanSessionState.Stopped, "alice has stopped");
            PowerShellSession.Until(() => other.Peers.Count == 0, "bob has heard the goodbye");
        }
    }

    [Fact]
    public void Remove_Module_stops_the_peers_of_the_runspace_and_no_others()
    {
        (PowerShellSession alice, PowerShellSession bob) = PowerShellSession.Pair();
        using (alice)
        using (bob)
        {
            LanSession one = Session(alice);
            alice.Run("Remove-Module LanPeer.Cmdlets");
            Assert.Empty(alice.Errors);
            Assert.Equal(LanSessionState.Stopped, one.State);
            Assert.Equal(LanSessionState.Running, Session(bob).State);
        }
    }

    [Fact]
    public async Task A_waiting_command_ends_when_the_pipeline_is_stopped()
    {
        using var shell = new PowerShellSession();
        LanSession session = shell.Start("alice");
        using var waiting = PowerShell.Create(shell.Runspace);
        waiting.AddScript("Receive-LanMessage -Wait");
        IAsyncResult running = waiting.BeginInvoke();
        PowerShellSession.Until(() => waiting.InvocationStateInfo.State == PSInvocationState.Running, "the command runs");
        await Task.Run(waiting.Stop, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.True(running.IsCompleted);
        Assert.Equal(LanSessionState.Running, session.State);
    }

    [Fact]
    public void A_waiting_command_ends_with_its_session_and_gives_what_is_left()
    {
        using var shell = new PowerShellSession();
        LanSession session = shell.Start("alice");
        using var waiting = PowerShell.Create(shell.Runspace);
        waiting.AddScript("Receive-LanMessage -Wait; 'done'");
        IAsyncResult running = waiting.BeginInvoke();
        PowerShellSession.Until(() => waiting.InvocationStateInfo.State == PSInvocationState.Running, "the command runs");
        session.Dispose();
        Assert.True(running.AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(20)), "the command goes on waiting");
        Assert.Equal("done", waiting.EndInvoke(running).Single().BaseObject);
    }

    [Fact]
    public void Stopping_twice_is_no_error_and_without_a_session_one()
    {
        using var shell = new PowerShellSession();
        shell.Run("$s = Start-LanPeer alice -DiscoveryPort $port; $s | Stop-LanPeer; $s | Stop-LanPeer");
        Assert.Empty(shell.Errors);
        Assert.StartsWith(LanErrorId.NoSession + ",", shell.Error("Stop-LanPeer").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIf_changes_nothing()
    {
        using var shell = new PowerShellSession();
        Assert.Empty(shell.Run("Start-LanPeer alice -DiscoveryPort $port -WhatIf"));
        LanSession session = shell.Start("alice");
        shell.Run("Set-LanProfile -Status x -WhatIf; Send-LanPost x -WhatIf; Stop-LanPeer -WhatIf");
        Assert.Empty(shell.Errors);
        Assert.Null(session.GetProfile());
        Assert.Equal(LanSessionState.Running, session.State);
    }

    private static LanSession Session(PowerShellSession shell)
    {
        using var runner = PowerShell.Create(shell.Runspace);
        SessionRegistry registry = runner.AddScript("[LanPeer.Cmdlets.Tests.RegistryProbe]::Current()").Invoke<SessionRegistry>().Single();
        return registry.Sessions[0];
    }
}

/// <summary>Lets a script of a test reach the registry of its runspace.</summary>
public static class RegistryProbe
{
    /// <summary>The registry of the runspace this is called in.</summary>
    public static object Current() => SessionRegistry.Current;
}
