using System;
using Xunit;

namespace LanPeer.Cmdlets.Tests.Host;

/// <summary>Standard input: as a script of its own, and as the input of a script.</summary>
public sealed class HostInputTests : HostTest
{
    [Theory]
    [InlineData]
    [InlineData("-Command", "-")]
    [InlineData("-File", "-")]
    [InlineData("-NonInteractive")]
    public void Statements_are_run_as_they_come_without_a_prompt(params string[] args)
    {
        HostResult result = RunWithInput("1 + 1\nforeach ($i in 1, 2) {\n  \"i$i\"\n}\n'last'", args);

        Assert.Equal(["2", "i1", "i2", "last"], result.Lines);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public void An_else_or_catch_on_its_own_line_belongs_to_what_came_before()
    {
        HostResult result = RunWithInput(
            "if ($false)\n{\n'then'\n}\nelse\n{\n'else'\n}\ntry { throw 'x' }\ncatch { 'caught' }\n'next'\n");

        Assert.Equal(["else", "caught", "next"], result.Lines);
        Assert.Empty(result.StdErr);
    }

    [Fact]
    public void An_error_does_not_end_the_input_and_the_last_statement_gives_the_code()
    {
        HostResult goesOn = RunWithInput("throw 'x'\n'after'\n");
        HostResult fails = RunWithInput("'before'\nthrow 'x'\n");
        HostResult leaves = RunWithInput("'before'\nexit 9\n'never'\n");

        Assert.Equal((0, "after"), (goesOn.ExitCode, goesOn.Lines[0]));
        Assert.Equal(1, fails.ExitCode);
        Assert.Equal((9, "before"), (leaves.ExitCode, leaves.StdOut.Trim()));
    }

    [Fact]
    public void What_the_end_cuts_off_is_an_error()
    {
        HostResult result = RunWithInput("foreach ($i in 1, 2) {\n$i");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Missing closing '}'", result.StdErr);
    }

    [Fact]
    public void A_script_that_reads_its_input_gets_the_lines()
    {
        HostResult byInput = RunWithInput("a\nb\n", "-c", "foreach ($line in $input) { \"<$line>\" }");
        HostResult byProcess = RunWithInput("a\nb\n", "-File",
            Script("param([Parameter(ValueFromPipeline)] $Line) process { \"<$Line>\" }"));

        Assert.Equal(["<a>", "<b>"], byInput.Lines);
        Assert.Equal(["<a>", "<b>"], byProcess.Lines);
    }

    [Fact]
    public void A_script_that_reads_none_does_not_wait_for_its_end()
    {
        using InteractiveHost host = HostProcess.Start(How with { Timeout = TimeSpan.FromSeconds(30) }, "-c", "'done'");

        Assert.Equal("done", host.WaitForExit().StdOut.Trim());
    }

    [Fact]
    public void A_script_that_reads_the_console_itself_finds_it_untouched()
    {
        HostResult result = RunWithInput("a\nb\n", "-c", "1..20000 | ForEach-Object { } ; [Console]::In.ReadLine()");

        Assert.Equal(["a"], result.Lines);
    }

    [Theory]
    [InlineData("$Host.UI.ReadLine()")]
    [InlineData("$Host.UI.ReadLineAsSecureString()")]
    [InlineData("$Host.UI.PromptForCredential('a', 'b', 'c', 'd')")]
    [InlineData("$Host.UI.PromptForChoice('Sure?', 'b', @('&Yes'), 0)")]
    [InlineData("$Host.EnterNestedPrompt()")]
    public void A_question_nobody_can_answer_is_an_error(string question)
    {
        HostResult result = RunWithInput("an answer\n", "-c", question);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("cannot ask for", result.StdErr);
        Assert.Contains("-NonInteractive", result.StdErr);
        Assert.Empty(result.StdOut);
    }
}
