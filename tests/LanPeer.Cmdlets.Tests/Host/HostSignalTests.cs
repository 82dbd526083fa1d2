using System.Threading;
using Xunit;

namespace LanPeer.Cmdlets.Tests.Host;

/// <summary>Ctrl+C stops what runs; other ends close the runspace, so that its peers can say goodbye.</summary>
public sealed class HostSignalTests : HostTest
{
    private const string Endless = "[Console]::Out.WriteLine('run' + 'ning'); while ($true) { }";

    [Fact]
    public void Interrupt_at_the_prompt_stops_the_command_and_not_the_host()
    {
        SkipUnlessUnix();
        using InteractiveHost host = Prompt();
        for (int i = 0; i < 5; i++)
        {
            host.Send(Endless);
            host.WaitFor("running");
            host.Signal("INT");
            host.WaitFor("> ");
        }

        host.Send("'still ' + 'here'");
        host.WaitFor("still here");
        host.CloseInput();
        Assert.Equal(0, host.WaitForExit().ExitCode);
    }

    [Fact]
    public void Interrupt_at_an_idle_prompt_changes_nothing()
    {
        SkipUnlessUnix();
        using InteractiveHost host = Prompt();
        host.WaitFor("> ");
        host.Signal("INT");
        host.Signal("INT");

        // A signal that arrives late may stop the statement that runs then; that is none of this test's business.
        for (int i = 0; i < 3; i++)
        {
            Thread.Sleep(200);
            host.Send("'late'");
            host.WaitFor("> ");
        }

        host.Send("'still ' + 'here'");
        host.WaitFor("still here");
        host.Send("exit 4");
        Assert.Equal(4, host.WaitForExit().ExitCode);
    }

    [Theory]
    [InlineData("-Command")]
    [InlineData("-File")]
    public void Interrupt_of_a_script_ends_the_host_with_1_and_closes_the_runspace(string option)
    {
        SkipUnlessUnix();
        string text = OnClose("closed.txt") + "; " + Endless;
        using InteractiveHost host = HostProcess.Start(How, option, option == "-File" ? Script(text) : text);
        host.WaitFor("running");
        host.Signal("INT");

        Assert.Equal(1, host.WaitForExit().ExitCode);
        Assert.True(Exists("closed.txt"));
    }

    [Fact]
    public void A_second_interrupt_ends_a_script_that_cannot_be_stopped()
    {
        SkipUnlessUnix();
        using InteractiveHost host = HostProcess.Start(
            How, "-c", "[Console]::Out.WriteLine('running'); [System.Threading.Thread]::Sleep(120000)");
        host.WaitFor("running");

        // Two signals close together are one to the system, and a busy machine brings them together.
        for (int i = 0; i < 3; i++)
        {
            host.Signal("INT");
            Thread.Sleep(1000);
        }

        Assert.Equal(130, host.WaitForExit().ExitCode);
    }

    [Theory]
    [InlineData("TERM", 143, true)]
    [InlineData("TERM", 143, false)]
    [InlineData("HUP", 129, false)]
    public void A_signal_to_end_closes_the_runspace_first(string signal, int expected, bool idle)
    {
        SkipUnlessUnix();
        using InteractiveHost host = Prompt();
        host.Send(OnClose("closed.txt"));
        host.Send(idle ? "'run' + 'ning'" : Endless);
        host.WaitFor("running");
        host.Signal(signal);

        Assert.Equal(expected, host.WaitForExit().ExitCode);
        Assert.True(Exists("closed.txt"));
    }

    [Fact]
    public void A_normal_end_closes_the_runspace()
    {
        HostResult result = Run("-c", OnClose("closed.txt") + "; exit 3");

        Assert.Equal(3, result.ExitCode);
        Assert.True(Exists("closed.txt"));
    }
}
