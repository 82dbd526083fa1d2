using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using Xunit;

namespace LanPeer.Cmdlets.Tests;

/// <summary>Every way a receiver and a text may be given.</summary>
public sealed class BindingTests
{
    [Theory]
    [InlineData("Send-LanDM bob hello")]
    [InlineData("Send-LanDM -To bob -Message hello")]
    [InlineData("Send-LanDM bob@127.0.0.1 hello")]
    [InlineData("Send-LanDM BOB hello")]
    [InlineData("Send-LanDM b* hello")]
    [InlineData("'hello' | Send-LanDM bob")]
    [InlineData("'hello' | Send-LanDM -To bob")]
    [InlineData("Get-LanPeer bob | Send-LanDM -Message hello")]
    [InlineData("Send-LanDM (Get-LanPeer bob) hello")]
    [InlineData("[pscustomobject]@{ To = 'bob'; Message = 'hello' } | Send-LanDM")]
    [InlineData("[pscustomobject]@{ UserId = 'bob@127.0.0.1' } | Send-LanDM -Message hello")]
    public void A_DM_reaches_its_receiver_however_it_is_named(string script)
    {
        (PowerShellSession alice, PowerShellSession bob) = PowerShellSession.Pair();
        using (alice)
        using (bob)
        {
            alice.Run(script);
            Assert.Empty(alice.Errors);
            LanMessage message = bob.One<LanMessage>("Receive-LanMessage -Timeout 20 -Count 1");
            Assert.Equal((LanMessageType.DM, "hello", "bob@127.0.0.1"), (message.Type, message.Content, message.To));
        }
    }

    [Fact]
    public void A_message_is_answered_to_its_author_and_not_to_oneself()
    {
        (PowerShellSession alice, PowerShellSession bob) = PowerShellSession.Pair();
        using (alice)
        using (bob)
        {
            alice.Run("Send-LanDM bob question");
            bob.Run("Receive-LanMessage -Timeout 20 -Count 1 | Send-LanDM -Message answer");
            Assert.Empty(bob.Errors);
            LanMessage answer = alice.One<LanMessage>("Receive-LanMessage -Timeout 20 -Count 1");
            Assert.Equal(("bob@127.0.0.1", "answer"), (answer.From, answer.Content));
        }
    }

    [Fact]
    public void A_received_message_is_passed_on_exactly_as_it_was_sent()
    {
        (PowerShellSession alice, PowerShellSession bob) = PowerShellSession.Pair();
        using (alice)
        using (bob)
        {
            alice.Run("Send-LanPost \"a`e[0m`r`nb\"");
            bob.Run("Receive-LanMessage -Timeout 20 -Count 1 | Send-LanPost");
            LanMessage back = alice.One<LanMessage>("Receive-LanMessage -Timeout 20 -Count 1");
            Assert.Equal("a\u001b[0m\r\nb", back.GetRawContent());
            Assert.Equal("a\u241b[0m\r\nb", back.Content);
        }
    }

    [Fact]
    public void A_peer_in_the_place_of_a_text_is_refused_and_nothing_is_sent()
    {
        (PowerShellSession alice, PowerShellSession bob) = PowerShellSession.Pair();
        using (alice)
        using (bob)
        {
            ErrorRecord error = alice.Error("Get-LanPeer bob | Send-LanDM hello");
            Assert.StartsWith("ParameterArgumentTransformationError", error.FullyQualifiedErrorId, System.StringComparison.Ordinal);
            alice.Run("Send-LanPost last");
            Assert.Equal("last", bob.One<LanMessage>("Receive-LanMessage -Timeout 20 -Count 1").Content);
        }
    }

    [Fact]
    public void Each_string_of_the_pipeline_is_a_post_and_they_keep_their_order()
    {
        (PowerShellSession alice, PowerShellSession bob) = PowerShellSession.Pair();
        using (alice)
        using (bob)
        {
            alice.Run("1..50 | ForEach-Object { \"line $_\" } | Send-LanPost");
            IEnumerable<object?> messages = bob.Run("Receive-LanMessage -Timeout 20 -Count 50");
            Assert.Equal(Enumerable.Range(1, 50).Select(i => $"line {i}"), messages.Cast<LanMessage>().Select(m => m.Content));
        }
    }

    [Fact]
    public void One_bad_line_costs_the_others_nothing()
    {
        (PowerShellSession alice, PowerShellSession bob) = PowerShellSession.Pair();
        using (alice)
        using (bob)
        {
            alice.Run("'one', '', ('x' * 1048577), \"half $([char]0xD800)\", 'two' | Send-LanPost");
            Assert.Equal(
                [LanErrorId.EmptyMessage, LanErrorId.MessageTooLarge, LanErrorId.InvalidText],
                alice.Errors.Select(e => e.FullyQualifiedErrorId.Split(',')[0]));
            Assert.Equal(["one", "two"], bob.Run("Receive-LanMessage -Timeout 20 -Count 2").Cast<LanMessage>().Select(m => m.Content));
        }
    }

    [Fact]
    public void A_name_of_two_peers_is_an_error_that_lists_them()
    {
        (PowerShellSession alice, PowerShellSession bob) = PowerShellSession.Pair();
        using var carol = new PowerShellSession(alice.DiscoveryPort);
        using (alice)
        using (bob)
        {
            LanSession other = carol.Start("carol");
            carol.Run("Set-LanProfile -DisplayName twin");
            bob.Run("Set-LanProfile -DisplayName TWIN");
            LanSession session = alice.Start("zoe");
            PowerShellSession.Until(() => session.Peers.Any(p => p.DisplayName == "twin") && session.Peers.Any(p => p.DisplayName == "TWIN"), "zoe knows both profiles");
            alice.Runspace.SessionStateProxy.SetVariable("zoe", session);
            ErrorRecord error = alice.Error("Send-LanDM twin hello -Session $zoe");
            Assert.StartsWith(LanErrorId.AmbiguousPeer + ",", error.FullyQualifiedErrorId, System.StringComparison.Ordinal);
            Assert.Contains("bob@127.0.0.1", error.ToString(), System.StringComparison.Ordinal);
            Assert.Contains(other.UserId, error.ToString(), System.StringComparison.Ordinal);
        }
    }
}
