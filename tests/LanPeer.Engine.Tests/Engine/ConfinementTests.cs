using System;
using System.IO;
using LanPeer.Tests.Protocol;
using LanPeer.Transport;
using Xunit;

namespace LanPeer.Tests.Engine;

/// <summary>LANPEER_NETWORK and LANPEER_STATE. Alone, as the environment belongs to the whole process.</summary>
[Collection(Alone.Name)]
public sealed class ConfinementTests : EngineTest
{
    [Theory]
    [InlineData("loopback", LanNetwork.Loopback)]
    [InlineData(" LoopBack ", LanNetwork.Loopback)]
    [InlineData("lan", LanNetwork.Lan)]
    [InlineData("", null)]
    [InlineData(" ", null)]
    [InlineData(null, null)]
    public void The_variable_names_a_network_or_nothing(string? value, LanNetwork? confinement)
        => With("LANPEER_NETWORK", value, () => Assert.Equal(confinement, LanSession.Confinement));

    [Theory]
    [InlineData("wan")]
    [InlineData("1")]
    [InlineData("0")]
    [InlineData("127.0.0.1")]
    [InlineData("\u001b[2J")]
    public void Anything_else_is_an_error_and_never_means_everything(string value)
        => With("LANPEER_NETWORK", value, () =>
        {
            LanPeerException error = Assert.Throws<LanPeerException>(() => LanSession.Confinement);
            Assert.Equal(LanErrorId.NetworkConfined, error.ErrorId);
            Assert.DoesNotContain('\u001b', error.Message);
            Assert.Equal(LanErrorId.NetworkConfined, ErrorOf(() => Start("alice")));
            Assert.Equal(LanErrorId.NetworkConfined, ErrorOf(() => LanScan.Open(LanNetwork.Loopback, DiscoveryPort)));
        });

    [Fact]
    public void A_confined_process_starts_nothing_that_reaches_further()
    {
        Assert.Equal(LanNetwork.Loopback, LanSession.Confinement);
        Assert.Equal(LanErrorId.NetworkConfined, ErrorOf(() => Start("alice", o => o with { Network = LanNetwork.Lan })));
        Assert.Equal(LanErrorId.NetworkConfined, ErrorOf(() => LanScan.Open(LanNetwork.Lan, DiscoveryPort)));
    }

    [Fact]
    public void A_confined_session_can_be_reached_by_loopback_alone()
    {
        LanSession alice = Start("alice");
        using var elsewhere = new RawSocket("127.0.0.3");

        // The socket itself is bound to 127.0.0.1; the discovery port has to hear broadcasts and is bound to all.
        elsewhere.Broadcast(DiscoveryPort, Say.Seed("carol@127.0.0.3", elsewhere.Port));

        WaitToKnow(alice, "carol@127.0.0.3");
        Assert.Equal("127.0.0.3", Assert.Single(alice.Peers).Address);
    }

    [Fact]
    public void Without_a_folder_to_write_to_an_ephemeral_session_starts_all_the_same_and_another_says_so()
    {
        string file = Path.GetTempFileName();
        With("LANPEER_STATE", file, () =>
        {
            var error = Assert.Throws<LanPeerException>(() => Start("alice", o => o with { StatePath = null }));
            Assert.Equal(LanErrorId.StateUnavailable, error.ErrorId);
            Assert.Contains(file, error.Message, StringComparison.Ordinal);
            Assert.Contains("-Ephemeral", error.RecommendedAction, StringComparison.Ordinal);
            Assert.Equal(LanSessionState.Running, Start("alice", o => o with { StatePath = null, Ephemeral = true }).State);

            // Nothing keeps the names apart then; the two still notice.
            Assert.Equal(LanSessionState.Running, Start("alice", o => o with { StatePath = null, Ephemeral = true }).State);
        });
        File.Delete(file);
    }

    [Fact]
    public void Two_of_one_name_that_nothing_keeps_apart_notice_each_other()
    {
        string file = Path.GetTempFileName();
        With("LANPEER_STATE", file, () =>
        {
            LanSession one = Start("alice", o => o with { StatePath = null, Ephemeral = true });
            LanSession other = Start("alice", o => o with { StatePath = null, Ephemeral = true });

            Wait.Until(() => one.HasIdConflict && other.HasIdConflict, "both hear of the other");
        });
        File.Delete(file);
    }

    [Fact]
    public void The_run_folder_is_in_the_state_folder_of_the_peer()
    {
        string folder = TestEnvironment.NewStatePath();
        string run = RunFolder.Locate(folder, (ushort)DiscoveryPort);
        Assert.Equal(Path.Combine(folder, "run", Environment.MachineName, $"{DiscoveryPort}"), run);
        With("LANPEER_STATE", folder, () =>
        {
            using LanSession inVariable = LanSession.Start(Options("alice") with { StatePath = null, Ephemeral = true });
            Assert.Single(Directory.GetFiles(run, "alice@*"));
        });
        Assert.Empty(Directory.GetFiles(run, "alice@*"));
        Directory.Delete(folder, recursive: true);
        Start("alice");
        Assert.Single(Directory.GetFiles(RunFolder.Locate(StatePath, (ushort)DiscoveryPort), "alice@*"));
        Assert.False(Directory.Exists(folder));
    }

    private static void With(string variable, string? value, Action action)
    {
        string? before = Environment.GetEnvironmentVariable(variable);
        Environment.SetEnvironmentVariable(variable, value);
        try
        {
            action();
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, before);
        }
    }
}
