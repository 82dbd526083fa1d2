using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace LanPeer.Cmdlets.Tests;

/// <summary>Commands that wait for receipts or answers: what they give, and that they end.</summary>
public sealed class ReceiptTests
{
    [Theory]
    [InlineData("1..2500 | Send-LanDM bob -Timeout 60 -PassThru")]
    [InlineData("1..2500 | Send-LanPost -Timeout 60 -PassThru")]
    [InlineData("Send-LanDM bob (1..2500) -Timeout 60 -PassThru")]
    public void A_pipeline_larger_than_the_window_is_delivered_complete_in_order_and_once(string script)
    {
        (PowerShellSession alice, PowerShellSession bob) = PowerShellSession.Pair();
        using (alice)
        using (bob)
        {
            LanDelivery[] deliveries = [.. alice.Run(script).Cast<LanDelivery>()];
            Assert.Empty(alice.Errors);
            Assert.All(deliveries, delivery => Assert.Equal(LanDeliveryState.Delivered, delivery.State));
            LanMessage[] messages = [.. bob.Run("Receive-LanMessage").Cast<LanMessage>()];
            Assert.Equal(Enumerable.Range(1, 2500).Select(number => $"{number}"), messages.Select(message => message.Content));
            Assert.Equal(deliveries.Select(delivery => delivery.MessageId), messages.Select(message => message.MessageId));
        }
    }

    [Theory]
    [InlineData("Send-LanDM bob more -Timeout 600")]
    [InlineData("1..5000 | Send-LanDM bob -Timeout 600")]
    [InlineData("1..5000 | Send-LanDM bob -NoWait")]
    [InlineData("Send-LanPost more -Wait -Timeout 600")]
    [InlineData("1..5000 | Send-LanPost")]
    [InlineData("Test-LanPeer bob -Interval 600")]
    public async Task A_command_that_waits_ends_when_the_pipeline_is_stopped(string script)
    {
        using var alice = new PowerShellSession();
        LanSession sender = alice.Start("alice");
        using LanSession full = Full(alice.DiscoveryPort);
        PowerShellSession.Until(() => sender.Peers.Count == 1, "alice knows bob");
        alice.Run("1..16 | Send-LanDM bob -Timeout 60");
        Assert.Empty(alice.Errors);

        using var waiting = PowerShell.Create(alice.Runspace);
        waiting.AddScript(script);
        IAsyncResult running = waiting.BeginInvoke();
        Assert.False(running.AsyncWaitHandle.WaitOne(TimeSpan.FromMilliseconds(300)), "the command did not wait");
        await Task.Run(waiting.Stop, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.True(running.IsCompleted);
        Assert.Equal(LanSessionState.Running, sender.State);
    }

    [Theory]
    [InlineData(1, 1_000)]
    [InlineData(1_000, 32)]
    public void A_window_has_as_many_messages_as_a_session_can_hold_for_their_receivers(int receivers, int expected)
    {
        using var alice = new PowerShellSession();
        LanSession sender = alice.Start("alice");
        using LanSession full = Full(alice.DiscoveryPort);
        PowerShellSession.Until(() => sender.Peers.Count == 1, "alice knows bob");
        alice.Run("1..16 | Send-LanDM bob -Timeout 60");

        using var stopping = new CancellationTokenSource();
        var window = new SendWindow(static _ => { }, isWaiting: false, stopping.Cancel, stopping.Token);
        int added = 0;
        Assert.Throws<OperationCanceledException>(() =>
        {
            for (; added <= expected; added++)
            {
                window.Add(sender.BeginDM(full.UserId, "more", TimeSpan.FromMinutes(10)), "more", receivers);
            }
        });
        Assert.Equal(expected, added);
    }

    [Theory]
    [InlineData("Send-LanDM bob more -Timeout 600", LanErrorId.SendFailed)]
    [InlineData("Send-LanPost more -Wait -Timeout 600", LanErrorId.SendFailed)]
    [InlineData("Test-LanPeer bob -Interval 600", LanErrorId.SessionStopped)]
    public void A_command_that_waits_ends_with_its_session_and_says_so(string script, string errorId)
    {
        using var alice = new PowerShellSession();
        LanSession sender = alice.Start("alice");
        using LanSession full = Full(alice.DiscoveryPort);
        PowerShellSession.Until(() => sender.Peers.Count == 1, "alice knows bob");
        alice.Run("1..16 | Send-LanDM bob -Timeout 60");

        using var waiting = PowerShell.Create(alice.Runspace);
        waiting.AddScript($"try {{ {script} -ErrorAction Stop }} catch {{ $_.Exception.ErrorId }}");
        IAsyncResult running = waiting.BeginInvoke();
        Assert.False(running.AsyncWaitHandle.WaitOne(TimeSpan.FromMilliseconds(300)), "the command did not wait");
        sender.Dispose();
        Assert.True(running.AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(20)), "the command goes on waiting");
        Assert.Equal(errorId, waiting.EndInvoke(running).Last().BaseObject);
    }

    [Fact]
    public void Pings_in_a_row_are_answered_and_none_is_left_behind()
    {
        (PowerShellSession alice, PowerShellSession bob) = PowerShellSession.Pair();
        using (alice)
        using (bob)
        {
            IReadOnlyList<object?> pings = alice.Run("Test-LanPeer bob -Count 500 -Interval 0 -Timeout 20");
            Assert.Empty(alice.Errors);
            Assert.Equal(Enumerable.Range(1, 500), pings.Cast<LanPing>().Select(ping => ping.Sequence));
            Assert.All(pings.Cast<LanPing>(), ping => Assert.Equal(LanPingState.Answered, ping.State));
        }
    }

    /// <summary>A peer whose inbox takes 16 messages, and is read by nobody.</summary>
    private static LanSession Full(int discoveryPort) => LanSession.Start(new LanPeerOptions
    {
        Name = "bob",
        DiscoveryPort = discoveryPort,
        Network = LanNetwork.Loopback,
        Ephemeral = true,
        InboxCapacity = 16,
    });
}
